//! Records of year-long classes: which may be at their end, and how they are deleted with all that hangs on them. *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mayfly_consent::day::taipei_day;
use mayfly_retention::{
    Class, Cohort, Place,
    ending::Record,
    plan::Why,
    purge::{Evidence, EvidenceQueue, Pass},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::months::{self, Counted};
use crate::{
    app::House,
    db::{
        columns::{day, instant},
        meta,
    },
    error::{Error, Result},
    sealed,
};

/// What ends by itself. The order is that of a pass: a batch goes after its chunks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A chunk with its rows, its files exchanged and its sealed query records.
    Chunk,
    /// A file that did not add up; its bytes went with the answers.
    Quarantine,
    /// A batch of which no chunk is left.
    Batch,
    /// A consent, with the uses it was kept for.
    Consent,
    /// The sealed facts of a journal entry.
    Payload,
    /// An authorisation that has ended.
    Authorisation,
    /// A stop that was lifted.
    Stop,
    /// A hold that was lifted.
    Hold,
}

/// Records that may be at their end.
pub(super) struct Page {
    /// Each with its number, or what else names it.
    pub(super) records: Vec<Record<Key>>,
    /// The last of them, if there may be more.
    pub(super) last: Option<String>,
}

/// What names a record: its number, and where its sealed file lies if it has one of its own.
pub(super) struct Key {
    id: String,
    pub(super) file: Option<Place>,
    /// How many sealed records of its month it is.
    sealed: u64,
    pub(super) month: Cohort,
}

impl Key {
    /// Whether its row, one of `kind`, names its month as the one whose key sealed it.
    pub(super) fn names_its_month(&self, kind: Kind) -> bool {
        match kind {
            Kind::Chunk => self.file.is_some(),
            Kind::Consent | Kind::Payload => true,
            _ => false,
        }
    }
}

