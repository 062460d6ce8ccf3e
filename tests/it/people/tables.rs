//! The 授權表 of a day and the 授權異動明細紀錄表 of a range, as text, JSON and CSV. *Edge.*

use super::*;
use crate::synthetic::journal;

#[test]
fn the_table_of_a_day_has_who_was_authorised_on_it() {
    let sandbox = staffed();
    let accounts = |words: &[&str]| -> Vec<String> {
        let table = shown(&sandbox, &[&["table"], words].concat());
        let people = table["people"].as_array().unwrap();
        people
            .iter()
            .map(|line| {
                format!(
                    "{}/{}",
                    line["member"].as_str().unwrap(),
                    line["account"].as_str().unwrap()
                )
            })
            .collect()
    };
    let today = accounts(&[]);
    assert_eq!(today.len(), 8 + 3 + 8, "{today:?}");
    assert!(!today.contains(&"004/tsai.ex".into()), "she left on 2026-10-01");
    // Half-open: the last day is the one before.
    assert!(accounts(&["--on", "2026-09-30"]).contains(&"004/tsai.ex".into()));
    assert!(!accounts(&["--on", "2026-10-01"]).contains(&"004/tsai.ex".into()));
    assert_eq!(accounts(&["--on", "2023-06-30"]), ["004/tsai.ex"]);
    assert!(
        accounts(&["--on", "2025-02-28"])
            .iter()
            .all(|name| name != "004/huang.sm")
    );
    assert_eq!(
        accounts(&["--member", "bureau"]),
        [
            "bureau/gu.op",
            "bureau/he.cmp",
            "bureau/jin.cmp",
            "bureau/xu.adm",
            "bureau/yu.cmp"
        ]
    );
    assert_eq!(
        accounts(&["--on", "2031-01-01", "--member", "012"]),
        ["012/chou.q", "012/kao.a"]
    );
    let line = &shown(&sandbox, &["table", "--member", "004"])["people"][0];
    assert_eq!(
        (&line["account"], &line["person"], &line["query"], &line["level"]),
        (&"chen.yl".into(), &"P004-01".into(), &true.into(), &"".into())
    );
    assert_eq!(
        (&line["from"], &line["approved_by"], &line["to"]),
        (&"2024-01-01".into(), &"wu.head".into(), &serde_json::Value::Null)
    );
}

#[test]
fn the_tables_are_printed_for_people_and_for_spreadsheets() {
    let sandbox = staffed();
    let say = |words: &[&str]| {
        sandbox
            .mayfly([&["--at", NOW, "people"], words].concat())
            .expect(0)
            .stdout
    };
    let text = say(&["table", "--member", "bureau", "--lang", "zh-TW"]);
    assert!(
        text.contains("資料連結作業承辦人員、系統管理者") && text.contains("113/01/01"),
        "{text}"
    );
    assert!(
        text.starts_with("機構")
            && text.contains("起日核准人")
            && text.ends_with("5 authorisations on 2026-11-02\n")
    );

    // A title that a spreadsheet would take for a formula; JSON has it as it is.
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n\
                012,f.x,虛構,\"＝HYPERLINK(0),\",Y,,,2024-01-01,=1+1,,\n";
    let file = sandbox.file("formula.csv", book);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    let csv = say(&["table", "--csv", "--member", "012"]);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "member,unit,name,title,person,account,query,approve,review,roles,level,from,approved_by,to,ended_by"
    );
    assert_eq!(
        lines[2],
        "012,,虛構,\"'＝HYPERLINK(0),\",f.x,f.x,Y,,,,,2024-01-01,'=1+1,,"
    );
    let table = shown(&sandbox, &["table", "--member", "012"]);
    assert_eq!(table["people"][1]["approved_by"], "=1+1", "{table}");

    let csv = say(&["changes", "--from", "2026-10-01", "--to", "2026-10-01", "--csv"]);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "change,day,what,member,unit,name,title,person,account,query,approve,review,roles,level,approved_by,entered_by,\
         entered_at,reason,entry"
    );
    assert!(
        lines[1].contains(",2026-10-01,end,004,徵信部,蔡虛明,")
            && lines[1].contains(",wu.head,operator,2026-11-02T10:00:00+08:00,,"),
        "{csv}"
    );
    let both = sandbox.mayfly(["--at", NOW, "--json", "people", "table", "--csv"]);
    assert_eq!(both.code, 2, "{}", both.stdout);
    assert_eq!(
        say(&["changes", "--from", "2026-10-02", "--to", "2026-10-03"]),
        "nothing changed from 2026-10-02 to 2026-10-03\n"
    );
    assert_eq!(
        say(&["table", "--member", "provider"]),
        "nobody is authorised on 2026-11-02\n"
    );
}

