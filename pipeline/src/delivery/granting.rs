//! Grants are applied for by who wants to use answers, approved by another person, ended early, listed (六(二)2). *SQL.*

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::grant::{Grant, PeriodFault, Scope, check_period};
use crate::{
    access::{known, rows, stopping::check_reason},
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, steps},
    db::{
        columns::{Column, instant},
        meta,
    },
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::people,
    run,
};

/// What somebody wants to use.
#[derive(Serialize)]
pub struct Use<'a> {
    /// Of which answers.
    pub scope: &'a Scope,
    /// From when on; none: from its granting.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
}

/// Grants `account` of the member the use `wanted` with `approval`, or applies for one.
///
/// # Errors
/// `GRANT-SCOPE`, `GRANT-PERIOD`, `BATCH-UNKNOWN`, `STOP-REASON`, `APPROVAL-*`.
pub async fn add(
    house: &House,
    wanted: &Use<'_>,
    reason: &str,
    account: &str,
    approval: Option<i64>,
) -> Result<Step<Grant>> {
    check_reason(reason)?;
    let account = known::own(account, &wanted.scope.member);
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let from = wanted.from.unwrap_or(now);
    let longest = SignedDuration::from_hours(house.regime.answer_grant.valid_hours.value);
    check_period((from, wanted.until), now, longest).map_err(|fault| period(fault, longest))?;
    check_known(tx.connection(), wanted.scope).await?;
    let matter = Matter {
        act: people::Act::AnswerGrant,
        desk: &wanted.scope.member,
        subject: wanted.scope.batch.as_deref().unwrap_or("answers"),
        about: "",
    };
    let wish = Wish::new(&matter, account, reason, wanted)?;
    let warrant = match steps::ask(house, &mut tx, &wish, approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    let asked = (wanted, reason, account);
    let grant = write(house, tx.connection(), asked, (from, now), warrant).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(grant))
}

