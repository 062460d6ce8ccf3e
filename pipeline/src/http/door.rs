//! What lies behind the door: one house, opened when it is first needed and again after it could not be. *Edge.*

use std::{
    future::Future,
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

use super::{metrics::Counters, problem::Problem, tries::Tries};
use crate::{
    app::House,
    clock::boot_micros,
    doctor::papers,
    error::{Error, Result},
    figures::{self, Figures},
    gate,
    signin::sessions::Sessions,
};

/// What every handler is given.
pub(crate) type Shared = Arc<Door>;

/// A data directory, and the house in it once it is open.
pub(crate) struct Door {
    dir: PathBuf,
    at: Option<Timestamp>,
    house: Mutex<Option<Arc<House>>>,
    /// Where acts run: not on the runtime that answers, which no lock may hold up.
    acts: Handle,
    room: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    /// Hashing a password takes 19 MiB: few are hashed at one time, and the others wait.
    hashing: Arc<Semaphore>,
    tries: std::sync::Mutex<Option<Tries>>,
    looked: Mutex<Option<Looked>>,
    /// Sessions as they were last found.
    pub(crate) sessions: Arc<Sessions>,
    /// What was counted.
    pub(super) counters: Counters,
    /// Who may see the figures besides this machine.
    pub(super) metrics: Vec<IpAddr>,
    drawn: Mutex<Option<(i64, Option<Figures>)>>,
}

/// What was found when it was last asked whether the house is well.
#[derive(Clone)]
struct Looked {
    at: i64,
    found: std::result::Result<Vec<&'static str>, &'static str>,
}

impl Door {
    /// Opens nothing yet: a database that is away must not keep the door from saying so.
    pub(super) fn new(dir: PathBuf, at: Option<Timestamp>, acts: Handle, metrics: Vec<IpAddr>) -> Shared {
        Arc::new(Self {
            dir,
            at,
            house: Mutex::new(None),
            acts,
            room: Arc::new(Semaphore::new(ACTS)),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            hashing: Arc::new(Semaphore::new(HASHES)),
            tries: std::sync::Mutex::new(None),
            looked: Mutex::new(None),
            sessions: Arc::default(),
            counters: Counters::default(),
            metrics,
            drawn: Mutex::new(None),
        })
    }

    /// Does `act` in the house. It runs to its end also when whoever asked has gone; after [`PATIENCE`] they are told so.
    ///
    /// # Errors
    /// Whatever keeps the house from being opened, each time anew; `HTTP-BUSY`; what `act` says.
    pub(crate) async fn act<T, F>(
        self: &Arc<Self>,
        act: impl FnOnce(Arc<House>) -> F + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let room = Arc::clone(&self.room).try_acquire_owned();
        let doing = self.begin(room.map_err(|_| busy())?, act);
        match tokio::time::timeout(PATIENCE, doing).await {
            Ok(done) => done.unwrap_or(Err(Error::Bug(PANICKED))).map(|(done, _)| done),
            Err(_) => Err(busy()),
        }
    }

    /// The turn of `address` to have a password hashed, if it has not failed too often.
    ///
    /// # Errors
    /// `SIGNIN-OFTEN`, `HTTP-BUSY`; whatever keeps the house from being opened.
    pub(super) async fn to_hash(
        self: &Arc<Self>,
        address: IpAddr,
    ) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        let most = self
            .act(|house| async move { Ok(house.regime.password.failures_an_hour.value) })
            .await?;
        let may = {
            let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
            let tries = tries.get_or_insert_with(|| Tries::new(most));
            tries.may(address, boot_micros())
        };
        if !may {
            return Err(Problem::too_often());
        }
        let turn = Arc::clone(&self.hashing).acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(busy().into()),
        }
    }

    /// Notes that `address` failed to sign in, if that is what `error` says.
    pub(super) fn note(&self, address: IpAddr, error: &Error) {
        if error.code() == "SIGNIN-REFUSED" {
            self.counters.sign_in_failed();
            let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(tries) = tries.as_mut() {
                tries.note(address, boot_micros());
            }
        }
    }

    /// As [`act`](Self::act), for what takes as long as its caller goes on sending.
    ///
    /// # Errors
    /// As [`act`](Self::act).
    pub(crate) async fn act_at_length<T, F>(
        self: &Arc<Self>,
        act: impl FnOnce(Arc<House>) -> F + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>>,
    {
        self.act_to_send(act).await.map(|(done, _)| done)
    }

    /// As [`act_at_length`](Self::act_at_length), for what is sent to its caller afterwards: the room is theirs until all is sent.
    ///
    /// # Errors
    /// As [`act`](Self::act).
    pub(crate) async fn act_to_send<T, F>(
        self: &Arc<Self>,
        act: impl FnOnce(Arc<House>) -> F + Send + 'static,
    ) -> Result<(T, OwnedSemaphorePermit)>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let room = Arc::clone(&self.uploads).try_acquire_owned();
        let doing = self.begin(room.map_err(|_| busy())?, act);
        doing.await.unwrap_or(Err(Error::Bug(PANICKED)))
    }

    fn begin<T, F>(
        self: &Arc<Self>,
        room: OwnedSemaphorePermit,
        act: impl FnOnce(Arc<House>) -> F + Send + 'static,
    ) -> JoinHandle<Result<(T, OwnedSemaphorePermit)>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let (door, acts) = (Arc::clone(self), self.acts.clone());
        self.acts.spawn_blocking(move || {
            let done = acts.block_on(async { act(door.house().await?).await });
            done.map(|done| (done, room))
        })
    }

    /// Whether the gate would let a query out: not while purge, journal or custody is behind, or the clocks disagree. The code why
    /// not is all that is told to somebody who need not have signed in; else the codes of what is to be seen to in time. It is looked
    /// up once a second at most.
    pub(super) async fn is_ready(self: &Arc<Self>) -> std::result::Result<Vec<&'static str>, &'static str> {
        let mut looked = self.looked.lock().await;
        let now = boot_micros();
        if let Some(last) = looked.as_ref().filter(|last| now - last.at < LOOK_AGAIN_MICROS) {
            return last.found.clone();
        }
        let found = self
            .act(|house| async move {
                let now = house.reading_now()?;
                let mut reader = house.db.reader().await?;
                gate::health::check(&house, &mut reader, now).await?;
                Ok(papers::warnings(&house))
            })
            .await;
        let found = found.map_err(|error| error.code());
        *looked = Some(Looked {
            at: boot_micros(),
            found: found.clone(),
        });
        found
    }

    /// How the house does, looked up every five seconds at most; `None`: it could not be looked up.
    pub(super) async fn figures(self: &Arc<Self>) -> Option<Figures> {
        let mut drawn = self.drawn.lock().await;
        let now = boot_micros();
        if let Some((_, figures)) = drawn.as_ref().filter(|(at, _)| now - at < DRAW_AGAIN_MICROS) {
            return figures.clone();
        }
        let (dir, at) = (self.dir.clone(), self.at);
        let figures = self.act(move |house| async move { figures::look(&house, &dir, at).await });
        let figures = figures.await.ok();
        *drawn = Some((boot_micros(), figures.clone()));
        figures
    }

    async fn house(&self) -> Result<Arc<House>> {
        let mut kept = self.house.lock().await;
        if let Some(house) = &*kept {
            return Ok(Arc::clone(house));
        }
        let house = Arc::new(House::open(&self.dir, self.at).await?);
        house.note_configuration().await?;
        *kept = Some(Arc::clone(&house));
        Ok(house)
    }
}

fn busy() -> Error {
    Error::Operator {
        code: "HTTP-BUSY",
        sentence: "the house is busy, or does not answer".into(),
        remedy: "try again in a moment; what was begun is brought to its end, and the same request again does nothing twice",
    }
}

/// How many acts run at one time.
const ACTS: usize = 32;
/// Of them, how many take in what is still coming.
const UPLOADS: usize = 4;
const PANICKED: &str = "a request panicked; the place is on standard error";
const HASHES: usize = 2;
/// How long somebody waits for an act.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN_MICROS: i64 = 1_000_000;
const DRAW_AGAIN_MICROS: i64 = 5_000_000;