#[test]
fn every_change_is_an_entry_of_the_journal() {
    let sandbox = staffed();
    act(
        &sandbox,
        NOW,
        &[
            "begin",
            "004/new.q",
            "--name",
            "新虛構",
            "--role",
            "querier",
            "--from",
            "2026-11-05",
        ],
    )
    .expect(0);
    act(&sandbox, NOW, &["end", "004/chen.yl", "--on", "2026-11-03"]).expect(0);
    let changes = shown(
        &sandbox,
        &["changes", "--from", "2022-01-01", "--to", "2027-01-01"],
    );
    let changes = changes["changes"].as_array().unwrap();
    // Twelve lines of the demonstration, one of them with an end; eight of the book; one begun; one ended.
    assert_eq!(changes.len(), 12 + 1 + 8 + 1 + 1);
    let journal = journal(&sandbox, NOW);
    let account = |entry: &&crate::synthetic::JournalLine| entry.kind == "account";
    assert_eq!(journal.iter().filter(account).count(), changes.len());
    for change in changes {
        let entry = &journal[change["entry"].as_u64().unwrap() as usize];
        assert_eq!(
            (entry.kind, entry.reference.as_str()),
            ("account", format!("authorisation:{}", change["change"]).as_str())
        );
    }
    let last = changes.last().unwrap();
    assert_eq!(
        (&last["account"], &last["day"], &last["what"]),
        (&"new.q".into(), &"2026-11-05".into(), &"begin".into())
    );
    assert_eq!(
        (&last["approved_by"], &last["entered_by"], &last["reason"]),
        (&"wu.head".into(), &"lu.adm".into(), &"職務異動".into())
    );
    assert!(
        changes
            .iter()
            .all(|change| change["day"].as_str() <= last["day"].as_str()),
        "in the order of their days"
    );
    // What was entered with its past is on the record of the day it was entered, and of no day between.
    let count = |from: &str, to: &str| {
        let told = shown(&sandbox, &["changes", "--from", from, "--to", to]);
        told["changes"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            count("2026-11-02", "2026-11-02"),
            count("2026-11-01", "2026-11-01")
        ),
        (23, 0)
    );
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

#[test]
fn days_beyond_those_that_are_kept_are_refused() {
    let sandbox = Sandbox::with_master_data();
    let check = |words: &[&str], code: i32| {
        let run = sandbox
            .mayfly([&["--at", NOW, "people"], words].concat())
            .expect(code);
        assert_eq!(
            run.stderr.contains("(PEOPLE-RANGE)"),
            code == 65,
            "{}",
            run.stderr
        );
    };
    check(&["table", "--on", "2021-11-02"], 0);
    check(&["table", "--on", "2021-11-01"], 65);
    check(&["changes", "--from", "2021-11-02", "--to", "2026-11-02"], 0);
    check(&["changes", "--from", "2021-11-01", "--to", "2026-11-02"], 65);
    check(&["changes", "--from", "2026-11-02", "--to", "2026-11-01"], 65);
}

#[test]
fn the_tables_are_written_as_files_to_print_and_nothing_is_replaced() {
    let sandbox = staffed();
    let folder = sandbox.path("registers");
    let folder = folder.to_str().unwrap();
    let write = |words: &[&str]| sandbox.mayfly([&["--at", NOW, "--json", "people"], words].concat());
    let table = ["table", "--on", "2026-11-01", "--out", folder, "--as", "yu.cmp"];
    let told = write(&table).expect(0).json();
    assert_eq!(told["files"].as_array().unwrap().len(), 3);
    let changes = [
        "changes",
        "--from",
        "2026-10-01",
        "--to",
        "2026-10-31",
        "--member",
        "004",
        "--out",
        folder,
        "--as",
        "004/lu.adm",
    ];
    write(&changes).expect(0);
    let read = |name: &str| std::fs::read(sandbox.path("registers").join(name)).unwrap();
    let page = String::from_utf8(read("authorisations-2026-11-01.html")).unwrap();
    for part in [
        "<h1>授權表</h1>",
        "基準日：115/11/01",
        "A4 landscape",
        "密件",
        "單位主管",
        "陳虛玲",
        "113/01/01",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = String::from_utf8(read("changes-2026-10-01-2026-10-31.html")).unwrap();
    assert!(
        page.contains("授權異動明細紀錄表") && page.contains("蔡虛明") && page.contains("終止"),
        "{page}"
    );
    let csv = String::from_utf8(read("authorisations-2026-11-01.csv")).unwrap();
    assert_eq!(
        csv,
        sandbox
            .mayfly(["--at", NOW, "people", "table", "--on", "2026-11-01", "--csv"])
            .stdout
    );
    assert_eq!(read("authorisations-2026-11-01.xlsx")[..2], *b"PK");

    let before = journal(&sandbox, NOW);
    let exports = before.iter().filter(|entry| entry.kind == "export");
    let references: Vec<&str> = exports.map(|entry| entry.reference.as_str()).collect();
    assert_eq!(
        references,
        ["authorisations-2026-11-01", "changes-2026-10-01-2026-10-31"]
    );
    let inside = sandbox.data().join("x");
    let other = sandbox.path("other");
    for (words, code) in [
        (&table[..], "PEOPLE-FILE"),
        (
            &["table", "--out", inside.to_str().unwrap(), "--as", "yu.cmp"],
            "PEOPLE-FILE",
        ),
        (
            &[
                "table",
                "--on",
                "2019-01-01",
                "--out",
                other.to_str().unwrap(),
                "--as",
                "yu.cmp",
            ],
            "PEOPLE-RANGE",
        ),
    ] {
        let run = write(words).expect(65);
        assert!(
            run.stderr.contains(&format!("({code})")),
            "{code}: {}",
            run.stderr
        );
    }
    assert!(!inside.exists() && !other.exists());
    assert_eq!(journal(&sandbox, NOW).len(), before.len());
}
