//! Files that are none, or not the ones that are wanted. *Edge.*

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use super::{check_refused, check_silent, check_usable, marked_row};
use crate::{
    batch_file::{BatchRow, COLUMNS, batch_file, chinese_batch_file, consents_file},
    support::{NOW, Run, Sandbox, files_below},
};

#[test]
fn a_file_that_cannot_be_used_is_refused_whole() {
    let sandbox = Sandbox::with_master_data();
    let sealed = files_below(&sandbox.data().join("sealed"));
    for (what, content, more, code) in cases() {
        let file = sandbox.file("004-1151102-01.csv", content);
        let run = run(&sandbox, &file, more);
        assert_eq!(run.code, 65, "{what}: {}{}", run.stdout, run.stderr);
        check_refused(&run, 65, code);
        assert_eq!(
            files_below(&sandbox.data().join("sealed")),
            sealed,
            "{what} left something behind"
        );
    }
    // The number is still free for the file as it should have been.
    run(
        &sandbox,
        &sandbox.file("004-1151102-01.csv", batch_file(&[marked_row(1)])),
        &[],
    )
    .expect(0);
    check_usable(&sandbox);
}

fn cases() -> Vec<(&'static str, Vec<u8>, &'static [&'static str], &'static str)> {
    let rows = [marked_row(1), marked_row(2)];
    let (good, chinese) = (batch_file(&rows), chinese_batch_file(&rows));
    let text = String::from_utf8(good.clone()).unwrap();
    let without_header = text.split_once('\n').unwrap().1.as_bytes().to_vec();
    let one_line: Vec<u8> = text.replace("\r\n", ",").into();
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let header = COLUMNS.map(|(english, _)| english).join(",");
    let with_nul = [header.as_bytes(), b"\0\r\n", &without_header].concat();
    let cp950 = encode_cp950_header(&chinese);
    let cp950_option: &[&str] = &["--encoding", "cp950"];
    vec![
        (
            "a header with an unknown column",
            text.replacen("querier", "clerk", 1).into(),
            &[],
            "FILE-COLUMNS",
        ),
        (
            "a header without a column",
            text.replacen("case_no,", "", 1).into(),
            &[],
            "FILE-COLUMNS",
        ),
        ("no header at all", without_header, &[], "FILE-COLUMNS"),
        ("semicolons", text.replace(',', ";").into(), &[], "FILE-COLUMNS"),
        ("everything in one line", one_line, &[], "FILE-LIMIT"),
        (
            "UTF-16 with its mark",
            [&[0xff, 0xfe][..], &utf16(&text)].concat(),
            &[],
            "FILE-ENCODING",
        ),
        ("UTF-16 without a mark", utf16(&text), &[], "FILE-ENCODING"),
        ("a NUL byte in the header", with_nul, &[], "FILE-ENCODING"),
        ("CP950 that is declared as UTF-8", cp950, &[], "FILE-ENCODING"),
        (
            "UTF-8 that is declared as CP950",
            chinese,
            cp950_option,
            "FILE-ENCODING",
        ),
        (
            "a mark of UTF-8, declared as CP950",
            [b"\xef\xbb\xbf", &good[..]].concat(),
            cp950_option,
            "FILE-ENCODING",
        ),
        (
            "an unclosed quote",
            text.replacen("L-2,", "\"L-2,", 1).into(),
            &[],
            "FILE-QUOTE",
        ),
        (
            "an unclosed quote in the header",
            format!("\"{text}").into(),
            &[],
            "FILE-QUOTE",
        ),
        ("no bytes", vec![], &[], "FILE-EMPTY"),
        ("nothing but a mark", b"\xef\xbb\xbf".to_vec(), &[], "FILE-EMPTY"),
        ("nothing but line ends", b"\r\n\r\n\n".to_vec(), &[], "FILE-EMPTY"),
        (
            "nothing but a header",
            format!("{header}\r\n").into(),
            &[],
            "FILE-EMPTY",
        ),
        (
            "a ZIP archive",
            b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(),
            &[],
            "FILE-ENCODING",
        ),
    ]
}

#[test]
fn what_is_wrong_with_one_row_costs_only_that_row() {
    let sandbox = Sandbox::with_master_data();
    let bad = [
        marked_row(2).with("reason", b"\xb4\xfa\xb8\xd5"),
        marked_row(3).with("subject_name", b"\xed\xa0\x80"),
        marked_row(4).with("reason", b"a\0b"),
        marked_row(5).with("case_no", b"\0"),
        marked_row(6).with("reason", "x".repeat(70_000)),
        marked_row(7).with("consent_ref", "=cmd|'/c calc'!A0\u{202e}"),
    ];
    let mut content = batch_file(&[&[marked_row(1)], &bad[..], &[marked_row(8)]].concat());
    content.extend_from_slice(&[0; 1000]);
    let file = sandbox.file("004-1151102-01.csv", content);
    let run = run(&sandbox, &file, &[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    check_silent(&run);
    let json = run.json();
    assert_eq!(json["rows"], 9, "{json}");
    assert_eq!(json["refused"], 7, "{json}");
    assert_eq!(
        json["answered"].as_u64().unwrap() + json["no_record"].as_u64().unwrap(),
        2,
        "{json}"
    );
    check_usable(&sandbox);
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let sandbox = Sandbox::with_master_data();
    let content = [b"\xef\xbb\xbf", &batch_file(&[marked_row(1)])[..]].concat();
    run(&sandbox, &sandbox.file("004-1151102-01.csv", content), &[]).expect(0);
}

#[test]
fn what_is_not_a_file_is_not_read() {
    let sandbox = Sandbox::with_master_data();
    let named = |name: &str| sandbox.path(&format!("004-1151102-{name}.csv"));
    fs::create_dir(named("01")).unwrap();
    symlink("/dev/zero", named("02")).unwrap();
    symlink("nowhere", named("03")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(named("04"))
            .status()
            .unwrap()
            .success()
    );
    for (name, code) in [
        ("01", "FILE-KIND"),
        ("02", "FILE-KIND"),
        ("03", "FILE-UNREADABLE"),
        ("04", "FILE-KIND"),
        ("05", "FILE-UNREADABLE"),
    ] {
        check_refused(&run(&sandbox, &named(name), &[]), 65, code);
    }
    check_refused(
        &run(&sandbox, &sandbox.path("folder"), &[]),
        65,
        "FILE-UNREADABLE",
    );
    let unknown = sandbox.file("099-1151102-01.csv", batch_file(&[marked_row(1)]));
    check_refused(&run(&sandbox, &unknown, &[]), 65, "MEMBER-UNKNOWN");
    check_usable(&sandbox);
}

#[test]
fn master_data_that_cannot_be_used_changes_nothing() {
    let sandbox = Sandbox::with_master_data();
    let good = consents_file("004", &[marked_row(1)]);
    let bad_line = consents_file(
        "004",
        &[marked_row(1), marked_row(2).with("idv_result", "failed")],
    );
    let no_member = consents_file("099", &[marked_row(1)]);
    let file = |name, content: &[u8]| sandbox.file(name, content);
    let members = "code,name,valid_from,valid_to,age_recipients\n";
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n";
    let cases: [(&[&str], PathBuf, &str); 16] = [
        (&["member"], sandbox.path("nothing"), "IMPORT-FILE"),
        (&["staff"], sandbox.data(), "IMPORT-FILE"),
        (&["form"], sandbox.path("nothing"), "IMPORT-FILE"),
        (&["form"], file("a.toml", b"id = \xff"), "IMPORT-ENCODING"),
        (&["form"], file("b.toml", "id = 楊勿洩".as_bytes()), "IMPORT-FORM"),
        (
            &["member"],
            file("c.csv", b"code,name\n004,x\n"),
            "IMPORT-COLUMNS",
        ),
        (
            &["member"],
            file("d.csv", format!("{members}楊勿洩,x,2020-01-01,,\n").as_bytes()),
            "IMPORT-CELL",
        ),
        (
            &["member"],
            file("e.csv", format!("{members}004,x,2020-01-01,,\n").as_bytes()),
            "IMPORT-CONFLICT",
        ),
        (
            &["staff"],
            file(
                "f.csv",
                format!("{staff}099,x,x,x,Y,,,2020-01-01,x,,\n").as_bytes(),
            ),
            "MEMBER-UNKNOWN",
        ),
        (
            &["staff"],
            file(
                "name.csv",
                format!("{staff}004,x,A123456789,x,Y,,,2020-01-01,x,,\n").as_bytes(),
            ),
            "IMPORT-CELL",
        ),
        (
            &["member"],
            file(
                "name-of.csv",
                format!("{members}005,A123456789,2020-01-01,,\n").as_bytes(),
            ),
            "IMPORT-CELL",
        ),
        (&["consent"], sandbox.path("nothing"), "FILE-UNREADABLE"),
        (
            &["consent"],
            file("g.csv", &good[..good.len() - 2].repeat(2)),
            "FILE-COLUMNS",
        ),
        (&["consent"], file("h.csv", &bad_line), "IMPORT-CONSENT"),
        (&["consent"], file("i.csv", &no_member), "MEMBER-UNKNOWN"),
        (&["consent"], file("j.csv", b"\0\0\0\0"), "FILE-ENCODING"),
    ];
    for (command, path, code) in cases {
        let run = sandbox.at(
            NOW,
            ["--json"; 0],
            command
                .iter()
                .map(PathBuf::from)
                .chain([PathBuf::from("import"), path]),
        );
        if code == "FILE-COLUMNS" {
            // Two files in one: the second header is a line like any other, and refused as such.
            assert_eq!(run.code, 65, "{}", run.stderr);
            check_silent(&run);
        } else {
            check_refused(&run, 65, code);
        }
    }
    // Nothing of the refused files was taken: the mended one is all new.
    let imported = sandbox
        .at(NOW, ["--json", "consent", "import"], [file("k.csv", &good)])
        .expect(0)
        .json();
    assert_eq!(imported["new"], 1, "{imported}");
    check_usable(&sandbox);
}

fn run(sandbox: &Sandbox, file: &PathBuf, more: &[&str]) -> Run {
    // A run that waits for a file that never ends is a failure, and must not hang the tests.
    let mut command = Command::new("timeout");
    sandbox.database.choose(&mut command);
    let inner = sandbox.command();
    command.arg("20").arg(inner.get_program()).args(inner.get_args());
    command
        .args(["--at", NOW, "--json", "batch", "run"])
        .arg(file)
        .args(more);
    Run::of(command.output().unwrap())
}

/// The file with its header in CP950 (the names of the columns are in its tables), for a declaration that is wrong.
fn encode_cp950_header(chinese: &[u8]) -> Vec<u8> {
    let rest = chinese.iter().position(|byte| *byte == b',').unwrap();
    [b"\xae\xd7\xb8\xb9", &chinese[rest..]].concat()
}

#[test]
fn the_good_rows_of_these_tests_are_good() {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..9).map(marked_row).collect();
    run(
        &sandbox,
        &sandbox.file("004-1151102-01.csv", batch_file(&rows)),
        &[],
    )
    .expect(0);
}
