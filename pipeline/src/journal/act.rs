//! Enters one act in the journal, in the transaction of the act, with its payload sealed beside it. *SQL.*

use jiff::Timestamp;
use mayfly_retention::{
    Class,
    header::Header,
    segment::{SegmentBuilder, SegmentReader},
};
use serde::Serialize;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::{
    batch::{BATCH_ENTRIES_MAX, EntryBatch},
    entry::{Entry, Kind, SALT_BYTES},
    store,
};
use crate::{
    app::House,
    db::meta,
    error::{Error, Result},
    ids, sealed,
};

/// What happened.
pub struct Act<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The member it concerns; empty for the bureau's own acts.
    pub member: &'a str,
    /// An opaque reference: a batch, a stop, never a person.
    pub reference: &'a str,
}

/// Enters `act` with the facts `payload`. If it cannot be written, the change does not happen: the caller's
/// transaction must not be committed.
pub async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    act: &Act<'_>,
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<u64> {
    enter_salted(house, conn, act, salted(payload)?, now).await
}

/// As [`enter`], with the payload as [`salted`] made it, for whoever shows it to others later.
pub async fn enter_salted(
    house: &House,
    conn: &mut AnyConnection,
    act: &Act<'_>,
    salted: Zeroizing<Vec<u8>>,
    now: Timestamp,
) -> Result<u64> {
    let mut entries = EntryBatch::with_capacity(1);
    entries.push(&entry(act, &salted, now)).map_err(Error::journal)?;
    let index = store::append(&mut *conn, &entries).await?;
    keep(house, &mut *conn, index, salted, now).await?;
    // Whatever the act sealed, its keys are among these: older ones must not open this database.
    meta::write(conn, meta::KEYRING, &house.custody.standing()?.to_string()).await?;
    Ok(index)
}

/// Enters many acts at once, each with its facts; returns the index of the first, the others follow it one by one.
pub async fn enter_all<P: Serialize>(
    house: &House,
    conn: &mut AnyConnection,
    acts: &[(Act<'_>, P)],
    now: Timestamp,
) -> Result<u64> {
    let mut first = None;
    for part in acts.chunks(BATCH_ENTRIES_MAX) {
        let mut entries = EntryBatch::with_capacity(part.len());
        let mut payloads = Vec::with_capacity(part.len());
        for (act, payload) in part {
            let salted = salted(payload)?;
            entries.push(&entry(act, &salted, now)).map_err(Error::journal)?;
            payloads.push(salted);
        }
        let index = store::append(&mut *conn, &entries).await?;
        first.get_or_insert(index);
        for (at, salted) in (index..).zip(payloads) {
            keep(house, &mut *conn, at, salted, now).await?;
        }
    }
    meta::write(conn, meta::KEYRING, &house.custody.standing()?.to_string()).await?;
    first.ok_or(Error::Bug("no act was to be entered"))
}

/// The entry of `act` over its salted payload.
pub fn entry<'a>(act: &Act<'a>, salted: &[u8], now: Timestamp) -> Entry<'a> {
    let payload = <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(salted));
    Entry {
        kind: act.kind,
        at: now,
        member: act.member,
        reference: act.reference,
        payload,
    }
}

/// The payload as the entry commits to it: a fresh salt, then JSON.
pub fn salted(payload: &impl Serialize) -> Result<Zeroizing<Vec<u8>>> {
    let mut salted = Zeroizing::new(ids::random::<SALT_BYTES>()?.to_vec());
    serde_json::to_writer(&mut *salted, payload).map_err(|_| Error::Bug("a payload has no JSON form"))?;
    Ok(salted)
}

/// Seals the payload of entry `index` and keeps it.
pub async fn keep(
    house: &House,
    conn: &mut AnyConnection,
    index: u64,
    salted: Zeroizing<Vec<u8>>,
    now: Timestamp,
) -> Result<()> {
    let (place, key) = house.new_place(Class::Audit, now)?;
    let mut builder = SegmentBuilder::new(&key, place, now, salted.len(), &mayfly_retention::OsRandomness)?;
    builder.push(&salted)?;
    store::insert_payload(conn, index, now, &place.cohort.name(), builder.finish()?.bytes).await
}

/// The payload of entry `index` as the entry commits to it, if it is still kept.
///
/// # Errors
/// `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn open(house: &House, conn: &mut AnyConnection, index: u64) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(sealed) = store::payload(conn, index).await? else {
        return Ok(None);
    };
    let place = Header::parse(&sealed)?.place;
    let key = sealed::key(house, place.cohort)?;
    let segment = SegmentReader::open(sealed, place, &key)?;
    Ok(Some(segment.record(0)?))
}
