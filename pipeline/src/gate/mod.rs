//! The gate: the one place where a request becomes a query. *SQL.*
//!
//! [`pass`] runs one transaction per chunk: the live state of consents, approvals, authorisations, grants, stops and
//! uses is checked, and query records and journal entries are committed *before* a byte leaves (六(一)1, 5). It
//! returns the only value with which a provider can be asked:
//!
//! ```compile_fail,E0451
//! // A pass cannot be made by hand: its fields are private and it has no constructor.
//! fn forge(pass: mayfly::gate::GatePass) -> mayfly::gate::GatePass {
//!     mayfly::gate::GatePass { asked: vec![], ..pass }
//! }
//! ```
//!
//! ```compile_fail,E0599
//! // A pass is used up by asking: it cannot be copied and used twice.
//! fn twice(pass: mayfly::gate::GatePass) -> (mayfly::gate::GatePass, mayfly::gate::GatePass) {
//!     (pass.clone(), pass)
//! }
//! ```
//!
//! `screen` decides (pure), `consents` looks up what is `known` of the consents of a chunk, `record` is the query record
//! as it is sealed, `draft` does what can be done before the transaction, `write` commits, `look` screens rows of which nothing is to come, `again` rebuilds a pass after
//! a crash, `held` takes back what a stop has closed before it left, `health` closes the gate.

pub mod again;
pub mod consents;
mod draft;
pub mod health;
mod held;
pub mod known;
pub mod look;
pub mod record;
pub mod screen;
pub mod seal;
mod write;

pub use self::draft::Draft;

use jiff::Timestamp;
use mayfly_consent::{Code, ConsentError};
use sqlx::AnyConnection;

use crate::{
    access::Registers,
    app::House,
    batch::{Batch, Chunk, Counts},
    error::{Error, Result},
    intake::ChunkOfRows,
    provider::{AskError, Link, Provider, Question, Reply, Visit},
    transfer::{self, Heard, Incoming},
};

/// Rows that are gated, asked, sealed and settled together.
pub const CHUNK_ROWS: usize = 4000;

/// Permission to ask the provider about the queries of one chunk; [`GatePass::ask`] uses it up.
pub struct GatePass {
    chunk: Chunk,
    asked: Vec<Asked>,
    questions: Vec<Question>,
    held: Vec<(i64, Code)>,
    visit: Visit,
}

/// What belongs to one question besides the question itself: where its answer goes.
pub struct Asked {
    /// Line of the file.
    pub line: i64,
    /// The member's case number.
    pub case_no: String,
    /// The member's number of the consent.
    pub consent_ref: String,
    /// Whoever queries.
    pub querier: String,
}

/// A chunk that has been asked about, with the provider's reply.
pub struct AskedChunk {
    /// The chunk.
    pub chunk: Chunk,
    /// Its queries, in the order of `questions`.
    pub asked: Vec<Asked>,
    /// What was asked.
    pub questions: Vec<Question>,
    /// Lines that were held back, and why: of a first visit they failed, otherwise they are unresolved, since they may have left.
    pub held: Vec<(i64, Code)>,
    /// Whether this was the first time.
    pub visit: Visit,
    /// What the provider said.
    pub reply: std::result::Result<Reply, AskError>,
    /// The file it came in, if it came in one.
    pub incoming: Option<Incoming>,
    /// When it arrived (D1).
    pub obtained_at: Timestamp,
}

/// What came of a chunk at the gate.
pub struct Gated {
    /// Permission to ask, unless every row was refused.
    pub pass: Option<GatePass>,
    /// Rows refused.
    pub counts: Counts,
}

impl GatePass {
    /// How many queries it allows.
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether it allows none.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Asks the provider. After a crash the same queries are sent again under the same ids, which is not asking twice
    /// (D24). An error means that nothing was sent or taken in: the chunk stays as it is.
    pub async fn ask(self, link: &Link, house: &House, batch: &Batch) -> Result<AskedChunk> {
        let now = house.clock.now();
        let (chunk, questions) = (&self.chunk, &self.questions);
        let heard = match link {
            Link::Exchange(exchange) => transfer::ask(house, exchange, batch, chunk, questions, now).await?,
            Link::Sandbox(sandbox) => at_once(sandbox, self.visit, questions, now).await,
            Link::Http(http) => at_once(&**http, self.visit, questions, now).await,
        };
        Ok(AskedChunk {
            chunk: self.chunk,
            asked: self.asked,
            questions: self.questions,
            held: self.held,
            // What never left is asked for the first time, also after a crash.
            visit: if heard.never_left { Visit::Ask } else { self.visit },
            reply: heard.reply,
            incoming: heard.incoming,
            obtained_at: house.clock.now(),
        })
    }
}

