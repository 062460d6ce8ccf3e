//! What still left after a stop: queries that had passed the gate before it, and deliveries; watched until there is nothing. *SQL.*

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{store, store::Incident};
use crate::{
    access::{registers::Registers, stop::Target},
    app::House,
    clock::Stopwatch,
    db::columns::instant,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
        span,
    },
};

/// What a look finds of the time after a stop.
#[derive(Serialize)]
pub struct Reading {
    /// When it was looked.
    pub read_at: Timestamp,
    /// Queries that had passed the gate before the stop, and whose answers came after it. What was held back never left.
    pub released: i64,
    /// Deliveries that were completed after it: of a member or the link none can be.
    pub deliveries: i64,
    /// Queries that had passed the gate before it and have no outcome yet.
    pub on_the_way: i64,
    /// The last release after the stop, as it was dated.
    pub last_at: Option<Timestamp>,
    /// Microseconds from the commit of the stop to the last release after it; none while something is on the way.
    pub elapsed_micros: Option<i64>,
    /// Whether a stopwatch ran since the commit; otherwise it is by the instants that were noted.
    pub watched: bool,
    /// Journal index.
    pub entry: Option<i64>,
}

/// Looks at what left after the stop of `incident`, for at most `patience`, until nothing is on the way; `since` runs from the commit
/// of the stop. Nothing is written.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn watch(
    house: &House,
    incident: &Incident,
    since: Option<&Stopwatch>,
    patience: Duration,
) -> Result<Reading> {
    let mut reader = house.db.reader().await?;
    let concerned = Concerned::by(&mut reader, &incident.target).await?;
    let begun = Stopwatch::start();
    let mut seen = None;
    let on_the_way = loop {
        let found = on_the_way(&mut reader, incident, &concerned).await?;
        if found == 0 || begun.seconds() >= patience.as_secs_f64() {
            // The clock stops at the look that finds nothing: an upper bound, by the breath between two looks.
            seen = seen.or_else(|| since.map(Stopwatch::seconds));
            break found;
        }
        tokio::time::sleep(BREATH).await;
    };
    let mut reading = released(house, &mut reader, incident, &concerned).await?;
    reading.on_the_way = on_the_way;
    reading.watched = seen.is_some();
    reading.elapsed_micros = (on_the_way == 0).then(|| match (reading.released + reading.deliveries, seen) {
        (0, _) => 0,
        (_, Some(seconds)) => (seconds * 1e6) as i64,
        (_, None) => reading.last_at.map_or(0, |at| {
            let span = at.as_microsecond() - incident.opened_at.as_microsecond();
            span.max(0)
        }),
    });
    Ok(reading)
}

/// Enters `reading` in the journal and keeps it.
///
/// # Errors
/// `DB-*`, `KEY-*`.
pub async fn keep(
    house: &House,
    conn: &mut AnyConnection,
    incident: &Incident,
    reading: &mut Reading,
) -> Result<()> {
    let reference = format!("incident:{}", incident.number);
    let act = Act {
        kind: Kind::Incident,
        member: incident.target.member(),
        reference: &reference,
    };
    let entered = Entered {
        what: "release",
        reading,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, reading.read_at).await?;
    let entry = journal::store::column(entry)?;
    reading.entry = Some(entry);
    store::insert_reading(conn, incident.number, reading, entry).await
}

/// Looks again at the incident `number` and keeps what it finds.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-CLOSED`.
pub async fn measure(house: &House, number: i64, patience: Duration) -> Result<Reading> {
    let incident = super::open_one(&mut *house.db.reader().await?, number).await?;
    let mut reading = watch(house, &incident, None, patience).await?;
    let mut tx = house.db.begin().await?;
    keep(house, tx.connection(), &incident, &mut reading).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(reading)
}

/// Which queries an incident concerns.
pub(super) struct Concerned {
    /// Only those of this member.
    pub member: Option<String>,
    /// Only those of these accounts.
    accounts: Option<BTreeSet<String>>,
    /// Only those for this item.
    item: Option<String>,
}

impl Concerned {
    /// What a stop of `target` closes.
    pub(super) async fn by(conn: &mut AnyConnection, target: &Target) -> Result<Self> {
        let mut all = Self {
            member: Some(target.member().to_owned()).filter(|member| !member.is_empty()),
            accounts: None,
            item: None,
        };
        match target {
            Target::Member(_) | Target::Link => {}
            Target::Item(item) => all.item = Some(item.clone()),
            Target::Person(person) => {
                let (member, account) = person.split_once('/').unwrap_or((person, ""));
                let registers = Registers::load(conn, member).await?;
                all.accounts = Some(registers.accounts_of_person(account));
            }
            // Nobody has the empty account.
            Target::Drill(_) => all.accounts = Some(BTreeSet::new()),
        }
        Ok(all)
    }

    /// Whether a query of `account` for `item` is among them.
    pub(super) fn holds(&self, account: &str, item: &str) -> bool {
        let accounts = self.accounts.as_ref();
        accounts.is_none_or(|accounts| accounts.contains(account))
            && self.item.as_ref().is_none_or(|wanted| wanted == item)
    }
}