/// What was deleted.
#[derive(Default)]
pub(super) struct Removed {
    /// Records.
    pub(super) records: u64,
    /// Their sealed files.
    pub(super) files: u64,
    /// Of these, still there; `None`: nobody knows.
    pub(super) residue: Option<u64>,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Chunk,
        Self::Quarantine,
        Self::Batch,
        Self::Consent,
        Self::Payload,
        Self::Authorisation,
        Self::Stop,
        Self::Hold,
    ];

    /// Its record class.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Chunk | Self::Quarantine | Self::Batch => Class::Query,
            Self::Consent => Class::Consent,
            Self::Payload => Class::Audit,
            Self::Authorisation | Self::Stop | Self::Hold => Class::Register,
        }
    }

    /// Its table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Quarantine => "quarantine",
            Self::Batch => "batch",
            Self::Consent => "consent",
            Self::Payload => "journal_payload",
            Self::Authorisation => "authorisation",
            Self::Stop => "stop",
            Self::Hold => "hold",
        }
    }

    /// Selects a page of those whose period began before $2 (an instant, or a day in text), after $1: name, beginning,
    /// cohort if sealed, object, member, batch, how many sealed records it is. Columns that the class ends by are those of
    /// the file of classes. They are ordered by the table's own column: the bare name would be that of the text beside
    /// it on PostgreSQL.
    fn select(self) -> &'static str {
        match self {
            Self::Chunk => {
                "SELECT CAST(chunk.chunk_no AS TEXT), CAST(chunk.gated_at AS TEXT), chunk.query_cohort, chunk.query_object,
                 COALESCE(batch.member, ''), COALESCE(batch.batch, ''),
                 CAST(chunk.row_count - chunk.refused AS BIGINT) FROM chunk
                 LEFT JOIN batch ON batch.batch_no = chunk.batch_no
                 WHERE chunk.chunk_no > CAST($1 AS BIGINT) AND chunk.gated_at < CAST($2 AS BIGINT) AND chunk.state = 'settled'
                 ORDER BY chunk.chunk_no LIMIT 16"
            }
            Self::Quarantine => {
                "SELECT CAST(quarantine_no AS TEXT), CAST(quarantined_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM quarantine
                 WHERE quarantine_no > CAST($1 AS BIGINT) AND quarantined_at < CAST($2 AS BIGINT)
                 ORDER BY quarantine.quarantine_no LIMIT 500"
            }
            Self::Batch => {
                "SELECT CAST(batch_no AS TEXT), CAST(accepted_at AS TEXT), '', '', member, batch, CAST(0 AS BIGINT) FROM batch
                 WHERE batch_no > CAST($1 AS BIGINT) AND accepted_at < CAST($2 AS BIGINT) AND state = 'settled'
                 AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.batch_no = batch.batch_no) ORDER BY batch.batch_no LIMIT 500"
            }
            Self::Consent => {
                "SELECT CAST(consent_no AS TEXT), outcome_date, cohort, '', member, '', CAST(1 AS BIGINT) FROM consent
                 WHERE outcome_date <> '' AND outcome_date < $2 AND consent_no > CAST($1 AS BIGINT)
                 ORDER BY consent.consent_no LIMIT 500"
            }
            Self::Payload => {
                "SELECT CAST(entry AS TEXT), CAST(entered_at AS TEXT), cohort, '', '', '', CAST(1 AS BIGINT) FROM journal_payload
                 WHERE entry > CAST($1 AS BIGINT) AND entered_at < CAST($2 AS BIGINT) ORDER BY journal_payload.entry LIMIT 500"
            }
            Self::Authorisation => {
                "SELECT member || ' ' || account || ' ' || from_day, to_day, '', '', member, '', CAST(0 AS BIGINT) FROM authorisation
                 WHERE to_day IS NOT NULL AND to_day < $2 AND member || ' ' || account || ' ' || from_day > $1
                 ORDER BY 1 LIMIT 500"
            }
            Self::Stop => {
                "SELECT CAST(stop_no AS TEXT), CAST(lifted_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM stop
                 WHERE stop_no > CAST($1 AS BIGINT) AND lifted_at < CAST($2 AS BIGINT) ORDER BY stop.stop_no LIMIT 500"
            }
            Self::Hold => {
                "SELECT CAST(hold_no AS TEXT), CAST(lifted_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM hold
                 WHERE hold_no > CAST($1 AS BIGINT) AND lifted_at < CAST($2 AS BIGINT) ORDER BY hold.hold_no LIMIT 500"
            }
        }
    }

    /// As [`select`](Self::select), before the chunks of the same pass are gone: batches whose chunks are all at their end.
    fn select_ahead(self) -> &'static str {
        match self {
            Self::Batch => {
                "SELECT CAST(batch_no AS TEXT), CAST(accepted_at AS TEXT), '', '', member, batch, CAST(0 AS BIGINT) FROM batch
                 WHERE batch_no > CAST($1 AS BIGINT) AND accepted_at < CAST($2 AS BIGINT) AND state = 'settled'
                 AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.batch_no = batch.batch_no
                 AND (chunk.state <> 'settled' OR chunk.gated_at >= CAST($2 AS BIGINT))) ORDER BY batch.batch_no LIMIT 500"
            }
            other => other.select(),
        }
    }

    /// What is deleted, in this order, for each record ($1, its name); the last is the record itself.
    fn delete(self) -> &'static [&'static str] {
        match self {
            // A consent that is kept longer than its query keeps the bare fact that it was used: no use comes back.
            Self::Chunk => &[
                "UPDATE request SET querier = '', codes = '', entry = NULL WHERE chunk_no = CAST($1 AS BIGINT)
                 AND batch_no = (SELECT batch_no FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)) AND use_no IS NOT NULL
                 AND EXISTS (SELECT 1 FROM consent WHERE consent.consent_no = request.consent_no)",
                "DELETE FROM request WHERE chunk_no = CAST($1 AS BIGINT)
                 AND batch_no = (SELECT batch_no FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)) AND (use_no IS NULL
                 OR NOT EXISTS (SELECT 1 FROM consent WHERE consent.consent_no = request.consent_no))",
                "DELETE FROM late_answer WHERE chunk_no = CAST($1 AS BIGINT)",
                "DELETE FROM transfer WHERE chunk_no = CAST($1 AS BIGINT)",
                "DELETE FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)",
            ],
            Self::Quarantine => &["DELETE FROM quarantine WHERE quarantine_no = CAST($1 AS BIGINT)"],
            Self::Batch => &["DELETE FROM batch WHERE batch_no = CAST($1 AS BIGINT)"],
            Self::Consent => &[
                "DELETE FROM request WHERE consent_no = CAST($1 AS BIGINT) AND use_no IS NOT NULL AND querier = ''",
                "DELETE FROM consent WHERE consent_no = CAST($1 AS BIGINT)",
            ],
            Self::Payload => &["DELETE FROM journal_payload WHERE entry = CAST($1 AS BIGINT)"],
            Self::Authorisation => {
                &["DELETE FROM authorisation WHERE member || ' ' || account || ' ' || from_day = $1"]
            }
            Self::Stop => &["DELETE FROM stop WHERE stop_no = CAST($1 AS BIGINT)"],
            Self::Hold => &["DELETE FROM hold WHERE hold_no = CAST($1 AS BIGINT)"],
        }
    }

    /// Whether it begins with a day in text, not with an instant.
    fn begins_with_a_day(self) -> bool {
        matches!(self, Self::Consent | Self::Authorisation)
    }

    /// A name before every other: entries are counted from 0 on.
    fn first(self) -> &'static str {
        if self == Self::Authorisation { "" } else { "-1" }
    }
}

