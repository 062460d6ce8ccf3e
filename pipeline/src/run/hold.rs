//! One worker at a time works a batch: a lock that dies with its process, a lease that ends while it is paused, and a
//! token that fences whoever lost it. *Edge.*
//!
//! A worker takes a batch with a fresh random token and locks the file `locks/TOKEN`. Another may take the batch when
//! that lock is free, for then the process is dead, or when the lease is over, for then it is paused or stuck. The token
//! stands in the `WHERE` of every write, so that it changes nothing when it wakes up; and before a byte leaves,
//! [`Lease::assure`] asks whether the batch is still its own if the lease may be over.

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinHandle;

use crate::{
    app::House,
    batch::{
        Batch,
        lease::{self, Holder},
        store,
    },
    clock,
    error::{Error, Result},
    ids,
};

/// A batch that this process holds; dropping it lets go.
pub struct Held {
    /// The batch, with this worker's token.
    pub batch: Batch,
    /// The right to work it.
    pub lease: Arc<Lease>,
    heartbeat: JoinHandle<()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

/// A batch that is wanted for what: the state in which it must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// To be worked: it is not settled.
    Open,
    /// To settle what was unresolved in it: it is.
    Settled,
    /// To keep others away from it for a moment, whatever its state.
    Any,
}

impl Want {
    fn is_met_by(self, batch: &Batch) -> bool {
        match self {
            Self::Open => !batch.settled,
            Self::Settled => batch.settled,
            Self::Any => true,
        }
    }
}

/// Takes the batch named `batch`, unless it is not as wanted, or another worker holds it (`None`).
pub async fn hold(house: &Arc<House>, batch: &str, want: Want) -> Result<Option<Held>> {
    let mut reader = house.db.reader().await?;
    let Some(mut batch) = store::by_name(&mut reader, batch)
        .await?
        .filter(|batch| want.is_met_by(batch))
    else {
        return Ok(None);
    };
    let before = lease::holder(&mut reader, batch.batch_no).await?;
    if before.lease_until > clock::boot_micros() && is_alive(house, before.token)? {
        return Ok(None);
    }
    let lock = Lock::make(house, ids::tag()?)?;
    let to = Holder {
        token: lock.token,
        lease_until: clock::boot_micros() + house.config.lease_micros(),
    };
    let mut tx = house.db.begin().await?;
    let taken = lease::take(tx.connection(), batch.batch_no, before.token, batch.settled, &to).await?;
    if !taken {
        return Ok(None);
    }
    // What it has come to since it was first looked at.
    batch = store::by_name(tx.connection(), &batch.batch)
        .await?
        .ok_or(Error::Bug("a batch that was taken is not there"))?;
    tx.commit().await?;
    forget(house, before.token);
    let lease = Arc::new(Lease {
        house: house.clone(),
        batch_no: batch.batch_no,
        until: AtomicI64::new(to.lease_until),
        lock,
    });
    let heartbeat = tokio::spawn(beat(
        Arc::downgrade(&lease),
        house.config.lease_micros().unsigned_abs(),
    ));
    Ok(Some(Held {
        batch,
        lease,
        heartbeat,
    }))
}

/// Takes the house-wide right called `name`, unless a living process has it (`None`); it ends with the file returned.
pub(super) fn alone(house: &House, name: &str) -> Result<Option<File>> {
    let folder = house.dir.join("locks");
    fs::create_dir_all(&folder).map_err(Error::io("make the folder `locks` of the data directory"))?;
    let file = File::create(folder.join(name)).map_err(Error::io("open a lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("take a lock")(error)),
    }
}

/// The right to work a batch, for some time.
pub struct Lease {
    house: Arc<House>,
    batch_no: i64,
    until: AtomicI64,
    lock: Lock,
}

impl Lease {
    /// Makes sure that the batch is still this worker's, before something leaves that no `WHERE` can take back.
    ///
    /// # Errors
    /// `BATCH-TAKEN` when another worker has it; `DB-*` when that cannot be told.
    pub async fn assure(&self) -> Result<()> {
        if clock::boot_micros() < self.until.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.renew().await
    }

    async fn renew(&self) -> Result<()> {
        let mut tx = self.house.db.begin().await?;
        let to = Holder {
            token: self.lock.token,
            lease_until: clock::boot_micros() + self.house.config.lease_micros(),
        };
        lease::renew(tx.connection(), self.batch_no, &to).await?;
        tx.commit().await?;
        self.until.store(to.lease_until, Ordering::Relaxed);
        Ok(())
    }
}

/// Prolongs the lease of `micros` three times as often as it must be. A lease that cannot be prolonged ends; the fences
/// tell. It does not keep the lease: whoever lets go of a batch has let go of it at once.
async fn beat(lease: Weak<Lease>, micros: u64) {
    loop {
        tokio::time::sleep(Duration::from_micros(micros / 3)).await;
        let Some(lease) = lease.upgrade() else { return };
        if let Err(error) = lease.renew().await {
            tracing::warn!(code = error.code(), "a lease was not prolonged");
        }
    }
}

/// The file that a living worker keeps locked.
struct Lock {
    token: i64,
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn make(house: &House, token: i64) -> Result<Self> {
        let path = path(house, token);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::io("make the folder `locks` of the data directory"))?;
        }
        let file = File::create(&path).map_err(Error::io("make the lock of the batch"))?;
        file.lock().map_err(Error::io("lock the batch"))?;
        Ok(Self {
            token,
            path,
            _file: file,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock that stays is found free, and is removed by the next who takes the batch.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process of the worker `token` lives, paused or not.
fn is_alive(house: &House, token: i64) -> Result<bool> {
    let file = match File::open(path(house, token)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::io("open the lock of the batch")(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(Error::io("look at the lock of the batch")(error)),
    }
}

/// Removes what a worker that is dead, or has lost its batch, left behind.
fn forget(house: &House, token: i64) {
    let _ = fs::remove_file(path(house, token));
}

fn path(house: &House, token: i64) -> PathBuf {
    house.dir.join("locks").join(format!("{token:016x}"))
}
