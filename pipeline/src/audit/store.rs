//! The table of samples, one row a member and month. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{month::Month, steps::Step};
use crate::{
    db::columns::{day, instant, optional_day},
    error::{Error, Result},
};

/// The sample of one member and month.
pub struct Sample {
    /// Institution code.
    pub member: String,
    /// The month.
    pub month: Month,
    /// How far it has come.
    pub state: State,
    /// Journal index of the commitment; its payload, sealed, holds the bureau's value.
    pub commit_entry: u64,
    /// When that was; after the month's end it is told as late.
    pub committed_at: Timestamp,
    /// How many entries the checkpoint covers under which it was frozen.
    pub frozen_size: u64,
    /// How many query records the month has.
    pub population: u64,
    /// Journal index of the announcement that the bureau draws without a reviewer.
    pub announce_entry: Option<u64>,
    /// How many records are drawn.
    pub sample_size: u64,
    /// The reviewer; empty before the draw, and where nobody reviewed in time.
    pub reviewer: String,
    /// What outsiders may see of its acts.
    pub steps: Vec<Step>,
    /// When the last of them was; for the journal, and for the end of its years.
    pub last_at: Timestamp,
}

/// How far a sample has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The bureau has committed to its value.
    Committed,
    /// The month is over, its population frozen.
    Frozen,
    /// Drawn.
    Drawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Committed, Self::Frozen, Self::Drawn];

    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Frozen => "frozen",
            Self::Drawn => "drawn",
        }
    }

    fn parse(word: &str) -> std::result::Result<Self, sqlx::Error> {
        Self::ALL
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(sqlx::Error::RowNotFound)
    }
}

/// The sample of `member` and `month`, if there is one.
pub async fn one(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Option<Sample>> {
    let row = sqlx::query(
        "SELECT member, month, state, commit_entry, committed_at, frozen_size, population, announce_entry, sample_size,
         reviewer, steps, last_at FROM sample WHERE member = $1 AND month = $2",
    )
    .bind(member)
    .bind(month.to_string())
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a sample"))?;
    row.map(|row| sample(&row).map_err(Error::database("read a sample")))
        .transpose()
}

/// All samples, newest month first.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<Sample>> {
    let rows = sqlx::query(
        "SELECT member, month, state, commit_entry, committed_at, frozen_size, population, announce_entry, sample_size,
         reviewer, steps, last_at FROM sample ORDER BY month DESC, member",
    )
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the samples"))?;
    rows.iter()
        .map(|row| sample(row).map_err(Error::database("list the samples")))
        .collect()
}

/// The samples that somebody still has to do something about: not drawn, and with queries as far as anybody knows.
pub async fn unfinished(conn: &mut AnyConnection) -> Result<Vec<Sample>> {
    let rows = sqlx::query(
        "SELECT member, month, state, commit_entry, committed_at, frozen_size, population, announce_entry, sample_size,
         reviewer, steps, last_at FROM sample WHERE state = 'committed' OR (state = 'frozen' AND population > 0)
         ORDER BY month, member",
    )
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the samples"))?;
    rows.iter()
        .map(|row| sample(row).map_err(Error::database("list the samples")))
        .collect()
}

/// Enters a sample to whose value the bureau has committed.
pub async fn insert(conn: &mut AnyConnection, sample: &Sample) -> Result<()> {
    sqlx::query(
        "INSERT INTO sample (member, month, state, commit_entry, committed_at, frozen_size, population, announce_entry,
         sample_size, reviewer, steps, items, last_at) VALUES ($1, $2, $3, $4, $5, 0, 0, NULL, 0, '', $6, '', $7)",
    )
    .bind(&sample.member)
    .bind(sample.month.to_string())
    .bind(sample.state.word())
    .bind(number(sample.commit_entry)?)
    .bind(sample.committed_at.as_microsecond())
    .bind(text(&sample.steps)?)
    .bind(sample.last_at.as_microsecond())
    .execute(conn)
    .await
    .map_err(Error::database("enter a sample"))?;
    Ok(())
}

/// Writes what became of `sample`, which was at `from` with so many steps.
pub async fn advance(conn: &mut AnyConnection, sample: &Sample, from: (State, u64)) -> Result<()> {
    let done = sqlx::query(
        "UPDATE sample SET state = $1, frozen_size = $2, population = $3, announce_entry = $4, sample_size = $5,
         reviewer = $6, steps = $7, items = '', last_at = $8
         WHERE member = $9 AND month = $10 AND state = $11 AND sample_size = $12",
    )
    .bind(sample.state.word())
    .bind(number(sample.frozen_size)?)
    .bind(number(sample.population)?)
    .bind(sample.announce_entry.map(number).transpose()?)
    .bind(number(sample.sample_size)?)
    .bind(&sample.reviewer)
    .bind(text(&sample.steps)?)
    .bind(sample.last_at.as_microsecond())
    .bind(&sample.member)
    .bind(sample.month.to_string())
    .bind(from.0.word())
    .bind(number(from.1)?)
    .execute(conn)
    .await
    .map_err(Error::database("advance a sample"))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Bug("a sample changed while its writer was held"))
    }
}

