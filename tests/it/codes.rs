//! One row for each code of the specification, from file to rejects; here is the desk at which they are tried. *Edge.*
//!
//! `cells` changes cells of a valid row, `registers` prepares what the row is held against, `provider` lets the
//! sandbox misbehave, `gates` closes the gate, `files` hands in whole files that are refused, `together` tries several
//! codes at once. Every row of the tables is run through the real binary.

mod cells;
mod files;
mod gates;
mod health;
mod provider;
mod registers;
mod together;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use mayfly_consent::{Code, Language};
use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

#[test]
fn no_code_is_forgotten() {
    let in_tables: BTreeSet<&str> = cells::CASES
        .iter()
        .map(|case| case.code)
        .chain(cells::AT_THEIR_INSTANT)
        .chain(registers::CASES.iter().map(|case| case.code))
        .chain(
            provider::CASES
                .iter()
                .map(|case| case.code)
                .filter(|code| !code.is_empty()),
        )
        .chain(files::CASES.iter().map(|case| case.code))
        .chain(gates::CODES)
        .collect();
    let specified: BTreeSet<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .chain(FILE_CODES)
        .collect();
    assert_eq!(in_tables, specified);
}

/// A sandbox that takes in one batch after the other.
struct Desk {
    sandbox: Sandbox,
    at: &'static str,
    batches: AtomicU64,
}

/// What a run of one batch left behind.
struct Ran {
    run: Run,
    file: PathBuf,
    batch: String,
    rejects: Option<Vec<Reject>>,
}

/// One line of a rejects file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reject {
    line: u64,
    column: String,
    code: String,
}

/// A column and a code that is about it.
type Fault = (&'static str, &'static str);

impl Desk {
    /// A desk with the demonstration's master data, and two accounts that one person holds.
    fn open() -> Self {
        Self::open_at(NOW)
    }

    /// The same; its batches are run at `at`.
    fn open_at(at: &'static str) -> Self {
        let sandbox = Sandbox::with_master_data();
        let staff = sandbox.file("twins.csv", STAFF);
        sandbox.at(NOW, ["staff", "import"], [staff]).expect(0);
        Self {
            sandbox,
            at,
            batches: AtomicU64::new(0),
        }
    }

    /// Runs a batch of member 004.
    fn run(&self, rows: &[BatchRow]) -> Ran {
        self.run_for("004", rows, self.at)
    }

    /// Runs a batch of `member` at `at`.
    fn run_for(&self, member: &str, rows: &[BatchRow], at: &str) -> Ran {
        let number = self.batches.fetch_add(1, Ordering::Relaxed) + 1;
        let batch = format!("{member}-1151102-{number:02}");
        let file = self.sandbox.file(&format!("{batch}.csv"), batch_file(rows));
        self.run_file(file, batch, at, &[])
    }

    /// Runs a file.
    fn run_file(&self, file: PathBuf, batch: String, at: &str, more: &[&str]) -> Ran {
        let rejects = self.sandbox.path("rejects.csv");
        let _ = fs::remove_file(&rejects);
        let mut command = self.sandbox.command();
        command
            .args(["--at", at, "--json", "batch", "run", "--rejects"])
            .arg(&rejects)
            .arg(&file)
            .args(more);
        let run = Run::of(command.output().unwrap());
        Ran {
            run,
            file,
            batch,
            rejects: fs::read(&rejects).ok().map(|bytes| read_rejects(&bytes)),
        }
    }

    /// What `batch show --json` says.
    fn show(&self, batch: &str) -> Value {
        self.sandbox
            .mayfly(["--json", "batch", "show", batch])
            .expect(0)
            .json()
    }

    /// Adds to `mayfly.toml`, in place of what an earlier call added.
    fn configure(&self, text: &str) {
        let path = self.sandbox.data().join("mayfly.toml");
        let settings = fs::read_to_string(&path).unwrap();
        let kept = settings.split(ADDED).next().unwrap();
        fs::write(&path, format!("{kept}{ADDED}{text}\n")).unwrap();
    }
}

impl Ran {
    /// Insists that line `line` ended as `outcome` with exactly these faults, in the rejects file and in `codes`, that
    /// no other row has any, and that the command said so with its exit code.
    #[track_caller]
    fn expect(&self, line: u64, outcome: &str, faults: &[Fault]) -> &Self {
        let context = format!(
            "{faults:?}\nstdout: {}\nstderr: {}",
            self.run.stdout, self.run.stderr
        );
        assert_eq!(self.run.code, 1, "{context}");
        let expected: BTreeSet<Reject> = faults
            .iter()
            .map(|(column, code)| Reject {
                line,
                column: (*column).into(),
                code: (*code).into(),
            })
            .collect();
        let rejects = self.rejects.as_ref().expect("no rejects file");
        assert_eq!(
            rejects.iter().cloned().collect::<BTreeSet<_>>(),
            expected,
            "{context}"
        );
        assert_eq!(rejects.len(), expected.len(), "a code appears twice: {context}");
        let json = self.run.json();
        let codes: BTreeMap<String, u64> = serde_json::from_value(json["codes"].clone()).unwrap();
        let expected: BTreeMap<String, u64> = faults.iter().map(|(_, code)| ((*code).into(), 1)).collect();
        assert_eq!(codes, expected, "{context}");
        assert_eq!(json[outcome], 1, "{context}");
        let bad: u64 = ["refused", "failed", "unresolved"]
            .iter()
            .map(|word| json[word].as_u64().unwrap())
            .sum();
        assert_eq!(bad, 1, "{context}");
        self
    }

    /// Insists that every row was answered, and the rejects file has no line but its header.
    #[track_caller]
    fn expect_answered(&self) -> &Self {
        assert_eq!(
            self.run.code, 0,
            "stdout: {}\nstderr: {}",
            self.run.stdout, self.run.stderr
        );
        assert_eq!(self.rejects.as_deref(), Some(&[][..]));
        self
    }
}

/// Reads a rejects file: its header, and that each message is the sentence and the remedy of its code.
fn read_rejects(bytes: &[u8]) -> Vec<Reject> {
    let mut table = csv::Reader::from_reader(bytes);
    assert_eq!(
        table.headers().unwrap(),
        vec!["line", "column", "code", "message"]
    );
    let records = table.records().map(|record| {
        let record = record.unwrap();
        let code = Code::parse(&record[2]).unwrap();
        let message = format!("{} {}", code.sentence(Language::En), code.remedy(Language::En));
        assert_eq!(record[3], message);
        Reject {
            line: record[0].parse().unwrap(),
            column: record[1].into(),
            code: record[2].into(),
        }
    });
    records.collect()
}

/// Whole-file codes: those of the specification, and `FILE-QUOTE`, which was added to them.
const FILE_CODES: [&str; 7] = [
    "FILE-COLUMNS",
    "FILE-ENCODING",
    "FILE-EMPTY",
    "FILE-LIMIT",
    "FILE-NAME",
    "FILE-CONFLICT",
    "FILE-QUOTE",
];
const ADDED: &str = "\n# added by the test\n";
const STAFF: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level
004,twin.a,孫虛雙,徵信專員,Y,,,2024-01-01,wu.head,,,P004-20,徵信部,
004,twin.b,孫虛雙,徵信科長,,Y,,2024-01-01,wu.head,,,P004-20,徵信部,
";
