//! The queries of a member and month, as a stream from the journal: nothing of them is held in memory. *SQL.*

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

use super::{
    draw::{Drawing, Item},
    month::Month,
    store::Sample,
};
use crate::{
    error::Result,
    journal::{
        batch::{BATCH_ENTRIES_MAX, entries},
        entry::{Entry, Kind},
        merkle::Hash,
        signing::damaged,
        store::{self, Piece},
    },
};

/// Whether `entry` is a query of `member` in `month`: what a population is, wherever its journal is read from.
pub fn is_query(entry: &Entry<'_>, member: &str, month: Month) -> bool {
    entry.kind == Kind::Query && entry.member == member && month.holds(entry.at)
}

/// How many queries of `member` in `month` are among the first `size` entries.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn count(conn: &mut AnyConnection, member: &str, month: Month, size: u64) -> Result<u64> {
    let mut found = 0;
    each(conn, member, month, size, |_, _| found += 1).await?;
    Ok(found)
}

/// The records of a drawn sample, in the order of the draw.
///
/// # Errors
/// As [`count`].
pub async fn drawn(conn: &mut AnyConnection, sample: &Sample, seed: Hash) -> Result<Vec<Item>> {
    let mut drawing = Drawing::new(seed, sample.sample_size);
    each(
        conn,
        &sample.member,
        sample.month,
        sample.frozen_size,
        |index, entry| {
            drawing.offer(index, entry.reference);
        },
    )
    .await?;
    Ok(drawing.finish())
}

async fn each(
    conn: &mut AnyConnection,
    member: &str,
    month: Month,
    size: u64,
    mut take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    let after = month.end().saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
    let first = beginning(&mut *conn, month, size).await?;
    onward(conn, first..size, after, |index, entry| {
        if is_query(entry, member, month) {
            take(index, entry);
        }
    })
    .await
}

/// Shows `take` the entries `range` one by one, until a piece of the journal begins after `after`.
///
/// # Errors
/// As [`count`].
pub(super) async fn onward(
    conn: &mut AnyConnection,
    range: Range<u64>,
    after: Timestamp,
    mut take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    let mut next = range.start;
    while next < range.end {
        let piece = piece(&mut *conn, next).await?;
        if first(&piece)?.at > after {
            return Ok(());
        }
        for (index, line) in (piece.first_index..range.end).zip(entries(&piece.body)) {
            let line = line.map_err(|_| damaged("an entry is cut off"))?;
            let entry = Entry::parse(line).map_err(|_| damaged("an entry is not of its form"))?;
            if index >= next {
                take(index, &entry);
            }
        }
        next = piece.first_index + piece.entry_count;
    }
    Ok(())
}

/// An index with no entry of `month` before it, and not far from its first: times go backwards by minutes only, so that
/// years of the journal need not be read.
async fn beginning(conn: &mut AnyConnection, month: Month, size: u64) -> Result<u64> {
    let before = month.start().saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
    let (mut low, mut high) = (0, size);
    // A piece is never longer than half of this, so that each step comes nearer.
    while high - low > 2 * BATCH_ENTRIES_MAX as u64 {
        let middle = low + (high - low) / 2;
        let piece = piece(&mut *conn, middle).await?;
        if first(&piece)?.at < before {
            low = piece.first_index;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

async fn piece(conn: &mut AnyConnection, index: u64) -> Result<Piece> {
    store::piece(conn, index)
        .await?
        .ok_or_else(|| damaged("entries are missing"))
}

fn first(piece: &Piece) -> Result<Entry<'_>> {
    let line = entries(&piece.body).next().and_then(|line| line.ok());
    line.and_then(|line| Entry::parse(line).ok())
        .ok_or_else(|| damaged("an entry is not of its form"))
}

/// More than acts overlap.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);
