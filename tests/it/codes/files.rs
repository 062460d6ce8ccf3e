//! Codes of whole files: each refuses the file with exit 65, and nothing is done. *Edge.*

use serde_json::json;

use super::Desk;
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, files_below},
};

/// A file that is refused whole.
pub(super) struct Case {
    pub(super) code: &'static str,
    name: &'static str,
    content: fn() -> Vec<u8>,
    more: &'static [&'static str],
    says: &'static str,
}

#[test]
fn each_code_of_a_file_refuses_it_whole() {
    let desk = Desk::open();
    desk.configure("[limits]\nrows = 3");
    desk.run(&[BatchRow::valid(1)]).expect_answered();
    let list = || desk.sandbox.mayfly(["--json", "batch", "list"]).expect(0).json();
    let sealed = || files_below(&desk.sandbox.data().join("sealed"));
    let (batches, objects) = (list(), sealed());
    for case in CASES {
        let file = desk.sandbox.file(case.name, (case.content)());
        let ran = desk.run_file(file, String::new(), NOW, case.more);
        let run = &ran.run;
        assert_eq!(run.code, 65, "{}: {}", case.code, run.stderr);
        assert_eq!(run.stdout, "", "{}", case.code);
        assert!(
            ran.rejects.is_none(),
            "{}: a rejects file although nothing was done",
            case.code
        );
        let lines: Vec<&str> = run.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "a sentence and a remedy: {}", run.stderr);
        assert!(lines[0].ends_with(&format!("({})", case.code)), "{}", run.stderr);
        assert!(lines[0].contains(case.says), "{}: {}", case.says, run.stderr);
        assert_eq!(list(), batches, "{}", case.code);
        assert_eq!(sealed(), objects, "{} left something behind", case.code);
    }
}

/// Whoever hands a file over is a person of the 授權表, or stands at the terminal itself (四(二)3(6)).
#[test]
fn a_file_of_somebody_who_is_not_there_is_not_taken_in() {
    let desk = Desk::open();
    let row = [BatchRow::valid(1)];
    for stranger in ["nobody", "chou.q"] {
        let file = desk.sandbox.file("004-1151102-07.csv", batch_file(&row));
        let ran = desk.run_file(file, String::new(), NOW, &["--as", stranger]);
        assert_eq!(ran.run.code, 77, "{}", ran.run.stderr);
        assert!(ran.run.stderr.contains("PEOPLE-ABSENT"), "{}", ran.run.stderr);
    }
    let list = desk.sandbox.mayfly(["--json", "batch", "list"]).expect(0).json();
    assert_eq!(list, json!([]));
}

#[test]
fn the_same_number_with_the_same_bytes_gives_the_same_receipt() {
    let desk = Desk::open();
    let first = desk.run(&[BatchRow::valid(1), BatchRow::valid(2).with("case_no", "")]);
    first.expect(3, "refused", &[("case_no", "ROW-MISSING")]);
    let again = desk.run_file(
        first.file.clone(),
        first.batch.clone(),
        "2026-11-02T18:00:00+08:00",
        &[],
    );
    assert_eq!(again.run.code, 1, "{}", again.run.stderr);
    assert_eq!(again.run.json(), first.run.json());
    assert_eq!(again.rejects, first.rejects);
    assert_eq!(first.run.json()["accepted_at"], json!("2026-11-02T02:00:00Z"));
}

const fn case(code: &'static str, name: &'static str, content: fn() -> Vec<u8>, says: &'static str) -> Case {
    Case {
        code,
        name,
        content,
        more: &[],
        says,
    }
}

fn text_of(rows: &[BatchRow]) -> String {
    String::from_utf8(batch_file(rows)).unwrap()
}

fn valid() -> Vec<u8> {
    batch_file(&[BatchRow::valid(9)])
}

pub(super) const CASES: &[Case] = &[
    case(
        "FILE-COLUMNS",
        "004-1151102-02.csv",
        || text_of(&[BatchRow::valid(9)]).replace("approver", "boss").into(),
        "boss",
    ),
    case(
        "FILE-COLUMNS",
        "004-1151102-02.csv",
        || text_of(&[BatchRow::valid(9)]).replace("approver", "boss").into(),
        "approver is missing",
    ),
    case(
        "FILE-COLUMNS",
        "004-1151102-02.csv",
        || {
            text_of(&[BatchRow::valid(9)])
                .replacen("item", "reason", 1)
                .into()
        },
        "reason appears twice",
    ),
    case(
        "FILE-ENCODING",
        "004-1151102-02.csv",
        || {
            let text = text_of(&[BatchRow::valid(9)]);
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        },
        "UTF-16",
    ),
    Case {
        code: "FILE-ENCODING",
        name: "004-1151102-02.csv",
        content: || ["\u{feff}".as_bytes(), &valid()].concat(),
        more: &["--encoding", "cp950"],
        says: "CP950",
    },
    case("FILE-EMPTY", "004-1151102-02.csv", Vec::new, ""),
    case("FILE-EMPTY", "004-1151102-02.csv", || batch_file(&[]), ""),
    case(
        "FILE-LIMIT",
        "004-1151102-02.csv",
        || batch_file(&[2, 3, 4, 5].map(BatchRow::valid)),
        "more than 3 rows",
    ),
    case("FILE-NAME", "november.csv", valid, ""),
    case("FILE-NAME", "004-1151302-02.csv", valid, ""),
    Case {
        code: "FILE-NAME",
        name: "november.csv",
        content: valid,
        more: &["--member", "004"],
        says: "",
    },
    case("FILE-CONFLICT", "004-1151102-01.csv", valid, ""),
    case(
        "FILE-QUOTE",
        "004-1151102-02.csv",
        || {
            text_of(&[BatchRow::valid(8), BatchRow::valid(9)])
                .replace("L-8,", "\"L-8,")
                .into()
        },
        "line 2",
    ),
];
