//! Entries of the journal as a stream: by their index, or by the time in which they were entered. *SQL.*

use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

use super::{
    batch::{BATCH_ENTRIES_MAX, entries},
    entry::Entry,
    signing::damaged,
    store::{self, Piece},
};
use crate::error::Result;

/// Offers each of the entries `first..end` with its index; nothing but one piece of them is in memory.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn by_index(
    conn: &mut AnyConnection,
    first: u64,
    end: u64,
    take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    walk(conn, (first, end), Timestamp::MAX, take).await
}

/// Offers, of the first `size` entries, those that were entered from `from` on and before `until`, and some around them:
/// times go backwards by minutes only, so that years of the journal need not be read.
///
/// # Errors
/// As [`by_index`].
pub async fn by_time(
    conn: &mut AnyConnection,
    (from, until): (Timestamp, Timestamp),
    size: u64,
    take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    let after = until.saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
    let first = beginning(&mut *conn, from, size).await?;
    walk(conn, (first, size), after, take).await
}

/// Offers the lines of the first `end` entries, as they are hashed.
///
/// # Errors
/// As [`by_index`].
pub async fn lines(conn: &mut AnyConnection, end: u64, mut take: impl FnMut(&[u8])) -> Result<()> {
    let mut next = 0;
    while next < end {
        let piece = piece(&mut *conn, next).await?;
        for (index, line) in (piece.first_index..end).zip(entries(&piece.body)) {
            let line = line.map_err(|_| damaged("an entry is cut off"))?;
            if index >= next {
                take(line);
            }
        }
        next = piece.first_index + piece.entry_count;
    }
    Ok(())
}

async fn walk(
    conn: &mut AnyConnection,
    (mut next, end): (u64, u64),
    after: Timestamp,
    mut take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    while next < end {
        let piece = piece(&mut *conn, next).await?;
        if first(&piece)?.at > after {
            return Ok(());
        }
        for (index, line) in (piece.first_index..end).zip(entries(&piece.body)) {
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

/// An index with no entry since `from` before it, and not far from the first of them.
async fn beginning(conn: &mut AnyConnection, from: Timestamp, size: u64) -> Result<u64> {
    let before = from.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
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
