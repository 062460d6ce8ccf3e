//! The journey of a batch: accept, then chunk by chunk parse, draft, gate, ask, seal and settle, overlapping. *Edge.*
//!
//! `check` says everything that is wrong with a file before it is handed in, `approve` has the whole of it approved by another
//! person, `accept` takes a file in and gives a receipt, `hands` says who may do each, `hold` lets one worker at a time work a batch, [`work`] drives the
//! stages, `stage` says how they share the cores, `settle` seals the answers of a chunk, then writes its outcomes, `late`
//! settles what was unresolved, `sweep` clears the folders of an exchange, `worker` is what a door or the schedule calls.

pub mod accept;
pub mod approve;
pub mod check;
pub mod hands;
pub mod hold;
pub mod late;
pub mod settle;
mod stage;
pub mod sweep;
pub mod worker;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{sync::mpsc, task::JoinHandle};

use self::settle::Decided;
use crate::{
    access::Registers,
    app::House,
    batch::{Batch, Outcome, Summary, chunks, store, summary},
    error::{Error, Result},
    gate::{self, CHUNK_ROWS, Draft, GatePass},
    intake::{ChunkOfRows, Chunks, FileKind, Reading},
    journal,
    provider::{AskError, Link},
    sealed, transfer,
};

/// How far a batch has come, for progress lines.
#[derive(Default)]
pub struct Progress {
    /// Rows that have their outcome.
    pub settled: AtomicU64,
    /// Chunks that wait for a reply file.
    waiting: AtomicU64,
}

/// Works a held batch to its end: chunks that a crash left open first, then the rest of the file. Returns how many
/// chunks wait for a reply file; while there are any, the batch is not at its end.
pub async fn work(house: Arc<House>, held: hold::Held, progress: Arc<Progress>) -> Result<u64> {
    let link = Arc::new(house.link()?);
    let batch = Arc::new(held.batch.clone());
    progress
        .settled
        .fetch_add(u64::try_from(batch.gated_rows).unwrap_or(0), Ordering::Relaxed);
    finish_open_chunks(&house, &link, &batch, &held.lease, &progress).await?;
    if batch.gated_rows < batch.row_count && !sealed::is_held(&house, &batch.intake)? {
        gate::expire(&house, &batch).await?;
        return end(&house, &batch, &progress).await;
    }

    let (rows_in, rows) = mpsc::channel(STAGE_DEPTH);
    let (drafts_in, drafts) = mpsc::channel(STAGE_DEPTH);
    let (passes_in, passes) = mpsc::channel(STAGE_DEPTH);
    let (decided_in, decided) = mpsc::channel(STAGE_DEPTH);
    let stages: [JoinHandle<Result<()>>; 5] = [
        tokio::task::spawn_blocking({
            let (house, batch) = (house.clone(), batch.clone());
            move || {
                stage::yield_to_the_writer();
                parse(&house, &batch, &rows_in)
            }
        }),
        stage::aside(draft_stage(house.clone(), batch.clone(), rows, drafts_in)),
        tokio::spawn(gate_stage(
            house.clone(),
            batch.clone(),
            drafts,
            passes_in,
            progress.clone(),
        )),
        stage::aside(ask_stage(
            house.clone(),
            batch.clone(),
            link.clone(),
            held.lease.clone(),
            passes,
            decided_in,
            progress.clone(),
        )),
        tokio::spawn(settle_stage(
            house.clone(),
            batch.clone(),
            link,
            decided,
            progress.clone(),
        )),
    ];
    let mut first_error = None;
    for stage in stages {
        let ended = stage
            .await
            .unwrap_or(Err(Error::Bug("a stage of the run panicked")));
        if let Err(error) = ended
            && first_error.as_ref().is_none_or(is_consequence)
        {
            first_error = Some(error);
        }
    }
    if let Some(error) = first_error {
        return Err(error);
    }
    end(&house, &batch, &progress).await
}

async fn end(house: &House, batch: &Batch, progress: &Progress) -> Result<u64> {
    let waiting = progress.waiting.load(Ordering::Relaxed);
    if waiting > 0 {
        journal::signing::sign(house).await?;
        return Ok(waiting);
    }
    let mut tx = house.db.begin().await?;
    let settled = store::settle(tx.connection(), batch, house.clock.now()).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    store::fenced(u64::from(settled))?;
    Ok(0)
}

/// What became of the batch named `batch`.
pub async fn summary(house: &House, batch: &str) -> Result<Summary> {
    let mut reader = house.db.reader().await?;
    let batch = find(&mut reader, batch).await?;
    summary::of(&mut reader, &batch, &house.regime).await
}

/// The batch of this name, or a refusal that tells how to find it.
pub async fn find(conn: &mut sqlx::AnyConnection, batch: &str) -> Result<Batch> {
    store::by_name(conn, batch).await?.ok_or_else(|| Error::Input {
        code: "BATCH-UNKNOWN",
        sentence: "there is no batch of this id".into(),
        remedy: "see `mayfly batch list` for the ids",
    })
}