/// The next page of the records of `kind` whose period began on the day `cut` in Taipei or before, after `after`.
pub(super) async fn page(
    conn: &mut AnyConnection,
    kind: Kind,
    after: Option<&str>,
    cut: Date,
) -> Result<Page> {
    selected(conn, kind, kind.select(), after, cut).await
}

/// As [`page`], as it will be when those of the kinds before are gone that are at their end; a hold may keep some.
pub(super) async fn page_ahead(
    conn: &mut AnyConnection,
    kind: Kind,
    after: Option<&str>,
    cut: Date,
) -> Result<Page> {
    selected(conn, kind, kind.select_ahead(), after, cut).await
}

async fn selected(
    conn: &mut AnyConnection,
    kind: Kind,
    sql: &'static str,
    after: Option<&str>,
    cut: Date,
) -> Result<Page> {
    let next = cut.tomorrow().unwrap_or(Date::MAX);
    let before = if kind.begins_with_a_day() {
        next.to_string()
    } else {
        let taipei = TimeZone::fixed(jiff::tz::offset(8));
        let start = next.to_zoned(taipei).map(|midnight| midnight.timestamp());
        start.unwrap_or(Timestamp::MIN).as_microsecond().to_string()
    };
    let rows = sqlx::query(sql)
        .bind(after.unwrap_or(kind.first()))
        .bind(before)
        .fetch_all(conn)
        .await
        .map_err(Error::database("look for records at their end"))?;
    let records = rows
        .iter()
        .map(|row| record(kind, row).map_err(Error::database("look for records at their end")))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page {
        last: records.last().map(|record| record.key.id.clone()),
        records,
    })
}