/// Notes that something was done about the sample of `member` and `month` at `now`: its years begin with its last act.
pub async fn touch(conn: &mut AnyConnection, member: &str, month: Month, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sample SET last_at = $1 WHERE member = $2 AND month = $3 AND last_at < $1")
        .bind(now.as_microsecond())
        .bind(member)
        .bind(month.to_string())
        .execute(conn)
        .await
        .map_err(Error::database("touch a sample"))?;
    Ok(())
}

/// The journal indexes of the records of `sample` in the order of the draw, as they were noted; `None` before, and if there are
/// not just as many as are drawn.
pub async fn noted(conn: &mut AnyConnection, sample: &Sample) -> Result<Option<Vec<u64>>> {
    let failed = || Error::database("read the records of a sample");
    let row = sqlx::query("SELECT items FROM sample WHERE member = $1 AND month = $2")
        .bind(&sample.member)
        .bind(sample.month.to_string())
        .fetch_one(conn)
        .await
        .map_err(failed())?;
    let text: String = row.try_get(0).map_err(failed())?;
    let items: Option<Vec<u64>> = text.split(',').map(|index| index.parse().ok()).collect();
    Ok(items.filter(|items| items.len() as u64 == sample.sample_size))
}

/// Notes them, unless the sample has grown meanwhile.
pub async fn note(conn: &mut AnyConnection, sample: &Sample, items: &[u64]) -> Result<()> {
    let items: Vec<String> = items.iter().map(u64::to_string).collect();
    sqlx::query("UPDATE sample SET items = $1 WHERE member = $2 AND month = $3 AND sample_size = $4")
        .bind(items.join(","))
        .bind(&sample.member)
        .bind(sample.month.to_string())
        .bind(number(sample.sample_size)?)
        .execute(conn)
        .await
        .map_err(Error::database("note the records of a sample"))?;
    Ok(())
}

/// The members of whom some day of `month` is one of membership.
pub async fn members_in(conn: &mut AnyConnection, month: Month) -> Result<Vec<String>> {
    let failed = || Error::database("list the members");
    let rows = sqlx::query("SELECT code, valid_from, valid_to FROM member ORDER BY code")
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    let mut codes = Vec::new();
    for row in &rows {
        let from: String = row.try_get(1).map_err(failed())?;
        let to: Option<String> = row.try_get(2).map_err(failed())?;
        let (from, to) = (day(&from).map_err(failed())?, optional_day(to).map_err(failed())?);
        if from <= month.last_day() && to.is_none_or(|to| to > month.first_day()) {
            codes.push(row.try_get(0).map_err(failed())?);
        }
    }
    Ok(codes)
}

/// Where the sealed query records of `member` and `month` are: cohort and object of each chunk.
pub async fn records(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT chunk.query_cohort, chunk.query_object FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE batch.member = $1 AND chunk.gated_at >= $2 AND chunk.gated_at < $3 AND chunk.row_count > chunk.refused
         ORDER BY chunk.chunk_no",
    )
    .bind(member)
    .bind(month.start().as_microsecond())
    .bind(month.end().as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the chunks of a month"))?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list the chunks of a month"))
}

fn sample(row: &AnyRow) -> std::result::Result<Sample, sqlx::Error> {
    let unsigned = |column| {
        let number: i64 = row.try_get(column)?;
        u64::try_from(number).map_err(|_| sqlx::Error::RowNotFound)
    };
    let (month, state, steps): (String, String, String) =
        (row.try_get(1)?, row.try_get(2)?, row.try_get(10)?);
    Ok(Sample {
        member: row.try_get(0)?,
        month: Month::parse(&month).ok_or(sqlx::Error::RowNotFound)?,
        state: State::parse(&state)?,
        commit_entry: unsigned(3)?,
        committed_at: instant(row.try_get(4)?)?,
        frozen_size: unsigned(5)?,
        population: unsigned(6)?,
        announce_entry: row
            .try_get::<Option<i64>, _>(7)?
            .and_then(|entry| u64::try_from(entry).ok()),
        sample_size: unsigned(8)?,
        reviewer: row.try_get(9)?,
        steps: serde_json::from_str(&steps).map_err(|_| sqlx::Error::RowNotFound)?,
        last_at: instant(row.try_get(11)?)?,
    })
}

fn text(steps: &[Step]) -> Result<String> {
    serde_json::to_string(steps).map_err(|_| Error::Bug("the steps of a sample have no JSON form"))
}

fn number(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Bug("a count beyond 2^63"))
}
