//! Ten thousand tiny files. *Edge.*

use serde_json::json;

use super::{Held, bounded, is_long, run};
use crate::{
    batch_file::{BatchRow, batch_file, consents_file},
    support::{NOW, Sandbox, fixtures},
};

#[test]
fn ten_thousand_files_of_one_consent_each_are_one_import() {
    let sandbox = Sandbox::with_master_data();
    let before = Held::of(&sandbox);
    let files: Vec<_> = (0..FILES)
        .map(|number| {
            sandbox.file(
                &format!("c{number}"),
                consents_file("004", &[BatchRow::valid(number)]),
            )
        })
        .collect();
    let import = |files: &[std::path::PathBuf]| {
        let mut command = sandbox.command();
        command
            .args(["--at", NOW, "--json", "consent", "import"])
            .args(files);
        bounded(command)
    };
    // The last of them refuses all.
    let bad = sandbox.file(
        "bad",
        consents_file("004", &[BatchRow::valid(1).with("idv_ref", "other")]),
    );
    let told = import(&[&files[..], &[bad]].concat()).expect(65);
    assert!(
        told.stderr.contains("bad line 2: ") && told.stderr.contains("(IMPORT-CONFLICT)"),
        "{}",
        told.stderr
    );
    assert_eq!(Held::of(&sandbox), before);
    assert_eq!(
        import(&files).expect(0).json(),
        json!({ "new": FILES, "known": 0 })
    );
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

#[test]
fn ten_thousand_files_of_registers_are_one_import() {
    let sandbox = Sandbox::with_master_data();
    for (register, file) in [
        ("member", fixtures().join("demo/members.csv")),
        ("staff", sandbox.path("founding.csv")),
        ("form", fixtures().join("forms/LN-01-1.toml")),
    ] {
        // A staff file has many lines, each of which is looked up.
        let times = if register == "staff" { FILES / 20 } else { FILES };
        let words = [register, "import"]
            .into_iter()
            .chain((0..times).map(|_| file.to_str().unwrap()));
        assert_eq!(
            run(&sandbox, words).expect(0).json(),
            json!({ "files": times, "changed": 0 })
        );
    }
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

/// A batch a file needs a process a file; all of them are worked by one. The long run has ten thousand.
#[test]
fn many_batches_of_one_row_each_are_worked_in_one_go() {
    let sandbox = Sandbox::with_master_data();
    let batches = if is_long() { FILES } else { 60 };
    for number in 0..batches {
        let (day, of_day) = (1 + number / 100 % 28, number % 100);
        let month = 1 + number / 2800;
        let name = format!("004-115{month:02}{day:02}-{of_day:02}.csv");
        let file = sandbox.file(&name, batch_file(&[BatchRow::valid(number)]));
        run(&sandbox, ["batch", "submit", file.to_str().unwrap()]).expect(0);
    }
    assert_eq!(
        run(&sandbox, ["work", "--once"]).expect(0).json(),
        json!({ "batches": batches, "late": 0, "waiting": 0 })
    );
    let listed = sandbox.mayfly(["--json", "batch", "list"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len() as u64, batches);
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .all(|batch| batch["state"] == "settled" && batch["refused"] == 0)
    );
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

const FILES: u64 = 10_000;
