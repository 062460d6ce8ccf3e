//! Records of year-long classes: which may be at their end, and how they are deleted with all that hangs on them. *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mayfly_consent::day::{taipei_day, taipei_midnight};
use mayfly_retention::{
    Cohort, Place,
    ending::Record,
    plan::Why,
    purge::{Evidence, EvidenceQueue, Pass},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    kinds::Kind,
    months::{self, Counted},
};
use crate::{
    app::House,
    db::{
        columns::{day, instant},
        meta,
    },
    error::{Error, Result},
    sealed,
};

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
        let start = taipei_midnight(next).unwrap_or(Timestamp::MIN);
        start.as_microsecond().to_string()
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
