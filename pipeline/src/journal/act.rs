//! Enters one act in the journal, in the transaction of the act, with its payload sealed beside it. *SQL.*

use jiff::Timestamp;
use mayfly_retention::{Class, segment::SegmentBuilder};
use serde::Serialize;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::{
    batch::EntryBatch,
    entry::{Entry, Kind, SALT_BYTES},
    store,
};
use crate::{
    app::House,
    db::meta,
    error::{Error, Result},
    ids,
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
    let salted = salted(payload)?;
    let mut entries = EntryBatch::with_capacity(1);
    entries.push(&entry(act, &salted, now)).map_err(Error::journal)?;
    let index = store::append(&mut *conn, &entries).await?;
    keep(house, &mut *conn, index, salted, now).await?;
    // Whatever the act sealed, its keys are among these: older ones must not open this database.
    meta::write(conn, meta::KEYRING, &house.custody.standing()?.to_string()).await?;
    Ok(index)
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
