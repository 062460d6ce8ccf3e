//! Whether this account may read this batch now: the member's state, stops, rights of the day and the window. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::{
    access::{Registers, registers::Right},
    app::House,
    batch::{Batch, Chunk, chunks},
    error::{Error, Result},
};

/// Permission to read a batch's answers, at one instant.
pub struct Permit {
    /// The instant at which it was checked; every answer is held against it.
    pub now: Timestamp,
    /// The member's registers at that instant.
    pub registers: Registers,
    /// The chunks of the batch.
    pub chunks: Vec<Chunk>,
}

/// Checks whether `account` may read `batch` now. From 72 h after the answers arrived nothing may be read (D2).
pub async fn check(house: &House, conn: &mut AnyConnection, batch: &Batch, account: &str) -> Result<Permit> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    let registers = Registers::load(&mut *conn, &batch.member).await?;
    if registers.link_stopped() {
        return Err(denied(
            "GATE-LINK",
            "the link is stopped, so nothing is handed out",
            "ask the bureau when the stop is lifted",
        ));
    }
    if registers.member_closed(today) {
        return Err(denied(
            "GATE-MEMBER",
            "the member is stopped, lapsed or not yet valid",
            "ask the bureau about the membership",
        ));
    }
    if !registers.has_right(account, Right::Query, &[today]) {
        return Err(denied(
            "DELIVERY-PERSON",
            "this account has no query right at the batch's member today",
            "name an account of the member's \u{6388}\u{6b0a}\u{8868} with the query right today (--as)",
        ));
    }
    if registers.person_stopped(account) {
        return Err(denied(
            "GATE-PERSON",
            "this account is stopped",
            "ask the bureau when the stop is lifted",
        ));
    }
    let chunks = chunks::of_batch(conn, batch.batch_no).await?;
    if !batch.settled {
        return Err(Error::Operator {
            code: "BATCH-OPEN",
            sentence: "the batch is not settled yet".into(),
            remedy: "run `mayfly work --once`, or submit the same file again with `mayfly batch run`, then fetch the results",
        });
    }
    let mut answers = chunks
        .iter()
        .filter_map(|chunk| chunk.answers.as_ref())
        .peekable();
    if answers.peek().is_some() && !answers.any(|(_, _, obtained_at)| readable(house, *obtained_at, now)) {
        return Err(denied(
            "WINDOW-CLOSED",
            "the answers of this batch have been held for 72 hours and may no longer be read (\u{56db}(\u{4e8c})2)",
            "if they are still needed, ask anew in a new batch with a new approval",
        ));
    }
    Ok(Permit {
        now,
        registers,
        chunks,
    })
}

/// Whether an answer obtained at `obtained_at` may be read at `now`.
pub fn readable(house: &House, obtained_at: Timestamp, now: Timestamp) -> bool {
    now < house.regime.expires_at(obtained_at)
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
