//! One worker at a time works a batch: a lock that dies with its process, and a token that fences the paused. *Edge.*

use std::fs::{self, File, TryLockError};

use crate::{
    app::House,
    batch::{Batch, store},
    error::{Error, Result},
    ids,
};

/// A batch that this process holds; dropping it lets go.
pub struct Held {
    /// The batch, with this worker's token.
    pub batch: Batch,
    _lock: File,
}

/// Takes the batch named `batch`, unless it is settled or a living process of this host holds it (`None`).
pub async fn hold(house: &House, batch: &str) -> Result<Option<Held>> {
    let Some(lock) = lock(house, batch)? else {
        return Ok(None);
    };
    let mut tx = house.db.begin().await?;
    let Some(mut batch) = store::by_name(tx.connection(), batch)
        .await?
        .filter(|batch| !batch.settled)
    else {
        return Ok(None);
    };
    let token = ids::tag()?;
    store::take(tx.connection(), &batch, token).await?;
    tx.commit().await?;
    batch.worker = token;
    Ok(Some(Held { batch, _lock: lock }))
}

/// The batch's lock, unless a living process of this host has it.
pub(super) fn lock(house: &House, batch: &str) -> Result<Option<File>> {
    let folder = house.dir.join("locks");
    fs::create_dir_all(&folder).map_err(Error::io("make the folder `locks` of the data directory"))?;
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(batch))
        .map_err(Error::io("open the lock of the batch"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("lock the batch")(error)),
    }
}
