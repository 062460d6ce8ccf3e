//! An answer is opened at the bureau: for a reason, with another person's approval, entered first (五(四), D25). *SQL.*

use serde::Serialize;

use super::{
    own::OwnRows,
    permit::{self, Reader},
    rows,
};
use crate::{
    access::stopping::check_reason,
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, steps},
    batch::{Batch, requests::Request},
    db::Tx,
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::people,
    run,
};

/// Which answers somebody at the bureau wants to open, and why.
pub struct Opening<'a> {
    /// The account at the bureau.
    pub account: &'a str,
    /// Lines of the batch's file: these and no others.
    pub lines: &'a [i64],
    /// Why.
    pub reason: &'a str,
    /// The approval; none: one is applied for.
    pub approval: Option<i64>,
}

/// Opens lines of the batch named `batch` with an approval of exactly these, or applies for one. The entry comes before a key
/// is used.
///
/// # Errors
/// `GRANT-LINES`, `APPROVAL-*`, `STOP-REASON`; what [`permit::check`] refuses.
pub async fn open(house: &House, batch: &str, opening: &Opening<'_>) -> Result<Step<OwnRows>> {
    check_reason(opening.reason)?;
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let mut lines = opening.lines.to_vec();
    lines.sort_unstable();
    lines.dedup();
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(unfit(format!(
            "at the bureau 1 to {LINES_MAX} answers are opened at once, each by its line"
        )));
    }
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let who = Reader::Bureau(opening.account.to_owned());
    let mut permit = permit::check(house, tx.connection(), &batch, who).await?;
    let chunks = permit
        .chunks
        .iter()
        .map(|(chunk, _)| (chunk.first_line, chunk.row_count));
    if !are_there(&lines, &chunks.collect::<Vec<_>>()) {
        return Err(unfit("the batch has not all of these lines".to_owned()));
    }
    let matter = Matter {
        act: people::Act::BreakGlass,
        desk: "bureau",
        subject: &batch.batch,
        about: "",
    };
    let what = Opened {
        batch: &batch.batch,
        sha256: ids::hex(&batch.sha256),
        lines: &lines,
    };
    let wish = Wish::new(&matter, opening.account, opening.reason, &what)?;
    let warrant = match steps::ask_always(house, &mut tx, &wish, opening.approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    enter(house, &mut tx, &batch, (opening, &what), warrant).await?;
    tx.commit().await?;
    let mut opened = OwnRows {
        rows: vec![],
        withheld: 0,
    };
    for (chunk, answers) in std::mem::take(&mut permit.chunks) {
        permit.renew(house, &mut reader, &batch).await?;
        let place = (&chunk, answers.as_slice());
        let wanted = |request: &Request| lines.binary_search(&request.line).is_ok();
        opened
            .rows
            .extend(rows::with_answers(house, &mut reader, place, &permit, &wanted).await?);
    }
    opened.withheld = opened.rows.iter().filter(|row| row.withheld).count();
    journal::signing::sign(house).await?;
    Ok(Step::Done(opened))
}

/// Enters the reading that `warrant` permits.
async fn enter(
    house: &House,
    tx: &mut Tx,
    batch: &Batch,
    (opening, what): (&Opening<'_>, &Opened<'_>),
    warrant: Warrant,
) -> Result<()> {
    let account = format!("bureau/{}", opening.account);
    let reading = Reading {
        account: &account,
        break_glass: what,
        reason: opening.reason,
        approval: warrant.approval(),
        approved_by: warrant.approved_by(),
    };
    let act = Act {
        kind: Kind::Read,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(house, tx.connection(), &act, &reading, house.trusted_now()?).await?;
    Ok(())
}

/// Whether each of `lines` is in one of `chunks`, each given by the line of its first row and the number of its rows.
fn are_there(lines: &[i64], chunks: &[(i64, i64)]) -> bool {
    let is_there = |line: &i64| {
        let mut chunks = chunks.iter();
        chunks.any(|(first, rows)| (*first..first + rows).contains(line))
    };
    lines.iter().all(is_there)
}

fn unfit(sentence: String) -> Error {
    Error::Input {
        code: "GRANT-LINES",
        sentence,
        remedy: "name the lines with --line, as they are in the results file",
    }
}

/// What the approval is bound to.
#[derive(Serialize)]
struct Opened<'a> {
    batch: &'a str,
    sha256: String,
    lines: &'a [i64],
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Reading<'a> {
    account: &'a str,
    break_glass: &'a Opened<'a>,
    reason: &'a str,
    approval: Option<i64>,
    approved_by: &'a str,
}

/// Glass is broken for a case, not for a file.
const LINES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_batch_are_opened() {
        let chunks = [(2, 3), (5, 2)];
        let check = |lines: &[i64], expected| assert_eq!(are_there(lines, &chunks), expected, "{lines:?}");
        check(&[2, 4, 5, 6], true);
        check(&[1], false);
        check(&[7], false);
        check(&[2, 7], false);
        check(&[-1], false);
    }
}