/// Asks a provider that answers while it is waited for.
async fn at_once(provider: &impl Provider, visit: Visit, questions: &[Question], now: Timestamp) -> Heard {
    Heard {
        reply: match visit {
            // Everything was held back: then nobody is asked at all.
            _ if questions.is_empty() => Ok(Reply::empty()),
            Visit::Ask => provider.ask(questions, now).await,
            Visit::Recall => provider.recall(questions, now).await,
        },
        incoming: None,
        never_left: false,
    }
}

/// Refuses the rest of a batch whose sealed file was destroyed, at the end of its 72 hours, before its rows were asked.
pub async fn expire(house: &House, batch: &Batch) -> Result<()> {
    let now = house.trusted_now()?;
    let mut from = batch.gated_rows;
    while from < batch.row_count {
        let count = (batch.row_count - from).min(CHUNK_ROWS as i64);
        let lines = (from..from + count).map(|row| u32::try_from(row + 2).unwrap_or(u32::MAX));
        let draft = Draft::expired(house, batch, lines, now)?;
        let mut tx = house.db.begin().await?;
        let conn = tx.connection();
        crate::batch::store::advance(conn, batch, from, count).await?;
        let entered = write::enter(house, batch, conn, &draft)
            .await?
            .ok_or(Error::Bug("a row of which nothing is left brought a consent"))?;
        write::commit(tx, draft, entered).await?;
        from += count;
    }
    Ok(())
}

/// Screens and seals the rows of one chunk ahead of its transaction, with what `conn` reads now. The draft permits
/// nothing; it only saves [`pass`] the work as long as nothing changes in between.
pub async fn draft(
    house: &House,
    conn: &mut AnyConnection,
    batch: &Batch,
    registers: &mut Registers,
    rows: ChunkOfRows,
) -> Result<Draft> {
    let now = house.trusted_now()?;
    registers.refresh(conn, &batch.member).await?;
    let found = consents::look_up(conn, &batch.member, rows.rows.iter()).await?;
    tokio::task::block_in_place(|| Draft::make(house, batch, registers, found, rows.rows, now))
}

/// Passes one chunk through the gate and commits what was decided. What the draft was made of is read again in the
/// transaction; if any of it has changed, the decision is made anew.
pub async fn pass(
    house: &House,
    batch: &Batch,
    registers: &mut Registers,
    mut draft: Draft,
    from: i64,
) -> Result<Gated> {
    let rows = i64::try_from(draft.len()).unwrap_or(i64::MAX);
    for attempt in 0..ATTEMPTS {
        let now = house.trusted_now()?;
        let mut tx = house.db.begin().await?;
        let conn = tx.connection();
        crate::batch::store::advance(conn, batch, from, rows).await?;
        health::check(house, conn, now).await?;
        registers.refresh(conn, &batch.member).await?;
        if attempt > 0 || !draft.stands(conn, &batch.member, registers, now).await? {
            let found = consents::look_up(conn, &batch.member, draft.rows.iter()).await?;
            let again = || Draft::make(house, batch, registers, found, draft.rows, now);
            draft = tokio::task::block_in_place(again)?;
        }
        // Without the transaction's end nothing of it stays.
        let Some(entered) = write::enter(house, batch, conn, &draft).await? else {
            continue;
        };
        let gated = write::commit(tx, draft, entered).await?;
        let refused = gated.counts.refused;
        tracing::info!(batch = batch.batch, first_row = from, rows, refused, "gated");
        return Ok(gated);
    }
    Err(ConsentError::StateChanged.into())
}

/// How often a chunk is tried whose new consents somebody else registers at the same moment.
const ATTEMPTS: usize = 5;
