//! The provider that is reached by files: whole journeys with its other side, and everything that can go wrong. *Edge.*
//!
//! `journey` is what should happen, `replies` what a bad reply does, `waiting` what comes late or in between, `crashes`
//! kills in the midst of it, `rest` what is left behind, `gone` what has to go although nobody took it, `settings` what configuration must not say.

mod crashes;
mod gone;
mod journey;
mod replies;
mod rest;
mod settings;
mod waiting;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    support::{NOW, Run, Sandbox, files_below},
    synthetic::{BATCH, QUERIER, Synthetic, counts, opened, shown},
};

/// A sandbox whose provider is a pair of folders beside its data directory.
pub struct Trial {
    pub sandbox: Sandbox,
    pub file: PathBuf,
}

impl Trial {
    /// An invented batch of `rows` rows, and the same sandbox with the sandbox provider, for comparing.
    pub fn with_twin(rows: u64, faults: u8) -> (Self, Self) {
        let Synthetic { sandbox, file, .. } = Synthetic::prepare(rows, 11, faults, "");
        let twin = Self {
            sandbox: sandbox.copy(),
            file: file.clone(),
        };
        (Self::on(sandbox, file), twin)
    }

    /// An invented batch of `rows` good rows.
    pub fn of(rows: u64) -> Self {
        Self::with_twin(rows, 0).0
    }

    /// Makes `sandbox` one whose provider is a pair of folders.
    pub fn on(sandbox: Sandbox, file: PathBuf) -> Self {
        sandbox.with_bureau(NOW);
        configure(&sandbox, EXCHANGE);
        for folder in ["requests", "replies"] {
            fs::create_dir_all(sandbox.path("exchange").join(folder)).unwrap();
        }
        Self { sandbox, file }
    }

    /// `batch run` at [`NOW`], after which everything was sent and nothing is there.
    #[track_caller]
    pub fn send(&self) {
        let run = self.sandbox.at(NOW, ["batch", "run"], [&self.file]).expect(75);
        assert!(run.stderr.contains("(PROVIDER-WAITING)\n"), "{}", run.stderr);
    }

    /// The other side answers all requests, with `more` words.
    #[track_caller]
    pub fn reply(&self, more: &[&str]) -> Value {
        self.reply_in("exchange", more)
    }

    /// The other side answers the requests in the folder `folder` beside the data directory.
    #[track_caller]
    pub fn reply_in(&self, folder: &str, more: &[&str]) -> Value {
        let folder = self.sandbox.path(folder);
        let words = [
            "--at",
            NOW,
            "--json",
            "provider",
            "reply",
            folder.to_str().unwrap(),
            "--seed",
            "3",
        ];
        self.sandbox.mayfly([&words, more].concat()).expect(0).json()
    }

    /// `work --once` at `at`.
    pub fn work(&self, at: &str) -> Run {
        self.sandbox.at(at, ["--json", "work"], ["--once"])
    }

    /// What `batch show` says.
    pub fn shown(&self, at: &str) -> Value {
        shown(&self.sandbox, at, BATCH).unwrap()
    }

    /// What `provider list` says of `kind`, `transfers` or `quarantined`.
    pub fn listed(&self, at: &str, kind: &str) -> Vec<Value> {
        let run = self
            .sandbox
            .mayfly(["--at", at, "--json", "provider", "list"])
            .expect(0);
        run.json()[kind].as_array().unwrap().clone()
    }

    /// Codes of the quarantined files.
    pub fn reasons(&self, at: &str) -> Vec<String> {
        let listed = self.listed(at, "quarantined");
        listed
            .iter()
            .map(|file| file["reason"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn requests(&self) -> Vec<PathBuf> {
        files_below(&self.sandbox.path("exchange/requests"))
    }

    pub fn replies(&self) -> Vec<PathBuf> {
        files_below(&self.sandbox.path("exchange/replies"))
    }

    /// Both delivered files, opened, without query ids and instants.
    pub fn delivered(&self, at: &str) -> (String, String) {
        let folder = self.sandbox.path("delivered");
        let words = ["batch", "results", BATCH, "--as", QUERIER, "--out"];
        self.sandbox.at(at, words, [&folder]).expect(0);
        let text =
            |name: &str| String::from_utf8(opened(&folder.join(format!("{BATCH}.{name}.csv.age")))).unwrap();
        let results = text("results");
        let results: Vec<_> = results
            .lines()
            .map(|line| line.split(',').take(5).collect::<Vec<_>>().join(","))
            .collect();
        (results.join("\n"), text("answers"))
    }

    /// Insists that it ended as `twin` did, and that nothing is left in the folders.
    #[track_caller]
    pub fn check_as(&self, at: &str, twin: &Self) {
        assert_eq!(counts(&self.shown(at)), counts(&twin.shown(at)));
        assert!(
            self.delivered(at) == twin.delivered(at),
            "the results or the answers differ"
        );
        assert_eq!(self.requests(), Vec::<PathBuf>::new());
        assert_eq!(self.replies(), Vec::<PathBuf>::new());
        self.sandbox.mayfly(["--at", at, "journal", "verify"]).expect(0);
    }
}

/// Names the exchange as provider, and adds `settings`.
pub fn configure(sandbox: &Sandbox, settings: &str) {
    let path = sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("provider = \"sandbox\"", "provider = \"exchange\"");
    let text = text.split("[exchange]").next().unwrap();
    fs::write(path, format!("{text}\n{settings}")).unwrap();
}

/// Copies the files of `from` into `to`, which is made if it is not there.
pub fn copy_files(from: &[PathBuf], to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in from {
        fs::copy(path, to.join(path.file_name().unwrap())).unwrap();
    }
}

pub const EXCHANGE: &str = "[exchange]\nrequests = \"../exchange/requests\"\nreplies = \"../exchange/replies\"\noperator = \"gu.op\"\n";
/// Two chunks.
pub const ROWS: u64 = 4_200;
