//! `[exchange]` of `mayfly.toml`: the two folders, who answers for what goes through them, and how long is waited. *Edge.*

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Deserialize;

use super::{Environment, contradiction};
use crate::{error::Result, input::inside, provider::exchange::Settings};

/// Settings of the exchange of files.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct ExchangeProvider {
    /// Where request files go, relative to the data directory unless absolute.
    pub requests: PathBuf,
    /// Where reply files come.
    pub replies: PathBuf,
    /// The account that answers for the transfers (六(二)1); it is on each of them.
    pub operator: Option<String>,
    /// How long a reply is waited for; after that its questions are unresolved.
    #[serde(default = "default_reply_within_hours")]
    pub reply_within_hours: u16,
}

impl ExchangeProvider {
    pub(super) fn check(&self, dir: &Path) -> Result<()> {
        let named = |operator: &str| {
            (1..=OPERATOR_BYTES).contains(&operator.len())
                && operator
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
        };
        if !self.operator.as_deref().is_some_and(named) {
            return Err(contradiction(
                "the exchange names no operator: the account that answers for the transfers, in a-z 0-9 . _ -",
            ));
        }
        if self.reply_within_hours == 0 || self.reply_within_hours > REPLY_HOURS {
            return Err(contradiction(
                "reply_within_hours of the exchange is not 1 to 720",
            ));
        }
        let (requests, replies) = (dir.join(&self.requests), dir.join(&self.replies));
        if inside(&requests, &replies) || inside(&replies, &requests) {
            return Err(contradiction(
                "requests and replies of the exchange are not two folders beside each other",
            ));
        }
        if inside(dir, &requests) || inside(dir, &replies) {
            return Err(contradiction("a folder of the exchange holds the data directory"));
        }
        Ok(())
    }

    /// The settings as the provider wants them.
    pub fn settings(&self, dir: &Path, environment: Environment) -> Settings {
        Settings {
            requests: dir.join(&self.requests),
            replies: dir.join(&self.replies),
            operator: self.operator.clone().unwrap_or_default(),
            reply_within: SignedDuration::from_hours(self.reply_within_hours.into()),
            trial: environment == Environment::Sandbox,
        }
    }
}

fn default_reply_within_hours() -> u16 {
    24
}

/// The longest account that answers for transfers.
const OPERATOR_BYTES: usize = 64;
/// Thirty days.
const REPLY_HOURS: u16 = 720;
