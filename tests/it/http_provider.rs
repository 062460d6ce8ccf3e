//! The provider that is reached over HTTP: whole journeys over TLS with its other side, and everything that goes wrong. *Edge.*
//!
//! `journey` is what should happen, `faults` what a bad line or a bad provider does (`rogue` is one), `crashes` kills of
//! either side, `settings` what configuration must not say and what `doctor` finds. `papers` are certificates, `served` is
//! the process of the other side.

mod crashes;
mod faults;
mod journey;
pub mod papers;
mod rogue;
mod served;
mod settings;

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc};

use serde_json::Value;

use self::papers::{Authority, LONG, NAME};
use crate::{
    support::{NOW, Run, Sandbox, copy_folder},
    synthetic::{BATCH, QUERIER, Synthetic, opened, shown},
};

/// A sandbox whose provider is reached over HTTP, with certificates of its own.
pub struct Carrier {
    pub sandbox: Sandbox,
    pub file: PathBuf,
    pub authority: Arc<Authority>,
}

impl Carrier {
    /// An invented batch of `rows` rows, and the same sandbox with the sandbox provider, for comparing.
    pub fn with_twin(rows: u64, spoilt: u8, provider_faults: &str) -> (Self, Self) {
        let Synthetic { sandbox, file, .. } = Synthetic::prepare(rows, 11, spoilt, provider_faults);
        let twin = Self {
            sandbox: sandbox.copy(),
            file: file.clone(),
            authority: Arc::new(Authority::new()),
        };
        (Self::on(sandbox, file), twin)
    }

    /// An invented batch of `rows` good rows.
    pub fn of(rows: u64) -> Self {
        Self::with_twin(rows, 0, "").0
    }

    fn on(sandbox: Sandbox, file: PathBuf) -> Self {
        let authority = Arc::new(Authority::new());
        fs::create_dir(sandbox.path("papers")).unwrap();
        authority.write(&sandbox.path("papers/ca.pem"));
        for (name, paper) in [("provider", NAME), ("bureau", "bureau.example")] {
            authority.issue(paper, LONG).write(&sandbox.path("papers"), name);
        }
        Self {
            sandbox,
            file,
            authority,
        }
    }

    /// A sandbox of its own with the same batch, and certificates of its own.
    pub fn copy(&self) -> Self {
        Self::on(self.sandbox.copy(), self.file.clone())
    }

    /// The same with the same certificates.
    pub fn again(&self) -> Self {
        let sandbox = self.sandbox.copy();
        copy_folder(&self.sandbox.path("papers"), &sandbox.path("papers"));
        Self {
            sandbox,
            file: self.file.clone(),
            authority: Arc::clone(&self.authority),
        }
    }

    /// A file among the certificates.
    pub fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path("papers").join(name)
    }

    /// Names the provider at `place`, over TLS; `more` are further settings.
    pub fn reach(&self, place: SocketAddr, more: &str) {
        self.configure(&format!("{}{more}", over_tls(place)));
    }

    /// Makes `table` what the settings say of the provider.
    pub fn configure(&self, table: &str) {
        let path = self.sandbox.data().join("mayfly.toml");
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("provider = \"sandbox\"", "provider = \"http\"");
        let text = text.split("[http_provider]").next().unwrap();
        fs::write(path, format!("{text}\n{table}")).unwrap();
    }

    /// `batch run` at [`NOW`].
    pub fn run(&self) -> Run {
        self.sandbox.at(NOW, ["--json", "batch", "run"], [&self.file])
    }

    /// `work --once` at [`NOW`].
    pub fn work(&self) -> Run {
        self.sandbox.at(NOW, ["--json", "work"], ["--once"])
    }

    /// What `batch show` says.
    pub fn shown(&self) -> Value {
        shown(&self.sandbox, NOW, BATCH).unwrap()
    }

    /// Both delivered files, opened, without query ids and instants of the results.
    pub fn delivered(&self) -> (String, String) {
        let folder = self.sandbox.path("delivered");
        let words = ["batch", "results", BATCH, "--as", QUERIER, "--out"];
        self.sandbox.at(NOW, words, [&folder]).expect(0);
        let text = |name: &str| {
            let path = folder.join(format!("{BATCH}.{name}.csv.age"));
            let text = String::from_utf8(opened(&path)).unwrap();
            fs::remove_file(path).unwrap();
            text
        };
        let results = text("results");
        let results: Vec<_> = results
            .lines()
            .map(|line| line.split(',').take(5).collect::<Vec<_>>().join(","))
            .collect();
        (results.join("\n"), text("answers"))
    }

    /// Identity numbers and names of the batch.
    pub fn secrets(&self) -> Vec<String> {
        let mut table = csv::Reader::from_path(&self.file).unwrap();
        let headers = table.headers().unwrap().clone();
        let place = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let (id, name) = (place("subject_id"), place("subject_name"));
        let records = table.records().map(Result::unwrap);
        records
            .flat_map(|record| [record[id].to_owned(), record[name].to_owned()])
            .collect()
    }
}

/// The settings that reach `place` over TLS.
pub fn over_tls(place: SocketAddr) -> String {
    format!(
        "[http_provider]\nurl = \"https://{NAME}:{}/v1/questions\"\naddresses = [\"{}\"]\nca = \"../papers/ca.pem\"\n\
         certificate = \"../papers/bureau.pem\"\nkey = \"../papers/bureau.key\"\n",
        place.port(),
        place.ip()
    )
}

/// Where nobody listens: no port that is given out by chance.
pub const NOWHERE: &str = "127.0.0.1:1";
