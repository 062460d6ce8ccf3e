//! Files exchanged with the provider: each one entered in the journal, with the person who answers for it (六(二)1). *Edge.*
//!
//! ```text
//! gate pass ──send──▶ staged file ──commit──▶ request file … reply file ──look──▶ Reply, settled in one commit
//!                                                                └─ does not add up ──▶ quarantined whole
//! ```
//!
//! `send` writes the request of a chunk once; `look` finds what came back and believes it or not; `quarantine` seals away
//! what is not believed; `store` is the rows of all this. [`ask`] puts them together for one chunk.
//!
//! A request that has its name is never written again: it may have been read the moment it appeared. Whether it has,
//! a restart can tell, because the file is synced under another name before the journal's commit, and renamed after
//! it: while the other name is there, nobody has seen the request.

mod look;
mod quarantine;
mod send;
pub mod store;

use std::result::Result as Outcome;

use jiff::Timestamp;
use mayfly_retention::Cohort;
use sqlx::AnyConnection;

pub use self::{
    look::{Incoming, forget_known},
    quarantine::quarantine,
};
use crate::{
    app::House,
    batch::{Batch, Chunk},
    error::{Error, Result},
    provider::{
        AskError, Question, Reply,
        exchange::{Exchange, request_name},
    },
};

/// What came of asking about a chunk by files.
pub struct Heard {
    /// The reply, or why there is none.
    pub reply: Outcome<Reply, AskError>,
    /// The file it came in: to be entered with what it settles, then removed.
    pub incoming: Option<Incoming>,
    /// Whether it is certain that no question of it ever left, whatever a crash made of an earlier attempt.
    pub never_left: bool,
}

/// Sends the questions of `chunk`, or looks for the reply if they were sent. A settled chunk is only looked at.
pub async fn ask(
    house: &House,
    exchange: &Exchange,
    batch: &Batch,
    chunk: &Chunk,
    questions: &[Question],
    now: Timestamp,
) -> Result<Heard> {
    let mut reader = house.db.reader().await?;
    let name = request_name(&batch.member, chunk.tag as u64);
    let mut sent = store::request_of(&mut reader, chunk.chunk_no).await?;
    if let Some(request) = sent.as_ref().filter(|_| !chunk.settled)
        && exchange.is_staged(&name)?
    {
        // A crash came between the commit and the name.
        exchange.unstage(&name)?;
        send::take_back(house, request.transfer_no).await?;
        sent = None;
    }
    let without_file = |reply| Heard {
        reply,
        incoming: None,
        never_left: false,
    };
    let Some(sent) = sent else {
        if questions.is_empty() || chunk.settled {
            return Ok(without_file(Ok(Reply::empty())));
        }
        let origin = Cohort::parse(&batch.intake.0).map_err(|_| Error::Bug("a batch names no hour"))?;
        if now >= origin.due_at(house.regime.retention_window()?) {
            // What the request would be made from has to be gone by now, and the purge would take it at once.
            return Ok(Heard {
                never_left: true,
                ..without_file(Err(AskError::Unreachable))
            });
        }
        send::send(house, exchange, batch, chunk, questions, origin, now).await?;
        return Ok(without_file(Err(AskError::Waiting)));
    };
    let found = look::look(house, exchange, batch, chunk, now).await?;
    Ok(match found {
        look::Found::Reply(found) => {
            let (reply, incoming) = *found;
            Heard {
                reply: Ok(reply),
                incoming: Some(incoming),
                never_left: false,
            }
        }
        look::Found::Spoilt => without_file(Err(AskError::Spoilt)),
        // Everything was held back meanwhile: nothing is waited for any more.
        look::Found::Nothing if questions.is_empty() => without_file(Ok(Reply::empty())),
        look::Found::Nothing if is_overdue(exchange, sent.moved_at, now) => without_file(Err(AskError::Lost)),
        look::Found::Nothing => without_file(Err(AskError::Waiting)),
    })
}

/// Whether there is nothing to do for an open chunk but to wait on; cheap, and changes nothing.
pub async fn is_waiting(
    reader: &mut AnyConnection,
    exchange: &Exchange,
    batch: &Batch,
    chunk: &Chunk,
    now: Timestamp,
) -> Result<bool> {
    let Some(sent) = store::request_of(&mut *reader, chunk.chunk_no).await? else {
        return Ok(false);
    };
    Ok(!is_overdue(exchange, sent.moved_at, now)
        && !has_reply(exchange, batch, chunk)?
        && !exchange.is_staged(&request_name(&batch.member, chunk.tag as u64))?
        && !store::has_quarantined(reader, chunk.chunk_no).await?)
}

/// Whether a file lies there that is named as a reply to `chunk`.
pub fn has_reply(exchange: &Exchange, batch: &Batch, chunk: &Chunk) -> Result<bool> {
    Ok(!exchange.replies_to(&batch.member, chunk.tag as u64)?.is_empty())
}

fn is_overdue(exchange: &Exchange, sent_at: Timestamp, now: Timestamp) -> bool {
    sent_at
        .checked_add(exchange.reply_within())
        .is_ok_and(|until| now >= until)
}
