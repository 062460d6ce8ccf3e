//! Changes of the 授權表 as they were entered: each a journal entry and a row of the 授權異動明細紀錄表 (五(一)1, 2). *SQL.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_midnight;
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::authorisation::Authorisation;
use crate::{
    app::House,
    db::{
        columns::{day, instant},
        meta,
    },
    error::{Error, Result},
    journal::{
        act::{self, Act},
        entry::Kind,
        store::column,
    },
};

/// A change that is to be entered.
#[derive(Serialize)]
pub struct Change {
    what: What,
    #[serde(rename = "at")]
    member: String,
    account: String,
    person: String,
    roles: Vec<String>,
    /// First day of its authorisation, which names it.
    from: Date,
    /// From when it holds.
    day: Date,
    approved_by: String,
    /// Why, where a person said so.
    pub reason: String,
}

/// What changes.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An authorisation begins.
    Begin,
    /// An authorisation ends.
    End,
}

/// A change that was entered.
pub struct Entered {
    /// Its number.
    pub number: i64,
    /// What changed.
    pub what: What,
    /// From when it holds.
    pub day: Date,
    /// The authorisation as it stands now.
    pub line: Authorisation,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// By whom.
    pub entered_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// Why.
    pub reason: String,
    /// Its journal entry.
    pub entry: i64,
}

impl Change {
    /// The beginning or the end of `line`, with the approver that the line names for it.
    pub fn of(line: &Authorisation, what: What) -> Self {
        let columns = [
            (line.query, "query"),
            (line.approve, "approve"),
            (line.review, "review"),
        ];
        let columns = columns.into_iter().filter(|(given, _)| *given);
        let (day, approved_by) = match what {
            What::Begin => (line.from, &line.approved_by),
            What::End => (line.to.unwrap_or(line.from), &line.ended_by),
        };
        Self {
            what,
            member: line.member.clone(),
            account: line.account.clone(),
            person: line.person.clone(),
            roles: columns
                .map(|(_, name)| name.to_owned())
                .chain(line.roles.iter().cloned())
                .collect(),
            from: line.from,
            day,
            approved_by: approved_by.clone(),
            reason: String::new(),
        }
    }
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::End => "end",
        }
    }
}

/// Enters `changes`, made by the account `by`, in the journal and in the table.
pub async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    changes: &[Change],
    by: &str,
    now: Timestamp,
) -> Result<()> {
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(());
    }
    let first = meta::take_numbers(&mut *conn, meta::CHANGES, count).await?;
    let references: Vec<String> = (first..first + count)
        .map(|number| format!("authorisation:{number}"))
        .collect();
    let acts: Vec<_> = changes
        .iter()
        .zip(&references)
        .map(|(change, reference)| {
            let act = Act {
                kind: Kind::Account,
                member: &change.member,
                reference,
            };
            (act, Signed { change, by })
        })
        .collect();
    let entry = act::enter_all(house, &mut *conn, &acts, now).await?;
    let entry = column(entry)?;
    for (change, place) in changes.iter().zip(0..) {
        insert(&mut *conn, change, by, now, (first + place, entry + place)).await?;
    }
    Ok(())
}

/// Changes that hold from a day of `from..=to` on, or were entered on one, in the order in which they hold; of `member` or,
/// if that is none, everybody's.
pub async fn between(
    conn: &mut AnyConnection,
    from: Date,
    to: Date,
    member: Option<&str>,
) -> Result<Vec<Entered>> {
    let rows = sqlx::query(
        "SELECT authorisation.member, authorisation.account, authorisation.from_day, authorisation.to_day,
         authorisation.name, authorisation.title, authorisation.may_query, authorisation.may_approve,
         authorisation.may_review, authorisation.approved_by, authorisation.ended_by, authorisation.person,
         authorisation.unit, authorisation.approval_level, authorisation.roles, authorisation_change.change_no,
         authorisation_change.what, authorisation_change.day, authorisation_change.entered_at,
         authorisation_change.entered_by, authorisation_change.approved_by, authorisation_change.reason,
         authorisation_change.entry
         FROM authorisation_change JOIN authorisation ON authorisation.member = authorisation_change.member
         AND authorisation.account = authorisation_change.account
         AND authorisation.from_day = authorisation_change.from_day
         WHERE ((authorisation_change.day >= $1 AND authorisation_change.day <= $2)
         OR (authorisation_change.entered_at >= $4 AND authorisation_change.entered_at < $5))
         AND (authorisation_change.member = $3 OR $3 = '')
         ORDER BY authorisation_change.day, authorisation_change.change_no",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(member.unwrap_or(""))
    .bind(begins(from))
    .bind(begins(to.tomorrow().unwrap_or(Date::MAX)))
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the changes of authorisations"))?;
    rows.iter()
        .map(|row| entered(row).map_err(Error::database("read the changes of authorisations")))
        .collect()
}

async fn insert(
    conn: &mut AnyConnection,
    change: &Change,
    by: &str,
    now: Timestamp,
    (number, entry): (i64, i64),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO authorisation_change (change_no, member, account, from_day, what, day, entered_at, entered_by,
         approved_by, reason, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(number)
    .bind(&change.member)
    .bind(&change.account)
    .bind(change.from.to_string())
    .bind(change.what.name())
    .bind(change.day.to_string())
    .bind(now.as_microsecond())
    .bind(by)
    .bind(&change.approved_by)
    .bind(&change.reason)
    .bind(entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter a change of an authorisation"))?;
    Ok(())
}

fn entered(row: &AnyRow) -> std::result::Result<Entered, sqlx::Error> {
    Ok(Entered {
        line: super::rows::from_row(row)?,
        number: row.try_get(15)?,
        what: match row.try_get::<String, _>(16)?.as_str() {
            "begin" => What::Begin,
            "end" => What::End,
            _ => return Err(sqlx::Error::RowNotFound),
        },
        day: day(&row.try_get::<String, _>(17)?)?,
        entered_at: instant(row.try_get(18)?)?,
        entered_by: row.try_get(19)?,
        approved_by: row.try_get(20)?,
        reason: row.try_get(21)?,
        entry: row.try_get(22)?,
    })
}

/// The first instant of `day` in Taipei, as it is stored.
fn begins(day: Date) -> i64 {
    taipei_midnight(day).unwrap_or(Timestamp::MAX).as_microsecond()
}

/// What the journal keeps of a change.
#[derive(Serialize)]
struct Signed<'c> {
    #[serde(flatten)]
    change: &'c Change,
    by: &'c str,
}
