//! The same rows in UTF-8 and CP950, under English and Chinese headers: the same results and the same answers. *Edge.*

use super::{BATCH, delivered, records};
use crate::{
    batch_file::{BatchRow, batch_file, chinese_batch_file},
    support::Sandbox,
};

#[test]
fn encoding_and_language_of_the_header_change_nothing() {
    // Among the names: trail bytes 5C and 7C, which are a backslash and a bar in ASCII, and a wide space.
    let names = ["許功蓋", "王育暗", "陳　虛構", "林淑芬", "游錕銹"];
    let mut rows: Vec<BatchRow> = (1..31)
        .map(|number| BatchRow::valid(number).with("subject_name", names[number as usize % names.len()]))
        .collect();
    rows[3] = rows[3].clone().with("approver", "chen.yl").with("reason", "");
    rows[7] = rows[7].clone().with("birth_date", "0740505");
    rows[8] = rows[8].clone().with("reason", "\"房貸，二胎\"");
    let (english, chinese) = (batch_file(&rows), chinese_batch_file(&rows));
    let mut shuffled = english.clone();
    shuffled.retain(|byte| *byte != b'\r');

    let expected = outcome(english.clone(), &[]);
    assert_eq!(records(&expected.0).len(), 30);
    assert!(expected.1.len() > 1000, "no answers to compare");
    for (what, content, more) in [
        ("Chinese header", chinese.clone(), &[][..]),
        ("CP950, English header", cp950(&english), &["--encoding", "cp950"]),
        ("CP950, Chinese header", cp950(&chinese), &["--encoding", "cp950"]),
        ("bare line feeds", shuffled, &[]),
        ("byte order mark", [b"\xef\xbb\xbf", &chinese[..]].concat(), &[]),
    ] {
        assert_ne!(content, english, "{what} is no other file");
        assert!(outcome(content, more) == expected, "{what}: other results");
    }
}

#[test]
fn characters_that_users_define_are_no_text() {
    let sandbox = Sandbox::with_master_data();
    // FA40 lies among those that CP950 leaves to users; 8120 is no pair; A4 is half a character.
    let rows: Vec<BatchRow> = [
        &b"\xfa\x40"[..],
        b"\x81\x20",
        b"\xa4",
        b"\xb3\x5c\xa5\x5c\xbb\x5c",
    ]
    .into_iter()
    .zip(1..)
    .map(|(name, number)| {
        BatchRow::valid(number)
            .with("subject_name", name)
            .with("reason", b"\xb6\x55\xb4\xda")
    })
    .collect();
    let file = sandbox.file(&format!("{BATCH}.csv"), batch_file(&rows));
    let (code, summary) = sandbox.batch_run(&file, &["--encoding", "cp950"]);
    assert_eq!(code, 1, "{summary}");
    assert_eq!(
        (&summary["codes"]["ROW-ENCODING"], &summary["refused"]),
        (&3.into(), &3.into()),
        "{summary}"
    );
}

/// Results without their query ids, which are random, and answers.
fn outcome(content: Vec<u8>, more: &[&str]) -> (String, String) {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(&format!("{BATCH}.csv"), content);
    let (code, summary) = sandbox.batch_run(&file, more);
    assert_eq!(code, 1, "{summary}");
    let (results, answers) = delivered(&sandbox);
    let mut without = csv::Writer::from_writer(vec![]);
    without.write_record(["header"; 8]).unwrap();
    for record in records(&results) {
        without
            .write_record(
                record
                    .iter()
                    .enumerate()
                    .map(|(place, cell)| if place == 5 { "" } else { cell }),
            )
            .unwrap();
    }
    (String::from_utf8(without.into_inner().unwrap()).unwrap(), answers)
}

fn cp950(utf8: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(utf8).unwrap();
    let (bytes, _, replaced) = encoding_rs::BIG5.encode(text);
    assert!(!replaced, "a character that Big5 lacks");
    bytes.into_owned()
}
