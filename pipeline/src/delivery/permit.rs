//! Whether this account may read this batch now: the member's state, stops, rights of the day and the window. *SQL.*

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{grant::Grant, granting};
use crate::{
    access::{Registers, persons::Persons, registers::Right},
    app::House,
    batch::{Batch, Chunk, chunks},
    error::{Error, Result},
};

/// Who reads.
pub enum Reader {
    /// An account of the batch's member.
    Member(String),
    /// An account of the bureau, with the approval of another person (D25), which the caller sees to.
    Bureau(String),
}

/// Permission to read a batch's answers. It is renewed for each chunk: a stop, or the end of an answer's 72 hours,
/// holds from the next chunk on, whoever is reading (D2, D18).
pub struct Permit {
    reader: Reader,
    now: Timestamp,
    registers: Registers,
    grants: Vec<Grant>,
    /// Whether one's own cases need no grant.
    own_cases: bool,
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

/// Checks whether `reader` may read `batch` now. From 72 h after the last answer arrived nothing may be read (D2).
pub async fn check(house: &House, conn: &mut AnyConnection, batch: &Batch, reader: Reader) -> Result<Permit> {
    if !batch.settled {
        return Err(Error::Operator {
            code: "BATCH-OPEN",
            sentence: "the batch is not settled yet".into(),
            remedy: "run `mayfly work --once`, or submit the same file again with `mayfly batch run`, then fetch the results",
        });
    }
    let mut permit = Permit {
        reader,
        now: house.reading_now()?,
        registers: Registers::load(&mut *conn, &batch.member).await?,
        grants: Vec::new(),
        own_cases: house.regime.answer_grant.own_cases.value,
        chunks: Vec::new(),
    };
    permit.hold_good(house, &mut *conn, batch).await?;
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
        self.registers.refresh(&mut *conn, &batch.member).await?;
        self.hold_good(house, conn, batch).await
    }

    /// Whether what `querier` asked in `batch` may be read: by who asked it, since the approval of a row is the grant of its
    /// querier until its answer is forgotten; by anybody else in the period of a grant of their own (六(二)2).
    pub fn reads(&self, batch: &Batch, querier: &str) -> bool {
        match &self.reader {
            Reader::Bureau(_) => true,
            Reader::Member(account) => {
                let covers = |grant: &Grant| grant.covers(&batch.batch, querier, self.now);
                (self.own_cases && account == querier) || self.grants.iter().any(covers)
            }
        }
    }

    /// Refuses a reader of the member who asked nothing of `batch`, did not hand it in, and has no grant; where `whole`, one
    /// that narrows it to somebody's cases does not do.
    ///
    /// # Errors
    /// `GRANT-NONE`.
    pub async fn check_part(&self, conn: &mut AnyConnection, batch: &Batch, whole: bool) -> Result<()> {
        let Reader::Member(account) = &self.reader else {
            return Ok(());
        };
        let fits =
            |grant: &Grant| grant.is_of(&batch.batch, self.now) && (!whole || grant.scope.cases_of.is_none());
        if (whole && batch.submitter == *account)
            || self.grants.iter().any(fits)
            || self.own_cases && has_asked(conn, batch.batch_no, account).await?
        {
            return Ok(());
        }
        Err(denied(
            "GRANT-NONE",
            "nothing of this batch is a case of this account, and no grant covers it now (六(二)2)",
            "apply for the use of it (`mayfly grant add`), which another person approves",
        ))
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

    async fn hold_good(&mut self, house: &House, conn: &mut AnyConnection, batch: &Batch) -> Result<()> {
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
        let account = match &self.reader {
            Reader::Member(account) => account,
            Reader::Bureau(account) => {
                if Persons::read(conn, "bureau", today).await?.is_there(account) {
                    return Ok(());
                }
                return Err(denied(
                    "DELIVERY-PERSON",
                    "this account is nobody at the bureau today, or is stopped",
                    "name an account of the bureau's people, as `mayfly people table --member bureau` shows them (--as bureau/ACCOUNT)",
                ));
            }
        };
        if !registers.has_right(account, Right::Query, &[today]) {
            return Err(denied(
                "DELIVERY-PERSON",
                "this account has no query right at the batch's member today",
                "name an account of the member's 授權表 with the query right today (--as)",
            ));
        }
        if registers.person_stopped(account) {
            return Err(denied(
                "GATE-PERSON",
                "this account is stopped",
                "ask the bureau when the stop is lifted",
            ));
        }
        self.grants = granting::of_account(conn, (&batch.member, account), self.now).await?;
        Ok(())
    }
}

/// Whether `account` asked anything in the batch.
async fn has_asked(conn: &mut AnyConnection, batch_no: i64, account: &str) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM request WHERE batch_no = $1 AND querier = $2 LIMIT 1")
        .bind(batch_no)
        .bind(account)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for cases of an account"))?;
    Ok(row.is_some())
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
