//! TLS at the door: its certificate read before it opens, and again while it stands, so that a renewed one serves by itself. *Edge.*

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{task::spawn_blocking, time::sleep};
use tokio_rustls::TlsAcceptor;

use crate::{
    clock,
    doctor::papers::CODE,
    error::{Error, Result},
    tls::{Files, Moment, Papers},
};

/// What every connection of a door over TLS begins with.
#[derive(Clone)]
pub(super) struct Shield {
    files: Arc<Files>,
    at: Option<Timestamp>,
    /// By it the certificates of callers are judged.
    moment: Arc<Moment>,
    current: Arc<Mutex<TlsAcceptor>>,
}

impl Shield {
    /// Reads `files`, and again until they are what they should be: what is wrong is told in the log once.
    pub(super) async fn open(files: Files, at: Option<Timestamp>) -> Self {
        let files = Arc::new(files);
        let moment = Moment::new(at.unwrap_or_else(clock::wall));
        let mut told = "";
        let acceptor = loop {
            match read(&files, &moment).await {
                Ok(acceptor) => break acceptor,
                Err(error) => tell(&error, &mut told),
            }
            sleep(AGAIN).await;
        };
        Self {
            files,
            at,
            moment,
            current: Arc::new(Mutex::new(acceptor)),
        }
    }

    /// What the next connection begins with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.moment.set(self.at.unwrap_or_else(clock::wall));
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the files again and again. While they are not usable, those that were read last serve on.
    pub(super) async fn renew(self) {
        let mut told = "";
        loop {
            sleep(AGAIN).await;
            match read(&self.files, &self.moment).await {
                Ok(acceptor) => {
                    *self.current.lock().unwrap_or_else(PoisonError::into_inner) = acceptor;
                    told = "";
                }
                Err(error) => tell(&error, &mut told),
            }
        }
    }
}

/// Reads what TLS needs, where a disk that does not answer holds up nobody.
async fn read(files: &Arc<Files>, moment: &Arc<Moment>) -> Result<TlsAcceptor> {
    let (files, moment) = (Arc::clone(files), Arc::clone(moment));
    let read = spawn_blocking(move || Papers::read(&files, CODE)?.open_to_all(moment));
    let config = read
        .await
        .unwrap_or(Err(Error::Bug("reading certificates panicked")))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn tell(error: &Error, told: &mut &'static str) {
    if *told != error.code() {
        *told = error.code();
        tracing::error!(
            code = error.code(),
            "the HTTP door has no usable certificate: {error}; it is read again, and all else runs"
        );
    }
}

const AGAIN: Duration = Duration::from_secs(5);