/// Enters the grant that `warrant` permits, from `from` on.
async fn write(
    house: &House,
    conn: &mut AnyConnection,
    (wanted, reason, account): (&Use<'_>, &str, &str),
    (from, now): (Timestamp, Timestamp),
    warrant: Warrant,
) -> Result<Grant> {
    let number = meta::take_numbers(&mut *conn, meta::GRANTS, 1).await?;
    let reference = format!("grant:{number}");
    let told = Granted {
        account,
        wanted,
        reason,
        approval: warrant.approval(),
        approved_by: warrant.approved_by(),
    };
    let act = Act {
        kind: Kind::Approval,
        member: &wanted.scope.member,
        reference: &reference,
    };
    let entry = act::enter(house, &mut *conn, &act, &told, now).await?;
    let grant = Grant {
        number,
        account: account.to_owned(),
        scope: wanted.scope.clone(),
        from,
        until: wanted.until,
        reason: reason.to_owned(),
        approved_by: warrant.approved_by().to_owned(),
        granted_at: now,
        entry: journal::store::column(entry)?,
    };
    insert(conn, &grant).await?;
    Ok(grant)
}

/// Ends the grant `number` now: nothing is used under it from the commit on. Nobody has to approve that less is allowed.
///
/// # Errors
/// `GRANT-UNKNOWN`, `STOP-REASON`, `PEOPLE-ABSENT`.
pub async fn end(house: &House, number: i64, reason: &str, by: &str) -> Result<()> {
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let all = list(tx.connection(), Some(now)).await?;
    let grant = all.iter().find(|grant| grant.number == number);
    let grant = grant.ok_or(Error::Input {
        code: "GRANT-UNKNOWN",
        sentence: "there is no grant of that number that is not over".into(),
        remedy: "see `mayfly grant list` for the numbers of those that are not",
    })?;
    let by = known::own(by, &grant.scope.member);
    known::check(&mut tx, by, &[&grant.scope.member, "bureau"], house.today(now)).await?;
    let done = sqlx::query("UPDATE answer_grant SET until_at = $1 WHERE grant_no = $2 AND until_at > $1")
        .bind(now.as_microsecond())
        .bind(number)
        .execute(tx.connection())
        .await
        .map_err(Error::database("end a grant"))?;
    if done.rows_affected() != 1 {
        return Err(Error::Bug("a grant vanished while it was ended"));
    }
    let reference = format!("grant:{number}");
    let act = Act {
        kind: Kind::Approval,
        member: &grant.scope.member,
        reference: &reference,
    };
    act::enter(house, tx.connection(), &act, &("ended", reason, by), now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(())
}

/// All grants, or those that were not over at `after`.
pub async fn list(conn: &mut AnyConnection, after: Option<Timestamp>) -> Result<Vec<Grant>> {
    let rows = sqlx::query(
        "SELECT grant_no, account, member, batch, cases_of, from_at, until_at, reason, approved_by, granted_at, entry
         FROM answer_grant WHERE until_at > $1 ORDER BY grant_no",
    )
    .bind(after.map_or(-1, Timestamp::as_microsecond))
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the grants"))?;
    read(&rows)
}

/// The grants of `account` of `member` that are not over at `now`.
pub(super) async fn of_account(
    conn: &mut AnyConnection,
    (member, account): (&str, &str),
    now: Timestamp,
) -> Result<Vec<Grant>> {
    let rows = sqlx::query(
        "SELECT grant_no, account, member, batch, cases_of, from_at, until_at, reason, approved_by, granted_at, entry
         FROM answer_grant WHERE member = $1 AND account = $2 AND until_at > $3 ORDER BY grant_no",
    )
    .bind(member)
    .bind(account)
    .bind(now.as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(Error::database("look for grants"))?;
    read(&rows)
}

/// Refuses a scope that names what is not there, or is another member's.
async fn check_known(conn: &mut AnyConnection, scope: &Scope) -> Result<()> {
    if let Some(batch) = &scope.batch
        && run::find(&mut *conn, batch).await?.member != scope.member
    {
        return Err(unfit("the batch is another member's"));
    }
    let staff = rows::of_member(conn, &scope.member).await?;
    let known = |account: &String| staff.iter().any(|line| line.account == *account);
    if scope.cases_of.as_ref().is_some_and(|querier| !known(querier)) {
        return Err(unfit("nobody of the member has or had that account"));
    }
    Ok(())
}

fn unfit(why: &str) -> Error {
    Error::Input {
        code: "GRANT-SCOPE",
        sentence: format!("the grant would cover nothing: {why}"),
        remedy: "name a batch of the member (--batch), or a querier of it (--cases-of)",
    }
}

fn period(fault: PeriodFault, longest: SignedDuration) -> Error {
    Error::Input {
        code: "GRANT-PERIOD",
        sentence: match fault {
            PeriodFault::Past => "the period of use is over before it begins".into(),
            PeriodFault::Long => format!(
                "the period of use is longer than the {} hours that may be approved (六(二)2)",
                longest.as_hours()
            ),
        },
        remedy: "name instants with --from and --until such as 2026-11-02T10:00:00+08:00, the later one after now",
    }
}

async fn insert(conn: &mut AnyConnection, grant: &Grant) -> Result<()> {
    sqlx::query(
        "INSERT INTO answer_grant (grant_no, account, member, batch, cases_of, from_at, until_at, reason, approved_by,
         granted_at, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(grant.number)
    .bind(&grant.account)
    .bind(&grant.scope.member)
    .bind(grant.scope.batch.as_deref())
    .bind(grant.scope.cases_of.as_deref())
    .bind(grant.from.as_microsecond())
    .bind(grant.until.as_microsecond())
    .bind(&grant.reason)
    .bind(&grant.approved_by)
    .bind(grant.granted_at.as_microsecond())
    .bind(grant.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter a grant"))?;
    Ok(())
}

fn read(rows: &[AnyRow]) -> Result<Vec<Grant>> {
    let grant = |row: &AnyRow| -> Column<Grant> {
        Ok(Grant {
            number: row.try_get(0)?,
            account: row.try_get(1)?,
            scope: Scope {
                member: row.try_get(2)?,
                batch: row.try_get(3)?,
                cases_of: row.try_get(4)?,
            },
            from: instant(row.try_get(5)?)?,
            until: instant(row.try_get(6)?)?,
            reason: row.try_get(7)?,
            approved_by: row.try_get(8)?,
            granted_at: instant(row.try_get(9)?)?,
            entry: row.try_get(10)?,
        })
    };
    rows.iter()
        .map(|row| grant(row).map_err(Error::database("read the grants")))
        .collect()
}

/// What the journal keeps of a grant.
#[derive(Serialize)]
struct Granted<'a> {
    account: &'a str,
    #[serde(flatten)]
    wanted: &'a Use<'a>,
    reason: &'a str,
    approval: Option<i64>,
    approved_by: &'a str,
}
