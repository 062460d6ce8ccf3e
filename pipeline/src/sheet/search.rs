//! A member's query records of a week or a month, by querier and outcome, as their sheets show them (六(一)5, 6). *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    desk::to_search,
    lines::{self, Line},
    sign::{acting, desk},
};
use crate::{
    access::people::Holder,
    app::House,
    batch::{Chunk, Outcome, chunks},
    error::{Error, Result},
    gate::record::QueryRecord,
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
    sealed,
};

/// Which records are wanted.
pub struct Sought {
    /// The week or month, as people name it.
    pub period: String,
    /// Its first instant, and the first after it.
    pub span: (Timestamp, Timestamp),
    /// Of this querier; of everybody whose records may be seen.
    pub querier: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// From this journal index on.
    pub from: u64,
}

/// Records that were found.
pub struct Records {
    /// The first of them, as [`RECORDS_MAX`] says; their places count from 1.
    pub lines: Vec<Line>,
    /// Their queriers' names, each at the place of its line.
    pub names: Vec<String>,
    /// The journal index from which there are more.
    pub next: Option<u64>,
}

/// The records of their member that `holder` seeks and may see; that they are read is entered in the journal first.
///
/// # Errors
/// `SHEET-RIGHT`, `GATE-CLOCK`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn search(house: &House, holder: &Holder, mut sought: Sought) -> Result<Records> {
    let (member, account) = (&holder.at, &holder.account);
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let desk = desk(house, &mut reader, member, now).await?;
    if !desk.sees_all(account) {
        // Who sees only their own means their own.
        sought.querier.get_or_insert_with(|| account.clone());
    }
    let may = |desk: &super::desk::Desk<'_>| match &sought.querier {
        Some(querier) => desk.sees(account, querier),
        None => desk.sees_all(account),
    };
    if !may(&desk) {
        return Err(to_search());
    }
    let mut tx = house.db.begin().await?;
    if !may(&acting(house, &mut tx, member, house.trusted_now()?).await?) {
        return Err(to_search());
    }
    // References are in small letters: a week is `2026-w45` there.
    let reference = format!("records:{}", sought.period.to_ascii_lowercase());
    let act = Act {
        kind: Kind::Read,
        member,
        reference: &reference,
    };
    let reading = Reading {
        account,
        querier: sought.querier.as_deref().unwrap_or(""),
        outcome: sought.outcome.map_or("", Outcome::word),
        from: sought.from,
    };
    act::enter(house, tx.connection(), &act, &reading, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;

    let mut found = matching(&mut reader, member, &sought).await?;
    let next = found.get(RECORDS_MAX).map(|row| row.entry);
    found.truncate(RECORDS_MAX);
    let lines = open(house, &mut reader, (member, &sought), &found).await?;
    let name = |line: &Line| desk.name_of(&line.account).to_owned();
    Ok(Records {
        names: lines.iter().map(name).collect(),
        lines,
        next,
    })
}

/// The lines of the records that were `found`; one sealed chunk is open at a time.
async fn open(
    house: &House,
    conn: &mut AnyConnection,
    (member, sought): (&str, &Sought),
    found: &[Matching],
) -> Result<Vec<Line>> {
    let chunks: Vec<Chunk> = match found.is_empty() {
        true => Vec::new(),
        false => chunks::between(conn, member, sought.span).await?,
    };
    let (mut shown, mut rest) = (Vec::new(), found.iter().peekable());
    for chunk in chunks {
        let is_in = |row: &&Matching| row.chunk_no == chunk.chunk_no;
        if !rest.peek().is_some_and(is_in) {
            continue;
        }
        let segment = sealed::segment(house, &chunk.queries)?;
        while let Some(row) = rest.next_if(is_in) {
            let ordinal = u32::try_from(row.line - chunk.first_line);
            let ordinal = ordinal.map_err(|_| Error::Bug("a request outside of its chunk"))?;
            let bytes = segment.record(ordinal)?;
            let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
            let asked = record.asked.as_ref();
            let asked = asked.ok_or(Error::Bug("a query record without its query"))?;
            let place = shown.len() as u64 + 1;
            shown.push(lines::shown(&record, asked, row.outcome, (place, row.entry)));
        }
    }
    Ok(shown)
}

/// A row of a query that is sought.
struct Matching {
    chunk_no: i64,
    line: i64,
    outcome: Outcome,
    entry: u64,
}

async fn matching(conn: &mut AnyConnection, member: &str, sought: &Sought) -> Result<Vec<Matching>> {
    let failed = || Error::database("look for query records");
    // One that was asked and is no exception was answered, once its chunk is settled.
    let rows = sqlx::query(
        "SELECT request.chunk_no, request.line,
         CASE WHEN request.outcome = 0 AND chunk.state = 'settled' THEN 1 ELSE request.outcome END, request.entry FROM request
         JOIN chunk ON chunk.chunk_no = request.chunk_no JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE batch.member = $1 AND chunk.gated_at >= $2 AND chunk.gated_at < $3 AND request.entry >= $4
         AND (request.querier = $5 OR $5 = '') AND ($6 = -1 OR $6 = CASE WHEN request.outcome = 0 AND chunk.state = 'settled' THEN 1 ELSE request.outcome END)
         ORDER BY chunk.first_entry, request.entry LIMIT $7",
    )
    .bind(member)
    .bind(sought.span.0.as_microsecond())
    .bind(sought.span.1.as_microsecond())
    .bind(i64::try_from(sought.from).unwrap_or(i64::MAX))
    .bind(sought.querier.as_deref().unwrap_or(""))
    .bind(sought.outcome.map_or(-1, Outcome::number))
    .bind(RECORDS_MAX as i64 + 1)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let read = |row: &sqlx::any::AnyRow| {
        let outcome = Outcome::parse(row.try_get(2)?).ok_or(sqlx::Error::RowNotFound)?;
        let entry: i64 = row.try_get(3)?;
        Ok(Matching {
            chunk_no: row.try_get(0)?,
            line: row.try_get(1)?,
            outcome,
            entry: entry.unsigned_abs(),
        })
    };
    rows.iter()
        .map(read)
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}

#[derive(Serialize)]
struct Reading<'a> {
    account: &'a str,
    querier: &'a str,
    outcome: &'a str,
    from: u64,
}

/// Most records that are shown at once.
pub const RECORDS_MAX: usize = 200;