async fn finish_open_chunks(
    house: &House,
    link: &Link,
    batch: &Batch,
    lease: &hold::Lease,
    progress: &Progress,
) -> Result<()> {
    let mut reader = house.db.reader().await?;
    for chunk in chunks::of_batch(&mut reader, batch.batch_no).await? {
        if chunk.settled {
            continue;
        }
        if let Link::Exchange(exchange) = link
            && transfer::is_waiting(&mut reader, exchange, batch, &chunk, house.clock.now()).await?
        {
            progress.waiting.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let pass = gate::again::pass(house, &mut reader, batch, &chunk, Outcome::Asked).await?;
        lease.assure().await?;
        match ask(house, link, batch, pass).await? {
            Some(decided) => settle::settle(house, link, batch, decided).await?,
            None => _ = progress.waiting.fetch_add(1, Ordering::Relaxed),
        }
    }
    Ok(())
}

fn parse(house: &House, batch: &Batch, out: &mpsc::Sender<ChunkOfRows>) -> Result<()> {
    if batch.gated_rows == batch.row_count {
        return Ok(());
    }
    let place = sealed::place(&batch.intake)?;
    let file = house
        .vault
        .open_stream(place, &*sealed::key(house, place.cohort)?)?;
    let limits = house.config.limits.of_records();
    let reading = Reading {
        encoding: batch.encoding,
        kind: FileKind::Batch,
        limits,
        chunk_rows: CHUNK_ROWS,
    };
    let done = u32::try_from(batch.gated_rows).unwrap_or(u32::MAX);
    let chunks = Chunks::start(file, &reading, done, crate::ids::random()?).map_err(|_| unreadable())?;
    for chunk in chunks {
        if out.blocking_send(chunk.map_err(|_| unreadable())?).is_err() {
            return Err(STOPPED);
        }
    }
    Ok(())
}

async fn draft_stage(
    house: Arc<House>,
    batch: Arc<Batch>,
    mut rows: mpsc::Receiver<ChunkOfRows>,
    drafts: mpsc::Sender<Draft>,
) -> Result<()> {
    let mut reader = house.db.reader().await?;
    let mut registers = Registers::load(&mut reader, &batch.member).await?;
    while let Some(chunk) = rows.recv().await {
        let draft = gate::draft(&house, &mut reader, &batch, &mut registers, chunk).await?;
        if drafts.send(draft).await.is_err() {
            return Err(STOPPED);
        }
    }
    Ok(())
}

async fn gate_stage(
    house: Arc<House>,
    batch: Arc<Batch>,
    mut drafts: mpsc::Receiver<Draft>,
    passes: mpsc::Sender<GatePass>,
    progress: Arc<Progress>,
) -> Result<()> {
    let mut registers = Registers::load(&mut *house.db.reader().await?, &batch.member).await?;
    let mut from = batch.gated_rows;
    while let Some(draft) = drafts.recv().await {
        let count = draft.len();
        let gated = gate::pass(&house, &batch, &mut registers, draft, from).await?;
        from += count as i64;
        progress.settled.fetch_add(
            u64::try_from(gated.counts.refused).unwrap_or(0),
            Ordering::Relaxed,
        );
        if let Some(pass) = gated.pass
            && passes.send(pass).await.is_err()
        {
            return Err(STOPPED);
        }
    }
    Ok(())
}

async fn ask_stage(
    house: Arc<House>,
    batch: Arc<Batch>,
    link: Arc<Link>,
    lease: Arc<hold::Lease>,
    mut passes: mpsc::Receiver<GatePass>,
    decided: mpsc::Sender<Decided>,
    progress: Arc<Progress>,
) -> Result<()> {
    let mut reader = house.db.reader().await?;
    let mut registers = Registers::load(&mut reader, &batch.member).await?;
    while let Some(pass) = passes.recv().await {
        lease.assure().await?;
        let pass = pass
            .hold_back(&house, &mut reader, &mut registers, &batch.member)
            .await?;
        let Some(chunk) = ask(&house, &link, &batch, pass).await? else {
            progress.waiting.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if decided.send(chunk).await.is_err() {
            return Err(STOPPED);
        }
    }
    Ok(())
}

/// Asks the provider, decides what became of each row and seals the answers; nothing while the reply file is not there.
async fn ask(house: &House, link: &Link, batch: &Batch, pass: GatePass) -> Result<Option<Decided>> {
    let asked = pass.ask(link, house, batch).await?;
    if matches!(asked.reply, Err(AskError::Waiting)) {
        return Ok(None);
    }
    tokio::task::block_in_place(|| settle::decide(house, asked)).map(Some)
}

async fn settle_stage(
    house: Arc<House>,
    batch: Arc<Batch>,
    link: Arc<Link>,
    mut decided: mpsc::Receiver<Decided>,
    progress: Arc<Progress>,
) -> Result<()> {
    let mut unsigned = 0;
    while let Some(chunk) = decided.recv().await {
        let queries = u64::try_from(chunk.counts.total()).unwrap_or(0);
        settle::settle(&house, &link, &batch, chunk).await?;
        progress.settled.fetch_add(queries, Ordering::Relaxed);
        unsigned += 1;
        if unsigned == CHUNKS_A_CHECKPOINT {
            journal::signing::sign(&house).await?;
            unsigned = 0;
        }
    }
    Ok(())
}

/// Whether an error only tells that a later stage has stopped: then that stage's own error is the one to show.
fn is_consequence(error: &Error) -> bool {
    matches!(error, Error::Bug(text) if *text == STOPPED_TEXT)
}

fn unreadable() -> Error {
    Error::Operator {
        code: "SEAL-BROKEN",
        sentence: "the sealed copy of the submitted file cannot be read to its end".into(),
        remedy: "submit the file again under a new batch number; rows that were settled stay settled",
    }
}

const STOPPED_TEXT: &str = "a later stage of the run has stopped";
const STOPPED: Error = Error::Bug(STOPPED_TEXT);
const STAGE_DEPTH: usize = 4;
const CHUNKS_A_CHECKPOINT: usize = 64;
