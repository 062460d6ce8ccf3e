//! Seals a file from the provider away whole, because it does not add up. *Edge.*

use jiff::Timestamp;
use mayfly_retention::{Class, OsRandomness};
use serde::Serialize;

use super::store::{self, NewQuarantine};
use crate::{
    app::House,
    batch::{Batch, Chunk},
    error::Result,
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    provider::exchange::{Exchange, FileFault, PickedUp, ReplyName},
    sealed,
};

/// Seals `file` as it is among the answers of this hour, with which it will be destroyed, enters that, and removes it from
/// its folder. `whose` is the batch and chunk it claims to be about, if they are ours.
pub async fn quarantine(
    house: &House,
    exchange: &Exchange,
    mut file: PickedUp,
    whose: Option<(&Batch, &Chunk)>,
    fault: FileFault,
    now: Timestamp,
) -> Result<()> {
    let (place, key) = house.new_place(Class::Answer, now)?;
    tokio::task::block_in_place(|| {
        let mut writer = house.vault.create_stream(place, now, &key, &OsRandomness)?;
        file.stream(|block| Ok(writer.push(block)?))?;
        writer.commit()?;
        Ok::<_, crate::error::Error>(())
    })?;
    let name = known_name(&file);
    let row = NewQuarantine {
        chunk_no: whose.map(|(_, chunk)| chunk.chunk_no),
        file_name: &name,
        sha256: file.sha256,
        file_bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        reason: fault.code(),
        operator: exchange.operator(),
        quarantined_at: now,
        answers: sealed::columns(place),
    };
    let mut tx = house.db.begin().await?;
    let number = store::insert_quarantine(tx.connection(), &row).await?;
    let reference = format!("quarantine/{number}");
    let act = Act {
        kind: Kind::Quarantine,
        member: whose.map_or("", |(batch, _)| &batch.member),
        reference: &reference,
    };
    let payload = Quarantined {
        file: &name,
        sha256: ids::hex(&file.sha256),
        bytes: row.file_bytes,
        reason: row.reason,
        operator: row.operator,
        batch: whose.map_or("", |(batch, _)| &batch.batch),
        object: &row.answers.1,
    };
    act::enter(house, tx.connection(), &act, &payload, now).await?;
    tx.commit().await?;
    file.remove()?;
    tracing::warn!(
        quarantine = number,
        reason = row.reason,
        "a reply was quarantined"
    );
    journal::signing::sign(house).await
}

/// The file's name if it is of our form. Any other was chosen by somebody else and could hold anything, an identity
/// number for one.
pub(super) fn known_name(file: &PickedUp) -> String {
    ReplyName::parse(&file.name).map_or_else(String::new, |name| name.text())
}

/// What the journal keeps of a quarantined file.
#[derive(Serialize)]
struct Quarantined<'a> {
    file: &'a str,
    sha256: String,
    bytes: i64,
    reason: &'a str,
    operator: &'a str,
    batch: &'a str,
    object: &'a str,
}
