//! Looks for the reply to a chunk, and decides whether it is believed. *Edge.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{
    quarantine::{known_name, quarantine},
    send::payload,
    store::{self, NewTransfer},
};
use crate::{
    app::House,
    batch::{Batch, Chunk},
    error::Result,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
    provider::{
        Reply,
        exchange::{
            Exchange, Expected, FileFault, Lot, PickedUp, ReadReply, ReplyName, read_reply, request_name,
        },
    },
};

/// What lay there for a chunk.
pub(super) enum Found {
    /// A reply that adds up.
    Reply(Box<(Reply, Incoming)>),
    /// Only what does not add up, now or before.
    Spoilt,
    /// Nothing.
    Nothing,
}

/// A reply file that is believed. It is entered with what it settles, and removed once that is committed.
pub struct Incoming {
    file: PickedUp,
    lines: i64,
}

/// Takes the first reply to `chunk` that adds up; those before it that do not are quarantined.
pub(super) async fn look(
    house: &House,
    exchange: &Exchange,
    batch: &Batch,
    chunk: &Chunk,
    now: Timestamp,
) -> Result<Found> {
    for name in exchange.replies_to(&batch.member, chunk.tag as u64)? {
        let Some(file) = tokio::task::block_in_place(|| exchange.pick_up(&name.text()))? else {
            continue;
        };
        if forget_known(house, &file).await? {
            continue;
        }
        match judge(house, exchange, chunk, name, &file).await? {
            Ok(read) => {
                let lines = read.lines as i64;
                return Ok(Found::Reply(Box::new((read.reply, Incoming { file, lines }))));
            }
            Err(fault) => quarantine(house, exchange, file, Some((batch, chunk)), fault, now).await?,
        }
    }
    let mut reader = house.db.reader().await?;
    if store::has_quarantined(&mut reader, chunk.chunk_no).await? {
        return Ok(Found::Spoilt);
    }
    Ok(Found::Nothing)
}

/// Removes a file that was taken or quarantined before, byte for byte: its removal was cut short, or it came again.
pub async fn forget_known(house: &House, file: &PickedUp) -> Result<bool> {
    let mut tx = house.db.begin().await?;
    let known = store::count_double(tx.connection(), &file.name, &file.sha256).await?
        || store::is_quarantined(tx.connection(), &known_name(file), &file.sha256).await?;
    tx.commit().await?;
    if known {
        file.remove()?;
    }
    Ok(known)
}

async fn judge(
    house: &House,
    exchange: &Exchange,
    chunk: &Chunk,
    name: ReplyName,
    file: &PickedUp,
) -> Result<std::result::Result<ReadReply, FileFault>> {
    let mut reader = house.db.reader().await?;
    if store::is_taken(&mut reader, &file.name).await? {
        return Ok(Err(FileFault::Double));
    }
    let expected = Expected {
        name,
        trial: exchange.is_trial(),
        token: house.index.token(chunk.tag),
    };
    Ok(match &file.content {
        Lot::TooLarge => Err(FileFault::Size),
        Lot::Whole(bytes) => tokio::task::block_in_place(|| read_reply(bytes, &expected)),
    })
}

impl Incoming {
    /// Enters the transfer, in the transaction that settles what the reply says.
    pub async fn enter(
        &self,
        house: &House,
        conn: &mut AnyConnection,
        batch: &Batch,
        chunk: &Chunk,
        now: Timestamp,
    ) -> Result<()> {
        let operator = house.config.exchange.as_ref();
        let operator = operator.and_then(|exchange| exchange.operator.as_deref());
        let transfer = NewTransfer {
            chunk_no: chunk.chunk_no,
            direction: "reply",
            file_name: &self.file.name,
            sha256: self.file.sha256,
            line_count: self.lines,
            operator: operator.unwrap_or_default(),
            moved_at: now,
            state: "taken",
        };
        store::insert(conn, &transfer).await?;
        let act = Act {
            kind: Kind::Transfer,
            member: &batch.member,
            reference: transfer.file_name,
        };
        act::enter(house, conn, &act, &payload(batch, &transfer), now).await?;
        Ok(())
    }

    /// Removes the file, and the request if the provider left it: nothing of either may rest in plain text.
    pub fn clear(&self, exchange: &Exchange, batch: &Batch, chunk: &Chunk) -> Result<()> {
        self.file.remove()?;
        exchange.clear_request(&request_name(&batch.member, chunk.tag as u64))
    }
}
