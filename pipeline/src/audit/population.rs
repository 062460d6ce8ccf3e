//! The queries of a member and month, as a stream from the journal: nothing of them is held in memory. *SQL.*

use sqlx::AnyConnection;

use super::{
    draw::{Drawing, Item},
    month::Month,
    store::Sample,
};
use crate::{
    error::Result,
    journal::{
        entry::{Entry, Kind},
        merkle::Hash,
        span,
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

/// The query id of entry `index`, if it is one of the population of `sample`.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn query_at(conn: &mut AnyConnection, sample: &Sample, index: u64) -> Result<Option<String>> {
    let mut query = None;
    if index < sample.frozen_size {
        span::by_index(conn, index, index + 1, |_, entry| {
            let is_one = is_query(entry, &sample.member, sample.month);
            query = is_one.then(|| entry.reference.to_owned());
        })
        .await?;
    }
    Ok(query)
}

async fn each(
    conn: &mut AnyConnection,
    member: &str,
    month: Month,
    size: u64,
    mut take: impl FnMut(u64, &Entry<'_>),
) -> Result<()> {
    let span = (month.start(), month.end());
    span::by_time(conn, span, size, |index, entry| {
        if is_query(entry, member, month) {
            take(index, entry);
        }
    })
    .await
}
