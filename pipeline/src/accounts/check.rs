//! Says of one account, in the running review, whether its rights stay: by somebody else than its holder. *SQL.*

use serde::Serialize;

use super::{
    review,
    store::{self, Check, Verdict},
};
use crate::{
    access::{people::Holder, persons::Persons, stopping::check_reason},
    app::House,
    db::{Tx, meta},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::people::Right,
};

/// What the journal keeps of it.
#[derive(Serialize)]
struct Entered<'a> {
    duty: &'a str,
    account: &'a str,
    roles: Vec<String>,
    verdict: &'a str,
    remark: &'a str,
    by: &'a str,
}

/// Says `verdict` of the account `holder`, as `by`; `remark` tells what is to be changed. A later check of an account stands in
/// place of an earlier one, which stays in the books.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `PEOPLE-UNKNOWN`, `PEOPLE-HANDS`, `PEOPLE-SELF`, `DUTY-CLOSED`, `STOP-REASON`; `GATE-CLOCK`.
pub async fn check(
    house: &House,
    holder: &Holder,
    verdict: Verdict,
    remark: &str,
    by: &str,
) -> Result<Check> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    if verdict == Verdict::Change || !remark.is_empty() {
        check_reason(remark)?;
    }
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let running = review::running(house, &mut *conn, &holder.at, today).await?;
    let reviewer = reviewer(house, &mut tx, &holder.at, by, today).await?;
    if running.closed {
        return Err(closed());
    }
    let found = running
        .accounts
        .iter()
        .find(|account| account.line.account == holder.account);
    let line = &found.ok_or_else(unknown)?.line;
    if line.person == reviewer {
        return Err(Error::Denied {
            code: "PEOPLE-SELF",
            sentence: "the account is the reviewer's own: nobody reviews their own rights (五(二))".into(),
            remedy: "let another account administrator or a unit head say of it whether it stays",
        });
    }
    let conn = tx.connection();
    let columns = [
        (line.query, "query"),
        (line.approve, "approve"),
        (line.review, "review"),
    ];
    let columns = columns
        .into_iter()
        .filter(|(given, _)| *given)
        .map(|(_, name)| name.to_owned());
    let number = meta::take_numbers(&mut *conn, meta::CHECKS, 1).await?;
    let reference = format!("account-check:{number}");
    let act = Act {
        kind: Kind::Account,
        member: &holder.at,
        reference: &reference,
    };
    let entered = Entered {
        duty: &running.duty,
        account: &line.account,
        roles: columns.chain(line.roles.iter().cloned()).collect(),
        verdict: verdict.name(),
        remark,
        by,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let check = Check {
        number,
        duty: running.duty.clone(),
        member: holder.at.clone(),
        account: line.account.clone(),
        from: line.from,
        verdict,
        remark: remark.to_owned(),
        at: now,
        by: by.to_owned(),
        entry: journal::store::column(entry)?,
    };
    store::insert(&mut *conn, &check).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(check)
}

/// The person of `by`, who looks after accounts, or is a head, there today.
async fn reviewer(
    house: &House,
    tx: &mut Tx,
    member: &str,
    by: &str,
    today: jiff::civil::Date,
) -> Result<String> {
    let persons = Persons::load(tx, member, today).await?;
    let may = [Right::ManageAccounts, Right::Authorise];
    let line = persons.able(by, |line| {
        may.iter().any(|right| line.permits(&house.regime, *right))
    });
    let line = line.ok_or_else(|| Error::Denied {
        code: "PEOPLE-HANDS",
        sentence: "this account may not review accounts today: an account administrator does, or a unit head (五(二))".into(),
        remedy: "name with --as an account that has one of these roles today, `mayfly people table` shows them",
    })?;
    Ok(line.person.clone())
}

fn unknown() -> Error {
    Error::Input {
        code: "PEOPLE-UNKNOWN",
        sentence: "no authorisation of this account holds there today".into(),
        remedy: "see `mayfly people check list MEMBER` for the accounts of the review",
    }
}

pub(super) fn closed() -> Error {
    Error::Input {
        code: "DUTY-CLOSED",
        sentence: "the review of this period is closed, and what was said in it stands".into(),
        remedy: "say it in the next period, or change the authorisation now (`mayfly people begin`, `mayfly people end`)",
    }
}
