//! An invented batch in a sandbox of its own, and what can be read of it from outside afterwards. *Edge.*

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use mayfly::journal::{batch, entry::Entry};
use serde_json::Value;

use crate::support::{NOW, Sandbox, files_below, fixtures};

/// The batch that `synth` invents at [`NOW`].
pub const BATCH: &str = "004-1151102-01";
/// One of those who query in it.
pub const QUERIER: &str = "synth.q1";

/// A sandbox ready to run an invented batch, with a provider that keeps a ledger.
pub struct Synthetic {
    pub sandbox: Sandbox,
    /// The batch file; copies of the sandbox use the same one.
    pub file: PathBuf,
    pub rows: u64,
}

/// One line of a results file.
#[derive(Clone, PartialEq, Debug)]
pub struct ResultLine {
    pub line: u64,
    pub consent_ref: String,
    pub status: String,
    pub codes: String,
    pub query: String,
}

/// One journal entry, as far as the tests look.
#[derive(Clone, PartialEq, Debug)]
pub struct JournalLine {
    pub kind: &'static str,
    pub reference: String,
}

impl Synthetic {
    /// Invents `rows` rows of which `faults` per cent are spoilt; `provider_faults` goes to `[sandbox.faults]`.
    pub fn prepare(rows: u64, seed: u64, faults: u8, provider_faults: &str) -> Self {
        let sandbox = Sandbox::empty();
        let folder = sandbox.path("synth");
        sandbox
            .mayfly([
                "--at",
                NOW,
                "synth",
                "batch",
                "--rows",
                &rows.to_string(),
                "--seed",
                &seed.to_string(),
                "--faults",
                &faults.to_string(),
                "--out",
                folder.to_str().unwrap(),
            ])
            .expect(0);
        for (register, file) in [
            ("member", "members.csv"),
            ("staff", "staff.csv"),
            ("form", "LN-01-3.toml"),
        ] {
            let file = folder.join(file);
            sandbox
                .mayfly(["--at", NOW, register, "import", file.to_str().unwrap()])
                .expect(0);
        }
        let settings = sandbox.data().join("mayfly.toml");
        let mut text = fs::read_to_string(&settings).unwrap();
        text.push_str(&format!(
            "[sandbox]\nseed = 3\nledger = \"ledger\"\n[sandbox.faults]\n{provider_faults}\n"
        ));
        fs::write(settings, text).unwrap();
        Self {
            file: folder.join(format!("{BATCH}.csv")),
            sandbox,
            rows,
        }
    }

    /// The same batch in a sandbox of its own.
    pub fn copy(&self) -> Self {
        Self {
            sandbox: self.sandbox.copy(),
            file: self.file.clone(),
            rows: self.rows,
        }
    }
}

/// What `batch show` says of `batch`; `None` while it is unknown.
pub fn shown(sandbox: &Sandbox, at: &str, batch: &str) -> Option<Value> {
    let run = sandbox.mayfly(["--at", at, "--json", "batch", "show", batch]);
    if run.code == 65 && run.stderr.contains("BATCH-UNKNOWN") {
        return None;
    }
    Some(run.expect(0).json())
}

/// Counts and codes of a summary, without what depends on the instant of the run.
pub fn counts(summary: &Value) -> Value {
    let keys = [
        "state",
        "rows",
        "answered",
        "no_record",
        "refused",
        "failed",
        "unresolved",
        "codes",
    ];
    keys.iter()
        .map(|key| ((*key).to_owned(), summary[key].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Has `batch` delivered and opens it with the member's key: the results, and how many lines of answers each case has.
pub fn delivered(sandbox: &Sandbox, at: &str, batch: &str) -> (Vec<ResultLine>, BTreeMap<String, usize>) {
    let folder = sandbox.path(&format!("delivered-{batch}"));
    sandbox
        .mayfly([
            "--at",
            at,
            "batch",
            "results",
            batch,
            "--as",
            QUERIER,
            "--out",
            folder.to_str().unwrap(),
        ])
        .expect(0);
    let results = opened(&folder.join(format!("{batch}.results.csv.age")));
    let mut table = csv::Reader::from_reader(&*results);
    assert_eq!(
        table.headers().unwrap(),
        vec![
            "line",
            "case_no",
            "consent_ref",
            "status",
            "codes",
            "query_id",
            "answered_at",
            "expires_at"
        ]
    );
    let lines = table.records().map(|record| {
        let record = record.unwrap();
        ResultLine {
            line: record[0].parse().unwrap(),
            consent_ref: record[2].to_owned(),
            status: record[3].to_owned(),
            codes: record[4].to_owned(),
            query: record[5].to_owned(),
        }
    });
    let lines = lines.collect();
    let mut cases = BTreeMap::new();
    for record in
        csv::Reader::from_reader(&*opened(&folder.join(format!("{batch}.answers.csv.age")))).records()
    {
        *cases.entry(record.unwrap()[1].to_owned()).or_default() += 1;
    }
    (lines, cases)
}

/// Opens a file encrypted to the demonstration's member.
pub fn opened(path: &Path) -> Vec<u8> {
    let key = fs::read_to_string(fixtures().join("demo/member-004.agekey")).unwrap();
    let key: age::x25519::Identity = key
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY"))
        .unwrap()
        .parse()
        .unwrap();
    let sealed = fs::read(path).unwrap();
    let mut reader = age::Decryptor::new(&*sealed)
        .unwrap()
        .decrypt(std::iter::once(&key as &dyn age::Identity))
        .unwrap();
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).unwrap();
    plain
}

/// What the provider received, as its own ledger says.
pub fn ledger(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.data().join("ledger")).unwrap_or_default()
}

/// The journal in order, from an export that verifies with nothing but its key.
pub fn journal(sandbox: &Sandbox, at: &str) -> Vec<JournalLine> {
    let folder = sandbox.path("journal");
    let exported = sandbox
        .mayfly([
            "--at",
            at,
            "--json",
            "journal",
            "export",
            folder.to_str().unwrap(),
        ])
        .expect(0)
        .json();
    let key = exported["key"].as_str().unwrap();
    sandbox
        .mayfly(["journal", "verify", folder.to_str().unwrap(), "--key", key])
        .expect(0);
    let mut lines = Vec::new();
    for bundle in files_below(&folder.join("tile/entries")) {
        let body = fs::read(bundle).unwrap();
        for line in batch::entries(&body) {
            let entry = Entry::parse(line.unwrap()).unwrap();
            lines.push(JournalLine {
                kind: entry.kind.name(),
                reference: entry.reference.to_owned(),
            });
        }
    }
    fs::remove_dir_all(folder).unwrap();
    lines
}
