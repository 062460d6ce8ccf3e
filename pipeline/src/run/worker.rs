//! What a worker does, whoever rings for it: one batch to its end, or one round through everything that waits. *Edge.*

use std::sync::Arc;

use super::{
    Progress,
    hold::{self, Want},
    late, sweep, work,
};
use crate::{
    app::House,
    batch::store,
    error::{Error, Result},
    journal::signing,
};

/// What came of one round.
pub struct Round {
    /// Batches that were settled, by name.
    pub settled: Vec<String>,
    /// Unresolved rows that found their outcome.
    pub late: i64,
    /// Chunks that wait for a reply file.
    pub waiting: u64,
    /// The first trouble; it stopped no other batch.
    pub trouble: Option<Error>,
}

/// Works the batch named `batch` to its end; a settled one is left as it is. `watch` is told how many rows it has and
/// how far it is, and what it returns lives as long as the work.
pub async fn finish<W>(
    house: &Arc<House>,
    batch: &str,
    watch: impl Fn(i64, Arc<Progress>) -> W,
) -> Result<()> {
    // What a crash left unsigned would close the gate.
    signing::sign(house).await?;
    if let Some(held) = hold::hold(house, batch, Want::Open).await? {
        return match watched(house, held, &watch).await? {
            0 => Ok(()),
            waiting => Err(is_waiting(waiting)),
        };
    }
    if super::find(&mut *house.db.reader().await?, batch).await?.settled {
        return Ok(());
    }
    Err(Error::Operator {
        code: "BATCH-HELD",
        sentence: "another process is working this batch".into(),
        remedy: "wait for it, then run the same command again; see `mayfly batch show ID`",
    })
}

/// Works every batch that nobody holds, oldest first, and recalls what is unresolved.
pub async fn round<W>(house: &Arc<House>, watch: impl Fn(i64, Arc<Progress>) -> W) -> Result<Round> {
    let mut round = Round {
        settled: Vec::new(),
        late: 0,
        waiting: 0,
        trouble: None,
    };
    signing::sign(house).await?;
    let open = store::list(&mut *house.db.reader().await?, true).await?;
    for batch in open.into_iter().rev() {
        let worked = match hold::hold(house, &batch.batch, Want::Open).await {
            Ok(None) => continue,
            Ok(Some(held)) => watched(house, held, &watch).await,
            Err(error) => Err(error),
        };
        match worked {
            Ok(0) => round.settled.push(batch.batch),
            Ok(waiting) => round.waiting += waiting,
            Err(error) => {
                round.trouble.get_or_insert(error);
            }
        }
    }
    match late::settle_unresolved(house).await {
        Ok(settled) => round.late = settled,
        Err(error) => {
            round.trouble.get_or_insert(error);
        }
    }
    if let Err(error) = sweep::sweep(house).await {
        round.trouble.get_or_insert(error);
    }
    Ok(round)
}

/// What a command ends with when everything was sent and a reply is not there yet.
pub fn is_waiting(chunks: u64) -> Error {
    Error::Operator {
        code: "PROVIDER-WAITING",
        sentence: format!("{chunks} request files are with the provider; their replies are not there yet"),
        remedy: "run `mayfly work` when the reply files are there; nothing is asked twice",
    }
}

async fn watched<W>(
    house: &Arc<House>,
    held: hold::Held,
    watch: &impl Fn(i64, Arc<Progress>) -> W,
) -> Result<u64> {
    let progress = Arc::new(Progress::default());
    let _watching = watch(held.batch.row_count, progress.clone());
    work(house.clone(), held, progress).await
}
