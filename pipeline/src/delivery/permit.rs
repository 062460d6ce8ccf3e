//! Whether this account may read this batch now: the member's state, stops, rights of the day and the window. *SQL.*

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::{
    access::{Registers, registers::Right},
    app::House,
    batch::{Batch, Chunk, chunks},
    error::{Error, Result},
};

/// Permission to read a batch's answers. It is renewed for each chunk: a stop, or the end of an answer's 72 hours,
/// holds from the next chunk on, whoever is reading (D2, D18).
pub struct Permit {
    account: String,
    now: Timestamp,
    registers: Registers,
    /// The chunks of the batch, each with its segments of answers.
    pub chunks: Vec<(Chunk, Vec<Answers>)>,
}

/// One segment of answers: cohort and object, and when the answers arrived.
pub struct Answers {
    /// Where it is.
    pub place: (String, String),
    /// When the answers arrived (D1).
    pub obtained_at: Timestamp,
}

/// Checks whether `account` may read `batch` now. From 72 h after the last answer arrived nothing may be read (D2).
pub async fn check(house: &House, conn: &mut AnyConnection, batch: &Batch, account: &str) -> Result<Permit> {
    if !batch.settled {
        return Err(Error::Operator {
            code: "BATCH-OPEN",
            sentence: "the batch is not settled yet".into(),
            remedy: "run `mayfly work --once`, or submit the same file again with `mayfly batch run`, then fetch the results",
        });
    }
    let mut permit = Permit {
        account: account.to_owned(),
        now: house.reading_now()?,
        registers: Registers::load(&mut *conn, &batch.member).await?,
        chunks: Vec::new(),
    };
    permit.hold_good(house)?;
    for chunk in chunks::of_batch(&mut *conn, batch.batch_no).await? {
        let late = chunks::late(&mut *conn, chunk.chunk_no).await?;
        let answers = late.into_iter().chain(chunk.answers.clone());
        let answers = answers
            .map(|(cohort, object, obtained_at)| Answers {
                place: (cohort, object),
                obtained_at,
            })
            .collect();
        permit.chunks.push((chunk, answers));
    }
    let mut answers = permit.chunks.iter().flat_map(|(_, answers)| answers).peekable();
    if answers.peek().is_some() && !answers.any(|answers| permit.allows(house, answers)) {
        let hours = house.regime.window().as_hours();
        return Err(denied(
            "WINDOW-CLOSED",
            &format!(
                "the answers of this batch have been held for {hours} hours and may no longer be read (四(二)2)"
            ),
            "if they are still needed, ask anew in a new batch with a new approval",
        ));
    }
    Ok(permit)
}

impl Permit {
    /// Checks again what may have changed since, at the present instant.
    pub async fn renew(&mut self, house: &House, conn: &mut AnyConnection, batch: &Batch) -> Result<()> {
        self.now = house.reading_now()?;
        self.registers.refresh(conn, &batch.member).await?;
        self.hold_good(house)
    }

    /// The `age` recipients of the member.
    pub fn recipients(&self) -> &[String] {
        self.registers
            .member()
            .map_or(&[], |member| &member.age_recipients)
    }

    /// Whether these answers are still in their window.
    pub fn allows(&self, house: &House, answers: &Answers) -> bool {
        self.now < house.regime.expires_at(answers.obtained_at)
    }

    /// What keeps back single answers at this moment: by it a delivery sees whether a stop came while it was written.
    pub fn kept_back(&self) -> BTreeSet<String> {
        self.registers.kept_back()
    }

    /// Whether a stop keeps back what `querier` asked for `item`.
    pub fn is_stopped(&self, querier: &str, item: &str) -> bool {
        self.registers.person_stopped(querier) || self.registers.item_stopped(item)
    }

    fn hold_good(&self, house: &House) -> Result<()> {
        let (registers, today) = (&self.registers, house.today(self.now));
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
        if !registers.has_right(&self.account, Right::Query, &[today]) {
            return Err(denied(
                "DELIVERY-PERSON",
                "this account has no query right at the batch's member today",
                "name an account of the member's 授權表 with the query right today (--as)",
            ));
        }
        if registers.person_stopped(&self.account) {
            return Err(denied(
                "GATE-PERSON",
                "this account is stopped",
                "ask the bureau when the stop is lifted",
            ));
        }
        Ok(())
    }
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
