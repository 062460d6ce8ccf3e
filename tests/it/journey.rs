//! The whole journey of a batch in steps, from the file to the answers in the member's hands. *Edge.*
//!
//! `steps` goes through the commands one by one, `delivery` opens what is delivered and watches the window, `journal`
//! takes the journal out and proves a query, `consents` follows consents from before the batch to years later,
//! `encodings` hands the same rows in as CP950 and under Chinese headers.

mod consents;
mod delivery;
mod encodings;
mod journal;
mod steps;

use std::{fs, io::Read, path::Path};

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox, fixtures};

/// The batch of the demonstration.
const BATCH: &str = "004-1151102-01";
/// An account of its member with the query right.
const ACCOUNT: &str = "chen.yl";
/// The published headers, each with its line end.
const RESULTS_HEADER: &str = "line,case_no,consent_ref,status,codes,query_id,answered_at,expires_at\r\n";
const ANSWERS_HEADER: &str = "case_no,consent_ref,item,subject_id,subject_name,birth_date,unit_no,unit_name,change,\
                              effective_date,end_date,insured_salary,remark,flags\r\n";

/// A sandbox in which the demonstration's batch was run, its consents sent ahead and one withdrawn.
fn ran() -> (Sandbox, Value) {
    let sandbox = prepared();
    let (code, summary) = sandbox.batch_run(&demo_batch(), &[]);
    assert_eq!(code, 1);
    (sandbox, summary)
}

/// The same before the batch is handed in.
fn prepared() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    sandbox
        .at(NOW, ["consent", "import"], [fixtures().join("demo/consents.csv")])
        .expect(0);
    sandbox
        .at(
            NOW,
            ["consent", "outcome"],
            [fixtures().join("demo/outcomes.csv")],
        )
        .expect(0);
    sandbox
}

fn demo_batch() -> std::path::PathBuf {
    fixtures().join("demo/004-1151102-01.csv")
}

/// Asks for result files at `at`, into `folder`.
fn deliver(sandbox: &Sandbox, at: &str, account: &str, folder: &Path) -> Run {
    let mut command = sandbox.command();
    command
        .args([
            "--at", at, "--json", "batch", "results", BATCH, "--as", account, "--out",
        ])
        .arg(folder);
    Run::of(command.output().unwrap())
}

/// What the member reads: results and answers, opened with its key.
fn delivered(sandbox: &Sandbox) -> (String, String) {
    let folder = sandbox.path("results");
    deliver(sandbox, NOW, ACCOUNT, &folder).expect(0);
    ["results", "answers"]
        .map(|name| open_age(&folder.join(format!("{BATCH}.{name}.csv.age"))))
        .into()
}

/// Opens a file with the key of the demonstration's member.
fn open_age(path: &Path) -> String {
    let key = fs::read_to_string(fixtures().join("demo/member-004.agekey")).unwrap();
    let line = key
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-"))
        .unwrap();
    let identity: age::x25519::Identity = line.parse().unwrap();
    let decryptor = age::Decryptor::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .unwrap();
    reader.read_to_string(&mut text).unwrap();
    text
}

/// The records of a CSV text, its header left out.
fn records(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .collect::<Result<_, _>>()
        .unwrap()
}
