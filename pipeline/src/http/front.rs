//! Where the door stands: a thread and a runtime of its own, which open it, keep it open, and close it. *Edge.*

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{net::TcpListener, runtime, sync::watch, task::JoinSet, time::sleep};

use super::{Pages, crowd::Crowd, door::Door, line, router, shield::Shield};
use crate::config::http::HttpDoor;

/// What a door is opened for.
pub struct Plan {
    /// Its settings.
    pub settings: HttpDoor,
    /// Where it stands.
    pub place: SocketAddr,
    /// The data directory.
    pub dir: PathBuf,
    /// The sandbox's `--at`.
    pub at: Option<Timestamp>,
    /// The pages for people.
    pub pages: Pages,
    /// Bytes of a batch that is handed in, at most.
    pub largest_upload: usize,
}

/// A door that is open, or is tried again and again.
pub struct Front {
    closing: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// Opens the door, in a thread of its own; `opened` is told where it stands. A place that is taken is told in the log and tried
    /// again: whatever becomes of the door, the purge runs. Acts run on the runtime this is called on.
    pub fn open(plan: Plan, opened: impl Fn(SocketAddr) + Send + 'static) -> Self {
        let (closing, close) = watch::channel(false);
        let acts = runtime::Handle::current();
        let thread = thread::Builder::new().name("http".into()).spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(keep(&plan, acts, close, &opened)),
                Err(_) => tracing::error!(code = "HTTP-PLACE", "the HTTP door has no runtime"),
            }
        });
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(_) => {
                tracing::error!(code = "HTTP-PLACE", "the HTTP door has no thread");
                None
            }
        };
        Self { closing, thread }
    }

    /// Lets nobody in any more, and waits for those who are being served, for `GRACE`.
    pub async fn close(self) {
        let _ = self.closing.send(true);
        if let Some(thread) = self.thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

async fn keep(
    plan: &Plan,
    acts: runtime::Handle,
    mut closing: watch::Receiver<bool>,
    opened: &(dyn Fn(SocketAddr) + Send),
) {
    let mut close = closing.clone();
    let opening = async {
        let shield = match plan.settings.files(&plan.dir) {
            Some(files) => Some(Shield::open(files, plan.at).await),
            None => None,
        };
        (listen(plan.place).await, shield)
    };
    let (listener, shield) = tokio::select! {
        opened = opening => opened,
        _ = close.wait_for(|closing| *closing) => return,
    };
    let renewing = shield.clone().map(|shield| tokio::spawn(shield.renew()));
    opened(listener.local_addr().unwrap_or(plan.place));
    let door = Door::new(plan.dir.clone(), plan.at, acts, plan.settings.metrics.clone());
    let router = router(door, plan.pages);
    let settings = Arc::new(plan.settings.clone());
    let guests = Arc::new(Mutex::new(Crowd::new(plan.settings.connections.into())));
    let mut lines = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = lines.join_next() => continue,
            _ = closing.wait_for(|closing| *closing) => break,
        };
        match accepted {
            Ok((stream, peer)) if plan.settings.lets_in(peer.ip()) => {
                lines.spawn(line::serve(
                    (stream, peer.ip(), shield.as_ref().map(Shield::acceptor)),
                    (Arc::clone(&settings), plan.largest_upload),
                    router.clone(),
                    Arc::clone(&guests),
                    close.clone(),
                ));
            }
            // From elsewhere: hung up on without a word.
            Ok(_) => {}
            // No descriptor is left, or the caller has gone already: not a reason to spin.
            Err(_) => sleep(BREATH).await,
        }
    }
    drop(listener);
    renewing.inspect(tokio::task::JoinHandle::abort);
    let _ = tokio::time::timeout(GRACE, async { while lines.join_next().await.is_some() {} }).await;
}

async fn listen(place: SocketAddr) -> TcpListener {
    let mut told = false;
    loop {
        match TcpListener::bind(place).await {
            Ok(listener) => return listener,
            Err(_) if told => {}
            Err(_) => {
                told = true;
                tracing::error!(
                    code = "HTTP-PLACE",
                    %place,
                    "the HTTP door cannot stand there: the place is taken or not this machine's; it is tried again, and all else runs"
                );
            }
        }
        sleep(TRY_AGAIN).await;
    }
}

const TRY_AGAIN: Duration = Duration::from_secs(5);
const BREATH: Duration = Duration::from_millis(50);
/// How long those who are being served are waited for.
const GRACE: Duration = Duration::from_secs(6);
