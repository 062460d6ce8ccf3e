//! Settles unresolved queries by their query ids when the provider can tell at last what came of them (D24). *SQL.*

use std::sync::Arc;

use mayfly_consent::CodeSet;

use super::{
    hold::{self, Held, Want},
    settle,
};
use crate::{
    app::House,
    batch::{Chunk, Counts, Outcome, chunks, requests},
    error::Result,
    gate, journal,
    provider::{AskError, Link},
    transfer,
};

/// Recalls every unresolved query once; returns how many rows found their outcome.
pub async fn settle_unresolved(house: &Arc<House>) -> Result<i64> {
    let link = house.link()?;
    let mut reader = house.db.reader().await?;
    let mut settled = 0;
    for (chunk_no, name) in chunks::unresolved(&mut reader).await? {
        // Whoever else recalls this batch at the moment finds the same.
        let Some(held) = hold::hold(house, &name, Want::Settled).await? else {
            continue;
        };
        let all = chunks::of_batch(&mut reader, held.batch.batch_no).await?;
        if let Some(chunk) = all.into_iter().find(|chunk| chunk.chunk_no == chunk_no) {
            match settle_chunk(house, &link, &held, &chunk).await? {
                Some(rows) => settled += rows,
                // Nobody is there: the others would each wait in vain.
                None => break,
            }
        }
    }
    if settled > 0 {
        tracing::info!(rows = settled, "settled by late replies");
        journal::signing::sign(house).await?;
    }
    Ok(settled)
}

/// How many rows found their outcome; `None` if the provider could not be reached.
async fn settle_chunk(house: &House, link: &Link, held: &Held, chunk: &Chunk) -> Result<Option<i64>> {
    let batch = &held.batch;
    // By files nothing is asked again: either there is a reply by now, or there is not.
    if let Link::Exchange(exchange) = link
        && !transfer::has_reply(exchange, batch, chunk)?
    {
        return Ok(Some(0));
    }
    let mut reader = house.db.reader().await?;
    let pass = gate::again::pass(house, &mut reader, batch, chunk, Outcome::Unresolved).await?;
    // A reply that is there is taken in even if everything it tells is held back: then it is dropped, and gone.
    if pass.is_empty() && !matches!(link, Link::Exchange(_)) {
        return Ok(Some(0));
    }
    held.lease.assure().await?;
    let asked = pass.ask(link, house, batch).await?;
    if matches!(asked.reply, Err(AskError::Unreachable)) {
        return Ok(None);
    }
    let decided = tokio::task::block_in_place(|| settle::decide(house, asked))?;
    if decided.is_empty() {
        return Ok(Some(0));
    }
    let counts = Counts {
        unresolved: 0,
        ..decided.counts
    };
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    chunks::resolve(conn, batch, chunk.chunk_no, &counts).await?;
    if let Some(answers) = &decided.answers {
        chunks::insert_late(
            conn,
            chunk.chunk_no,
            answers,
            decided.obtained_at,
            counts.answered,
        )
        .await?;
    }
    let resolved = decided
        .exceptions
        .iter()
        .filter(|((outcome, _), _)| *outcome != Outcome::Unresolved);
    for ((outcome, code), lines) in resolved {
        let codes = settle::codes_of(*code);
        let release = *outcome == Outcome::Failed;
        requests::move_lines(
            conn,
            batch.batch_no,
            lines,
            (Outcome::Unresolved, *outcome),
            codes,
            release,
        )
        .await?;
    }
    let (from, none) = ((Outcome::Unresolved, Outcome::Answered), CodeSet::default());
    requests::move_lines(conn, batch.batch_no, &decided.answered, from, none, false).await?;
    decided.enter(house, conn, batch).await?;
    tx.commit().await?;
    if decided.clear(link, batch)? {
        journal::signing::sign(house).await?;
    }
    Ok(Some(counts.total()))
}