/// Deletes the records `due` with what hangs on them; their sealed files go first, so that no file is left unnamed, and
/// before these comes evidence of them, so that a pass that was cut short counts no file as lost. Counts them by month.
pub(super) async fn delete(
    house: &House,
    conn: &mut AnyConnection,
    kind: Kind,
    due: &[Key],
    pass: &Pass,
) -> Result<Removed> {
    let seen = keep_evidence(house, due, pass)?;
    let mut counted: BTreeMap<Cohort, Counted> = BTreeMap::new();
    let mut removed = Removed {
        residue: Some(0),
        ..Removed::default()
    };
    for key in due {
        let of_month = counted.entry(key.month).or_default();
        of_month.records += key.sealed;
        if let Some(place) = key.file {
            of_month.segments += 1;
            of_month.removed += u64::from(seen.contains(&place));
            removed.files += u64::from(house.vault.remove(place)?);
            let left = house.vault.holds(place).ok().map(u64::from);
            removed.residue = removed.residue.zip(left).map(|(all, left)| all + left);
        }
        let mut done = 0;
        for statement in kind.delete() {
            done = sqlx::query(*statement)
                .bind(&key.id)
                .execute(&mut *conn)
                .await
                .map_err(Error::database("delete records at their end"))?
                .rows_affected();
        }
        if done != 1 {
            return Err(Error::Bug("a record at its end was not exactly one row"));
        }
        removed.records += 1;
    }
    for (month, counted) in counted.into_iter().filter(|(_, counted)| counted.records > 0) {
        months::add(&mut *conn, month, counted).await?;
    }
    if kind == Kind::Authorisation {
        meta::registers_changed(conn).await?;
    }
    Ok(removed)
}

/// Notes which of the sealed files of `due` are there, beside what a pass that was cut short had noted; returns all of these.
fn keep_evidence(house: &House, due: &[Key], pass: &Pass) -> Result<BTreeSet<Place>> {
    let mut of_month: BTreeMap<Cohort, Vec<Place>> = BTreeMap::new();
    for place in due.iter().filter_map(|key| key.file) {
        of_month.entry(place.cohort).or_default().push(place);
    }
    let mut seen = BTreeSet::new();
    for (cohort, places) in of_month {
        if house.custody.is_destroyed(cohort)? {
            // Rows of a database that was put back: their files went with the key.
            seen.extend(places);
            continue;
        }
        let mut objects = Vec::new();
        for place in places {
            if house.vault.holds(place)? {
                objects.push(place.id);
            }
        }
        let evidence = Evidence {
            cohort,
            commitment: None,
            destroyed_at: pass.at,
            strength: pass.strength,
            actor: pass.actor.clone(),
            why: Why::Over,
            objects,
            foreign: Vec::new(),
        };
        let kept = EvidenceQueue::open(&house.dir).keep_also(evidence)?;
        seen.extend(kept.objects.into_iter().map(|id| Place { cohort, id }));
    }
    Ok(seen)
}

/// How many records have a period that has not begun: consents without an outcome, chunks that were never settled.
pub(super) async fn never_begun(conn: &mut AnyConnection) -> Result<u64> {
    let failed = || Error::database("count open records");
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM consent WHERE outcome_date = '') + (SELECT COUNT(*) FROM chunk WHERE state <> 'settled')",
    )
    .fetch_one(conn)
    .await
    .map_err(failed())?;
    let open: i64 = row.try_get(0).map_err(failed())?;
    Ok(u64::try_from(open).unwrap_or(0))
}

fn record(kind: Kind, row: &AnyRow) -> std::result::Result<Record<Key>, sqlx::Error> {
    let (id, begins): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (cohort, object): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let sealed: i64 = row.try_get(6)?;
    let (from, began) = if kind.begins_with_a_day() {
        let from = day(&begins)?;
        let midnight = from
            .to_zoned(TimeZone::UTC)
            .map_err(|_| sqlx::Error::RowNotFound)?;
        (from, midnight.timestamp())
    } else {
        let began = instant(begins.parse().map_err(|_| sqlx::Error::RowNotFound)?)?;
        (taipei_day(began), began)
    };
    let month = match cohort.as_str() {
        "" => Cohort::of(kind.class(), began),
        name => Cohort::parse(name).map_err(|_| sqlx::Error::RowNotFound)?,
    };
    Ok(Record {
        key: Key {
            id,
            file: (!object.is_empty())
                .then(|| sealed::place(&(cohort, object)))
                .transpose()
                .map_err(|_| sqlx::Error::RowNotFound)?,
            sealed: sealed.unsigned_abs(),
            month,
        },
        cohort: month,
        from: Some(from),
        member: row.try_get(4)?,
        batch: row.try_get(5)?,
    })
}
