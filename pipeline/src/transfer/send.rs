//! Sends the questions of a chunk: staged, entered and committed, and only then given its name. *Edge.*

use jiff::Timestamp;
use mayfly_retention::Cohort;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::store::{self, NewTransfer};
use crate::{
    app::House,
    batch::{Batch, Chunk},
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
    provider::{
        Question,
        exchange::{Exchange, Header, request_name, write_request},
    },
};

/// Writes the request file of `chunk`, whose batch was taken in in the hour `origin`.
pub(super) async fn send(
    house: &House,
    exchange: &Exchange,
    batch: &Batch,
    chunk: &Chunk,
    questions: &[Question],
    origin: Cohort,
    now: Timestamp,
) -> Result<()> {
    let name = request_name(&batch.member, chunk.tag as u64);
    let header = Header {
        member: batch
            .member
            .as_bytes()
            .try_into()
            .map_err(|_| Error::Bug("a member's code is not three digits"))?,
        made_at: now,
        tag: chunk.tag as u64,
        trial: exchange.is_trial(),
        number: 0,
        token: house.index.token(chunk.tag),
    };
    let (staged, sha256) = tokio::task::block_in_place(|| {
        // What a crash left before its commit goes first.
        exchange.unstage(&name)?;
        let bytes = write_request(&header, questions);
        let staged = exchange.stage(&name, batch.worker as u64, origin, &bytes)?;
        Ok::<_, Error>((staged, <[u8; 32]>::from(Sha256::digest(&*bytes))))
    })?;
    let transfer = NewTransfer {
        chunk_no: chunk.chunk_no,
        direction: "request",
        file_name: &name,
        sha256,
        line_count: questions.len() as i64,
        operator: exchange.operator(),
        moved_at: now,
        state: "sent",
    };
    let number = match enter(house, batch, &transfer).await {
        Ok(number) => number,
        Err(error) => {
            // Nobody has seen it, and nothing of it was committed. What another worker staged is not touched.
            exchange.discard(&staged)?;
            return Err(error);
        }
    };
    if let Err(error) = tokio::task::block_in_place(|| exchange.place(&staged)) {
        if !exchange.is_staged(&name)? {
            // It went away before it had its name; with nothing left to tell that, the row must.
            take_back(house, number).await?;
        }
        return Err(error);
    }
    tokio::task::block_in_place(|| exchange.sync_requests())?;
    tracing::info!(
        batch = batch.batch,
        first_line = chunk.first_line,
        questions = questions.len(),
        "request sent"
    );
    Ok(())
}

/// Notes that a request was never seen by anybody.
pub(super) async fn take_back(house: &House, transfer_no: i64) -> Result<()> {
    let mut tx = house.db.begin().await?;
    store::take_back(tx.connection(), transfer_no).await?;
    tx.commit().await
}

/// What the journal keeps of a transfer.
#[derive(Serialize)]
pub(super) struct Transfer<'a> {
    pub(super) direction: &'a str,
    pub(super) file: &'a str,
    pub(super) sha256: String,
    pub(super) lines: i64,
    pub(super) operator: &'a str,
    pub(super) batch: &'a str,
}

async fn enter(house: &House, batch: &Batch, transfer: &NewTransfer<'_>) -> Result<i64> {
    let mut tx = house.db.begin().await?;
    let number = store::insert_request(tx.connection(), batch, transfer).await?;
    let act = Act {
        kind: Kind::Transfer,
        member: &batch.member,
        reference: transfer.file_name,
    };
    act::enter(
        house,
        tx.connection(),
        &act,
        &payload(batch, transfer),
        transfer.moved_at,
    )
    .await?;
    tx.commit().await?;
    Ok(number)
}

/// The payload of a transfer's entry.
pub(super) fn payload<'a>(batch: &'a Batch, transfer: &'a NewTransfer<'a>) -> Transfer<'a> {
    Transfer {
        direction: transfer.direction,
        file: transfer.file_name,
        sha256: ids::hex(&transfer.sha256),
        lines: transfer.line_count,
        operator: transfer.operator,
        batch: &batch.batch,
    }
}
