//! Tools of the system open and verify what leaves the house: `age`, `openssl`, `sha256sum`, `python3`. *Edge.*
//!
//! `clocks` turns another one on the house itself, `faketime`; `traced`, `plain` and `years` a third, `strace`, which stops it at a call.
//!
//! What is run of them is what the README of an exported journal tells its reader to run, word by word.

mod certificates;
mod clocks;
mod evidence;
mod faults;
mod plain;
mod samples;
mod sheets;
mod stolen;
mod subject;
mod traced;
mod years;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::support::Run;

#[test]
fn stock_age_opens_what_is_delivered() {
    let demo = Demonstration::new();
    for (name, header) in [
        (
            "results",
            "line,case_no,consent_ref,status,codes,query_id,answered_at,expires_at\r\n",
        ),
        (
            "answers",
            "case_no,consent_ref,item,subject_id,subject_name,birth_date,unit_no,",
        ),
    ] {
        let file = format!("mayfly-demo/results/004-1151102-01.{name}.csv.age");
        let opened = demo.run(
            "age",
            &["-d", "-i", "mayfly-demo/fixtures/member-004.agekey", &file],
        );
        assert!(
            opened.status.success(),
            "{}",
            String::from_utf8_lossy(&opened.stderr)
        );
        assert!(String::from_utf8(opened.stdout).unwrap().starts_with(header));

        let path = demo.path().join(&file);
        let mut sealed = fs::read(&path).unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        fs::write(&path, sealed).unwrap();
        let refused = demo.run(
            "age",
            &["-d", "-i", "mayfly-demo/fixtures/member-004.agekey", &file],
        );
        assert!(!refused.status.success(), "a flipped bit went unnoticed");
    }
}

#[test]
fn stock_tools_verify_an_exported_journal_as_its_readme_says() {
    let demo = Demonstration::new();
    let key = demo.export();
    let readme = fs::read_to_string(demo.path().join("copy/README")).unwrap();
    let signature = section(&readme, "2. THE SIGNATURE")
        .replace("<the key>", &key)
        .replace("/tmp/", "../");
    let entry = section(&readme, "3. ONE ENTRY");
    let entries = section(&readme, "4. ALL ENTRIES");

    assert!(
        demo.script("bash", &signature)
            .contains("Signature Verified Successfully")
    );
    let hashes: Vec<_> = demo
        .script("bash", &entry)
        .lines()
        .map(|line| line[..64].to_owned())
        .collect();
    assert_eq!(hashes.len(), 2);
    assert_eq!(hashes[0], hashes[1]);
    assert!(
        demo.script("python3", &entries)
            .contains("the entries are those that were signed")
    );

    // One bit of one entry, and one of the signed text: each is found by the step that looks at it.
    let bundle = crate::support::files_below(&demo.path().join("copy/tile/entries")).remove(0);
    flip(&bundle, 40);
    let hashes: Vec<_> = demo
        .script("bash", &entry)
        .lines()
        .map(|line| line[..64].to_owned())
        .collect();
    assert_ne!(hashes[0], hashes[1]);
    assert!(
        demo.script("python3", &entries)
            .contains("NOT the signed entries")
    );
    flip(&demo.path().join("copy/checkpoint"), 3);
    assert!(
        !demo
            .script("bash", &signature)
            .contains("Signature Verified Successfully")
    );
}

#[test]
fn stock_python_verifies_a_proof_as_the_specification_says() {
    let demo = Demonstration::new();
    let specification =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipeline/README.md")).unwrap();
    let (_, program) = specification
        .split_once("```python\n")
        .expect("the program of the specification");
    let (program, _) = program.split_once("```").unwrap();
    fs::write(demo.path().join("check.py"), program).unwrap();
    for which in ["0", "5", "200"] {
        let proof = demo
            .mayfly(&["--data", "mayfly-demo", "journal", "proof", which])
            .expect(0)
            .stdout;
        fs::write(demo.path().join("entry.tlog-proof"), &proof).unwrap();
        let said = demo.run("python3", &["check.py", "entry.tlog-proof"]);
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(said.contains(" IS in mayfly/sandbox/"), "{which}: {said}");

        let index = format!("index {which}\n");
        let other = proof.replace(&index, &format!("index {}\n", which.parse::<u64>().unwrap() + 1));
        fs::write(demo.path().join("entry.tlog-proof"), other).unwrap();
        let said = demo.run("python3", &["check.py", "entry.tlog-proof"]);
        assert!(
            !String::from_utf8_lossy(&said.stdout).contains(" IS in "),
            "{which}"
        );
    }
}

/// A folder in which the demonstration has run.
struct Demonstration {
    folder: TempDir,
}

impl Demonstration {
    fn new() -> Self {
        let demo = Self {
            folder: TempDir::new().unwrap(),
        };
        demo.mayfly(&["demo"]).expect(0);
        demo
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn mayfly(&self, arguments: &[&str]) -> Run {
        Run::of(self.run(env!("CARGO_BIN_EXE_mayfly-under-test"), arguments))
    }

    /// Exports the journal to `copy`; returns its verifier key.
    fn export(&self) -> String {
        let exported = self
            .mayfly(&["--data", "mayfly-demo", "--json", "journal", "export", "copy"])
            .expect(0);
        exported.json()["key"].as_str().unwrap().to_owned()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let ran = Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env_remove("DATABASE_URL")
            .output();
        ran.unwrap_or_else(|_| {
            panic!("{program} cannot be run; see .ci/run for what the stock-tools tests need")
        })
    }

    /// What `program` says when it is given `script` in the exported folder.
    fn script(&self, program: &str, script: &str) -> String {
        let mut child = Command::new(program)
            .current_dir(self.path().join("copy"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The indented lines below a heading of the README.
fn section(readme: &str, heading: &str) -> String {
    let lines = readme
        .lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(1);
    let lines: Vec<_> = lines
        .take_while(|line| line.starts_with("  "))
        .map(|line| &line[2..])
        .collect();
    assert!(lines.len() > 2, "no lines below {heading}");
    lines.join("\n") + "\n"
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}
