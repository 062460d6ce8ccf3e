//! How much each member used the link in a span of days: what the yearly review of use goes by (四(三)). *SQL.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_midnight;
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    access::members,
    app::House,
    db::columns::{Column, instant},
    error::{Error, Result},
};

/// One member's use.
#[derive(Serialize)]
pub struct Use {
    /// Institution code.
    pub member: String,
    /// Its name.
    pub name: String,
    /// Queries that passed the gate in these days.
    pub queries: i64,
    /// When the last one passed, as far as it is kept.
    pub last_query: Option<Timestamp>,
}

/// The use of every member there is on a day of `from..=to`; one without a query in these days is among them, with 0.
///
/// # Errors
/// `REGISTER-DAY` for days in the wrong order.
pub async fn of_days(house: &House, from: Date, to: Date) -> Result<Vec<Use>> {
    if to < from {
        return Err(Error::Input {
            code: "REGISTER-DAY",
            sentence: "the last day is before the first".into(),
            remedy: "name the earlier day with --from, the later one with --to",
        });
    }
    let mut reader = house.db.reader().await?;
    let (first, after) = (begins(from), begins(to.tomorrow().unwrap_or(Date::MAX)));
    let mut uses = Vec::new();
    for code in members::codes(&mut reader).await? {
        let Some(member) = members::one(&mut reader, &code).await? else {
            continue;
        };
        if member.valid_from > to || member.valid_to.is_some_and(|end| end <= from) {
            continue;
        }
        let (queries, last_query) = counted(&mut reader, &code, first, after).await?;
        uses.push(Use {
            member: code,
            name: member.name,
            queries,
            last_query,
        });
    }
    Ok(uses)
}

async fn counted(
    conn: &mut AnyConnection,
    member: &str,
    first: i64,
    after: i64,
) -> Result<(i64, Option<Timestamp>)> {
    let failed = || Error::database("count a member's queries");
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(CASE WHEN chunk.gated_at >= $2 AND chunk.gated_at < $3
         THEN chunk.row_count - chunk.refused ELSE 0 END), 0) AS BIGINT),
         MAX(CASE WHEN chunk.row_count > chunk.refused THEN chunk.gated_at END)
         FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no WHERE batch.member = $1",
    )
    .bind(member)
    .bind(first)
    .bind(after)
    .fetch_one(conn)
    .await
    .map_err(failed())?;
    read(&row).map_err(failed())
}

fn read(row: &AnyRow) -> Column<(i64, Option<Timestamp>)> {
    let last: Option<i64> = row.try_get(1)?;
    Ok((row.try_get(0)?, last.map(instant).transpose()?))
}

/// The first instant of `day` in Taipei, as it is stored.
fn begins(day: Date) -> i64 {
    taipei_midnight(day).unwrap_or(Timestamp::MAX).as_microsecond()
}
