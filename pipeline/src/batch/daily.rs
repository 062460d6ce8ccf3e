//! How many rows of each day ended how, for pictures: of one member or of all. *SQL.*

use jiff::{Timestamp, ToSpan, civil::Date};
use sqlx::{AnyConnection, Row};

use super::Counts;
use crate::error::{Error, Result};

/// A day in Taipei.
pub struct Daily {
    /// The day.
    pub day: Date,
    /// What became of the rows that passed, or did not pass, the gate on it.
    pub counts: Counts,
}

/// The `days` days up to `today`, oldest first, days without a query among them: of `member`, or of all.
///
/// # Errors
/// `DB-*`.
pub async fn of(
    conn: &mut AnyConnection,
    member: Option<&str>,
    today: Date,
    days: u16,
) -> Result<Vec<Daily>> {
    let first = today.saturating_sub(i64::from(days.saturating_sub(1)).days());
    let from = number(first) * DAY_MICROS - TAIPEI_MICROS;
    let failed = || Error::database("count the queries of each day");
    let rows = sqlx::query(
        "SELECT (chunk.gated_at + 28800000000) / 86400000000, CAST(COALESCE(SUM(answered), 0) AS BIGINT),
         CAST(COALESCE(SUM(no_record), 0) AS BIGINT), CAST(COALESCE(SUM(refused), 0) AS BIGINT),
         CAST(COALESCE(SUM(failed), 0) AS BIGINT), CAST(COALESCE(SUM(unresolved), 0) AS BIGINT)
         FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE chunk.gated_at >= $1 AND ($2 = '' OR batch.member = $2)
         GROUP BY (chunk.gated_at + 28800000000) / 86400000000",
    )
    .bind(from)
    .bind(member.unwrap_or(""))
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let empty = |place: u16| Daily {
        day: first.saturating_add(i64::from(place).days()),
        counts: Counts::default(),
    };
    let mut all: Vec<Daily> = (0..days).map(empty).collect();
    for row in &rows {
        let read = || {
            let counts = Counts {
                answered: row.try_get(1)?,
                no_record: row.try_get(2)?,
                refused: row.try_get(3)?,
                failed: row.try_get(4)?,
                unresolved: row.try_get(5)?,
            };
            Ok((row.try_get::<i64, _>(0)?, counts))
        };
        let (day, counts) = read().map_err(failed())?;
        if let Some(daily) = all.iter_mut().find(|daily| number(daily.day) == day) {
            daily.counts = counts;
        }
    }
    Ok(all)
}

/// Days since 1970.
fn number(day: Date) -> i64 {
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp());
    midnight.unwrap_or(Timestamp::UNIX_EPOCH).as_second() / 86_400
}

const DAY_MICROS: i64 = 86_400_000_000;
const TAIPEI_MICROS: i64 = 28_800_000_000;
