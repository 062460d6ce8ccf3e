//! What has been deleted of each month of a class of years, and what its certificates say of it (八(二)3, D6, D16). *SQL.*
//!
//! The counts grow in the transactions that delete the records. A month is certified as deleted once it is over and nothing of
//! it is left while its key lives, and as erased, by [`super::account`], once the key is gone.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::{
    Cohort,
    certificate::{Actor, Counts, Facts, State},
    ending,
    plan::Why,
    purge::{Evidence, residue},
};
use sqlx::{AnyConnection, Row};

use super::{left, strength};
use crate::{
    app::House,
    certificate::{issue, stored},
    error::{Error, Result},
};

/// What was deleted of a month so far.
#[derive(Default, Clone, Copy)]
pub(super) struct Counted {
    /// Sealed files that its rows had named.
    pub(super) segments: u64,
    /// Of these, files that lay there and were removed.
    pub(super) removed: u64,
    /// Records that its key had sealed.
    pub(super) records: u64,
}

/// Adds what is deleted of `month` in the caller's transaction.
pub(super) async fn add(conn: &mut AnyConnection, month: Cohort, counted: Counted) -> Result<()> {
    let bigint = |count: u64| i64::try_from(count).map_err(|_| Error::Bug("a count beyond 2^63"));
    sqlx::query(
        "INSERT INTO ended_month (cohort, segments, removed, records) VALUES ($1, $2, $3, $4)
         ON CONFLICT (cohort) DO UPDATE SET segments = ended_month.segments + excluded.segments,
         removed = ended_month.removed + excluded.removed, records = ended_month.records + excluded.records",
    )
    .bind(month.name())
    .bind(bigint(counted.segments)?)
    .bind(bigint(counted.removed)?)
    .bind(bigint(counted.records)?)
    .execute(conn)
    .await
    .map_err(Error::database("count what is deleted of a month"))?;
    Ok(())
}

/// Certifies as deleted the months that are over, of which nothing is left and whose key lives: each once.
pub(super) async fn certify_deleted(house: &House, actor: &Actor, now: Timestamp) -> Result<()> {
    let mut tx = house.db.begin().await?;
    let certified = stored::cohorts(tx.connection(), State::Deleted).await?;
    for (month, counted) in all(tx.connection()).await? {
        if certified.contains_key(&month.name())
            || now < month.last_instant() + STRAGGLERS
            || house.custody.is_destroyed(month)?
            || left::sealed_in(tx.connection(), month).await? > 0
            || residue(&house.vault, month) != Some(0)
        {
            continue;
        }
        let facts = Facts {
            state: State::Deleted,
            commitment: house.custody.commitment(month)?,
            key_destroyed_at: None,
            ..facts(house, month, counted, actor.clone(), now)?
        };
        issue::issue(house, tx.connection(), &facts, 0, None, now).await?;
    }
    issue::commit(house, tx).await
}

/// The facts of `month`, whose key is destroyed, and how many of its files no row had named; how it came to that is not told.
pub(super) async fn draw(
    house: &House,
    conn: &mut AnyConnection,
    month: Cohort,
    commitment: Option<[u8; 32]>,
    evidence: Option<&Evidence>,
    now: Timestamp,
) -> Result<(Facts, u64)> {
    let counted = all(conn).await?.remove(&month).unwrap_or_default();
    let unrecorded = evidence.map_or(0, |evidence| evidence.objects.len() as u64);
    let counted = Counted {
        segments: counted.segments + unrecorded,
        removed: counted.removed + unrecorded,
        ..counted
    };
    let mut facts = facts(house, month, counted, Actor::Schedule, now)?;
    facts.commitment = commitment;
    facts.segments.destroyed = facts.segments.expected;
    facts.records.destroyed = facts.records.expected;
    Ok((facts, unrecorded))
}

/// What both certificates of a month have in common, as of an erased one without evidence; nothing is counted as destroyed.
fn facts(house: &House, month: Cohort, counted: Counted, actor: Actor, now: Timestamp) -> Result<Facts> {
    let counts = |expected, removed| Counts {
        expected,
        destroyed: 0,
        removed,
    };
    Ok(Facts {
        cohort: month,
        state: State::Erased,
        commitment: None,
        due_at: ending::month_due_at(month, house.regime.keep_years(month.class())?),
        gone_by: None,
        key_destroyed_at: Some(now),
        bytes_removed_at: now,
        segments: counts(counted.segments, counted.removed),
        records: counts(counted.records, counted.records),
        residue: Some(0),
        strength: strength(house.config.environment, &house.custody),
        actor,
        why: Why::Over,
    })
}

async fn all(conn: &mut AnyConnection) -> Result<BTreeMap<Cohort, Counted>> {
    let failed = || Error::database("read what was deleted of each month");
    let rows = sqlx::query("SELECT cohort, segments, removed, records FROM ended_month")
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter()
        .map(|row| {
            let name: String = row.try_get(0).map_err(failed())?;
            let month = Cohort::parse(&name).map_err(|_| Error::Bug("a month has no name"))?;
            let number = |column: usize| -> Result<u64> {
                let number: i64 = row.try_get(column).map_err(failed())?;
                Ok(number.unsigned_abs())
            };
            let counted = Counted {
                segments: number(1)?,
                removed: number(2)?,
                records: number(3)?,
            };
            Ok((month, counted))
        })
        .collect()
}

/// How long after a month's end somebody may still be entering what was sealed in it.
const STRAGGLERS: SignedDuration = SignedDuration::from_hours(24);