/// Queries of chunks that were gated before the stop and are not settled.
async fn on_the_way(conn: &mut AnyConnection, incident: &Incident, concerned: &Concerned) -> Result<i64> {
    let failed = || Error::database("look what is on the way");
    let rows = sqlx::query(
        "SELECT chunk.chunk_no FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE chunk.state = 'gated' AND chunk.first_entry < $1 AND (batch.member = $2 OR $2 = '')",
    )
    .bind(incident.stop_entry)
    .bind(concerned.member.as_deref().unwrap_or(""))
    .fetch_all(&mut *conn)
    .await
    .map_err(failed())?;
    let mut found = 0;
    for row in &rows {
        found += queries(&mut *conn, row.try_get(0).map_err(failed())?, concerned).await?;
    }
    Ok(found)
}

/// What was settled or delivered behind the stop in the journal.
async fn released(
    house: &House,
    conn: &mut AnyConnection,
    incident: &Incident,
    concerned: &Concerned,
) -> Result<Reading> {
    let size = journal::store::size(&mut *conn).await?;
    let first = u64::try_from(incident.stop_entry).unwrap_or(0) + 1;
    let (mut settled, mut deliveries) = (Vec::new(), 0);
    let whole = matches!(incident.target, Target::Member(_) | Target::Link);
    let mut last_at = None;
    span::by_index(&mut *conn, first, size, |_, entry| {
        if concerned
            .member
            .as_ref()
            .is_some_and(|member| entry.member != member)
        {
            return;
        }
        match entry.kind {
            Kind::Settle => settled.push(entry.reference.to_owned()),
            Kind::Delivered if whole => {
                deliveries += 1;
                last_at = last_at.max(Some(entry.at));
            }
            _ => {}
        }
    })
    .await?;
    let mut reading = Reading {
        read_at: house.clock.now(),
        released: 0,
        deliveries,
        on_the_way: 0,
        last_at,
        elapsed_micros: None,
        watched: false,
        entry: None,
    };
    for reference in settled {
        let Some((chunk, left_at)) = left(&mut *conn, &reference, incident).await? else {
            continue;
        };
        let found = queries(&mut *conn, chunk, concerned).await?;
        if found > 0 {
            reading.released += found;
            reading.last_at = reading.last_at.max(left_at);
        }
    }
    Ok(reading)
}

/// The chunk that a settlement is about and when it left, unless it was gated behind the stop, or had left by a file before it.
async fn left(
    conn: &mut AnyConnection,
    reference: &str,
    incident: &Incident,
) -> Result<Option<(i64, Option<Timestamp>)>> {
    let failed = || Error::database("look when a chunk left");
    let Some((batch, line)) = reference.rsplit_once(':') else {
        return Ok(None);
    };
    let Ok(line) = line.parse::<i64>() else {
        return Ok(None);
    };
    let row = sqlx::query(
        "SELECT chunk.chunk_no, chunk.obtained_at, (SELECT MIN(transfer.moved_at) FROM transfer
         WHERE transfer.chunk_no = chunk.chunk_no AND transfer.direction = 'request' AND transfer.state <> 'unsent')
         FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE batch.batch = $1 AND chunk.first_line = $2 AND chunk.first_entry < $3",
    )
    .bind(batch)
    .bind(line)
    .bind(incident.stop_entry)
    .fetch_optional(conn)
    .await
    .map_err(failed())?;
    let read = |row: &AnyRow| -> std::result::Result<_, sqlx::Error> {
        let arrived = row.try_get::<Option<i64>, _>(1)?.map(instant).transpose()?;
        let sent = row.try_get::<Option<i64>, _>(2)?.map(instant).transpose()?;
        Ok((row.try_get::<i64, _>(0)?, arrived, sent))
    };
    let Some((chunk, arrived, sent)) = row.as_ref().map(read).transpose().map_err(failed())? else {
        return Ok(None);
    };
    if sent.is_some_and(|sent| sent <= incident.opened_at) {
        return Ok(None);
    }
    Ok(Some((chunk, sent.or(arrived))))
}

/// How many queries of a chunk are concerned and were not held back.
async fn queries(conn: &mut AnyConnection, chunk: i64, concerned: &Concerned) -> Result<i64> {
    let failed = || Error::database("count the queries of a chunk");
    let rows = sqlx::query(
        "SELECT querier, item FROM request WHERE chunk_no = $1 AND entry IS NOT NULL AND codes NOT LIKE 'GATE-%'
         AND batch_no = (SELECT batch_no FROM chunk WHERE chunk_no = $1)
         AND line >= (SELECT first_line FROM chunk WHERE chunk_no = $1)
         AND line < (SELECT first_line + row_count FROM chunk WHERE chunk_no = $1)",
    )
    .bind(chunk)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let mut found = 0;
    for row in &rows {
        let (account, item): (String, String) = (
            row.try_get(0).map_err(failed())?,
            row.try_get(1).map_err(failed())?,
        );
        found += i64::from(concerned.holds(&account, &item));
    }
    Ok(found)
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    #[serde(flatten)]
    reading: &'a Reading,
}

/// Between two looks.
const BREATH: Duration = Duration::from_millis(5);
/// How long an opening waits for what is on the way, unless it is told another time.
pub const PATIENCE: Duration = Duration::from_secs(10);
