//! Shows papers: those that stand or wait, or all that are kept. *SQL.*

use super::store::{self, Paper};
use crate::{
    access::members,
    app::House,
    error::{Error, Result},
    regime::people::Party,
};

/// Which papers are asked for.
#[derive(Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this member, or of `bureau`.
    pub of: Option<String>,
    /// Those that are done with, too.
    pub all: bool,
}

/// The papers that `filter` asks for, in the order in which they were entered.
///
/// # Errors
/// `REGISTER-KIND`, `MEMBER-UNKNOWN`.
pub async fn list(house: &House, filter: &Filter) -> Result<Vec<Paper>> {
    if let Some(kind) = &filter.kind
        && house.regime.paper(kind).is_none()
    {
        return Err(Error::Input {
            code: "REGISTER-KIND",
            sentence: "the regime has no paper of that kind".into(),
            remedy: "`mayfly register kinds` names the kinds",
        });
    }
    let mut reader = house.db.reader().await?;
    if let Some(code) = &filter.of
        && Party::of(code) == Party::Member
        && members::one(&mut reader, code).await?.is_none()
    {
        return Err(unknown_member());
    }
    let mut papers = store::all(&mut reader, filter.of.as_deref()).await?;
    papers.retain(|paper| {
        filter.kind.as_ref().is_none_or(|kind| paper.kind == *kind)
            && (filter.all || paper.ended_on.is_none())
    });
    Ok(papers)
}

/// The paper `number`.
///
/// # Errors
/// `REGISTER-UNKNOWN`.
pub async fn show(house: &House, number: i64) -> Result<Paper> {
    let paper = store::one(&mut *house.db.reader().await?, number).await?;
    paper.ok_or_else(unknown)
}

pub(super) fn unknown() -> Error {
    Error::Input {
        code: "REGISTER-UNKNOWN",
        sentence: "there is no paper of that number, or its years are over".into(),
        remedy: "see `mayfly register list --all` for the papers there are",
    }
}

pub(super) fn unknown_member() -> Error {
    Error::Input {
        code: "MEMBER-UNKNOWN",
        sentence: "the member is not in the register".into(),
        remedy: "import the member first (`mayfly member import`), or name bureau",
    }
}
