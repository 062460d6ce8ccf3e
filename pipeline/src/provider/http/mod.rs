//! The provider that is reached over HTTP: one request a chunk, over TLS with certificates on both sides. *Edge.*
//!
//! The interface is this project's own and stands in pipeline/README.md, "The HTTP provider", so that another can be
//! written from it. `wire` is what things are called and how questions and replies are written, `parse` how they are read
//! (`json` is what both need), `fault` is what can go wrong. These are pure. `line` is
//! one visit, `pipe` how bodies go in pieces, `serve` the other side for trials: the sandbox behind the same interface.
//!
//! Nothing is repeated here. An error tells whether a byte of the questions may have left, and the house recalls.

mod fault;
mod json;
mod line;
mod parse;
mod pipe;
mod serve;
mod wire;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::ServerName;

use self::line::{Asking, Peer};
pub use self::{
    fault::LineFault,
    parse::{Malformed, read_reply},
    serve::{Manners, Served, serve},
};
use super::{AskError, MAX_QUESTIONS, Provider, Question, Reply, Visit};
use crate::{
    error::{Error, Result},
    roc::taipei,
    tls::{Files, Moment, Papers, Validity},
};

/// Where the provider is and how it is spoken to, as the settings say.
pub struct Settings {
    /// Where it may be reached, in this order; no name is ever looked up (D20).
    pub addresses: Vec<SocketAddr>,
    /// Its name, which its certificate must be for.
    pub name: String,
    /// Name and port, as `Host` has them.
    pub host: String,
    /// The path of its interface.
    pub path: String,
    /// Certificates; without them plain text, which the settings allow a sandbox on one machine.
    pub files: Option<Files>,
    /// Whether all persons are invented.
    pub trial: bool,
    /// How long it may take until the provider is ready for the questions.
    pub connect: Duration,
    /// How long it may take from then until its reply is whole.
    pub reply: Duration,
}

/// A provider that is reached over HTTP.
pub struct Http {
    peer: Peer,
    moment: Arc<Moment>,
    validity: Vec<Validity>,
}

impl Http {
    /// Reads the certificates that `settings` name. Nothing is connected yet.
    ///
    /// # Errors
    /// `PROVIDER-CERTIFICATE`: a file is not what it should be, or our certificate is not good at `now`; `KEY-PERMISSIONS`.
    pub fn open(settings: Settings, now: Timestamp) -> Result<Self> {
        let moment = Moment::new(now);
        let mut validity = Vec::new();
        let tls = match &settings.files {
            None => None,
            Some(files) => {
                let papers = Papers::read(files, CERTIFICATE)?;
                validity = papers.validity.clone();
                for one in &validity {
                    one.check(now)?;
                }
                let name = ServerName::try_from(settings.name.clone())
                    .map_err(|_| Error::Bug("a name that was checked is none"))?;
                Some((Arc::new(papers.asking(Arc::clone(&moment))?), name))
            }
        };
        let peer = Peer {
            addresses: settings.addresses,
            host: settings.host,
            path: settings.path,
            tls,
            environment: match settings.trial {
                true => wire::SANDBOX,
                false => wire::PRODUCTION,
            },
            connect: settings.connect,
            reply: settings.reply,
        };
        Ok(Self {
            peer,
            moment,
            validity,
        })
    }

    /// What there is to say of the provider at `now`: whether it can be reached, and until when the certificates are good.
    ///
    /// # Errors
    /// `PROVIDER-CERTIFICATE-ENDS` within `warning` of the end of one, `PROVIDER-AWAY`.
    pub async fn look(&self, now: Timestamp, warning: SignedDuration) -> Result<String> {
        self.moment.set(now);
        let theirs = self.peer.greet().await.map_err(away)?;
        let at = format!("reached over HTTP at {}", self.peer.host);
        let all = self.validity.iter().chain(&theirs);
        let Some(soonest) = all.min_by_key(|validity| validity.until) else {
            return Ok(format!("{at}, without TLS, as a sandbox may on one machine"));
        };
        if soonest.until.duration_since(now) <= warning {
            return Err(soonest.ends());
        }
        Ok(format!(
            "{at}, over TLS; the first certificate to end ({}) is good until {}",
            soonest.what,
            taipei(soonest.until)
        ))
    }

    /// Looks until when our certificate and the CA are good, and calls nobody.
    ///
    /// # Errors
    /// `PROVIDER-CERTIFICATE-ENDS` within `warning` of the end of one.
    pub fn check_end(&self, now: Timestamp, warning: SignedDuration) -> Result<()> {
        let soonest = self.validity.iter().min_by_key(|validity| validity.until);
        match soonest.filter(|soonest| soonest.until.duration_since(now) <= warning) {
            Some(soonest) => Err(soonest.ends()),
            None => Ok(()),
        }
    }

    async fn visit(
        &self,
        visit: Visit,
        questions: &[Question],
        asked_at: Timestamp,
    ) -> std::result::Result<Reply, AskError> {
        if questions.len() > MAX_QUESTIONS {
            return Err(AskError::TooMany);
        }
        self.moment.set(asked_at);
        let asking = Asking {
            visit,
            questions,
            asked_at,
        };
        let mut left = false;
        let heard = self.peer.ask(&asking, &mut left).await;
        heard.map_err(|fault| {
            tracing::warn!(
                code = fault.code(),
                status = fault.status(),
                left,
                questions = questions.len(),
                "no reply of the provider"
            );
            fault.means(left)
        })
    }
}

impl Provider for Http {
    async fn ask(&self, questions: &[Question], asked_at: Timestamp) -> std::result::Result<Reply, AskError> {
        self.visit(Visit::Ask, questions, asked_at).await
    }

    async fn recall(
        &self,
        questions: &[Question],
        asked_at: Timestamp,
    ) -> std::result::Result<Reply, AskError> {
        self.visit(Visit::Recall, questions, asked_at).await
    }
}

impl Validity {
    fn check(&self, now: Timestamp) -> Result<()> {
        let sentence = match now {
            _ if now < self.from => format!("{} is not good before {}", self.what, taipei(self.from)),
            _ if now > self.until => format!("{} was good until {}", self.what, taipei(self.until)),
            _ => return Ok(()),
        };
        Err(Error::Operator {
            code: "PROVIDER-CERTIFICATE",
            sentence: format!(
                "a certificate for the provider is not good today, so nothing is asked: {sentence}"
            ),
            remedy: "put a certificate that is good today in that file, or set the clock right; accepted batches wait",
        })
    }

    fn ends(&self) -> Error {
        Error::Operator {
            code: "PROVIDER-CERTIFICATE-ENDS",
            sentence: format!(
                "a certificate for the provider ends soon: {} is good until {}",
                self.what,
                taipei(self.until)
            ),
            remedy: "have it renewed and put the new one in its file in time; after that instant nothing is asked",
        }
    }
}

fn away(fault: LineFault) -> Error {
    Error::Operator {
        code: "PROVIDER-AWAY",
        sentence: format!("the provider {} ({})", fault.sentence(), fault.code()),
        remedy: "see that it runs, that addresses, ca and certificate in mayfly.toml are right, and that the network lets us through",
    }
}

const CERTIFICATE: &str = "PROVIDER-CERTIFICATE";
