//! Under `--lang zh-TW` nothing is half English: each listing and showing command, and refusals, word by word. *Edge.*

use std::fs;

use super::{LATER, in_chinese, with_sheets};
use crate::{
    batch_file::{BatchRow, batch_file},
    database::ON_POSTGRES,
    support::{NOW, Sandbox},
};

/// After the month, in which a sample was drawn and a log reconciled.
const CLOSED: &str = "2026-12-01T09:00:00+08:00";

#[test]
fn no_command_is_half_english() {
    let sandbox = house();
    let folders = ["journal", "certificates", "sample", "backup", "pack"];
    let folders = folders.map(|name| sandbox.path(name).to_str().unwrap().to_owned());
    let [journal, certificates, sample, backup, pack] = folders.each_ref().map(String::as_str);
    let key = verifier(&sandbox);
    let (who, log) = (subject(&sandbox), log(&sandbox));
    let consent = BatchRow::valid(1).cell("consent_ref");
    let told = sandbox.path("told").to_str().unwrap().to_owned();
    let lines: &[&[&str]] = &[
        &["account", "list", "004"],
        &["account", "token", "list", "004"],
        &["approval", "list", "--all"],
        &["approval", "show", "1"],
        &["audit", "list"],
        &["audit", "freeze", "004", "2026-11"],
        &["audit", "name", "004", "2026-11", "hsu.rv", "--as", "wu.head"],
        &[
            "audit", "draw", "004", "2026-11", "--as", "hsu.rv", "--value", VALUE,
        ],
        &["audit", "pace", "004", "2026-11"],
        &["audit", "pace", "012", "2026-11"],
        &["audit", "show", "004", "2026-11", "--as", "hsu.rv"],
        &["audit", "item", "004", "2026-11", "1", "--as", "hsu.rv"],
        &[
            "audit",
            "verdict",
            "004",
            "2026-11",
            "1",
            "--verdict",
            "finding",
            "--reason",
            "no_approval",
            "--as",
            "hsu.rv",
        ],
        &["audit", "verdicts", "004", "2026-11", "--as", "hsu.rv"],
        &["audit", "findings"],
        &["audit", "pace", "004", "2026-11"],
        &["audit", "reconcile", "004", "2026-11", &log, "--as", "hsu.rv"],
        &["audit", "export", "004", "2026-11", sample, "--as", "he.cmp"],
        &["audit", "verify", sample, "--key", &key],
        &["batch", "list"],
        &["batch", "show", "004-1151102-01"],
        &["consent", "show", "004", &consent, "--as", "chen.yl"],
        &["doctor"],
        &["duty", "list", "--all"],
        &["duty", "show", "reconciliation/004/2026-11"],
        &["grant", "list", "--all"],
        &["incident", "list"],
        &["incident", "show", "1"],
        &["incident", "affected", "1", "--as", "he.cmp"],
        &["incident", "measure", "1"],
        &["incident", "notice", "1", "supervisor", "--as", "he.cmp"],
        &["people", "table"],
        &["people", "changes", "--from", "2026-11-01", "--to", "2026-12-01"],
        &["people", "check", "list", "004"],
        &["people", "tasks", "004/chen.yl"],
        &["people", "tasks", "004/hsu.rv"],
        &["clauses"],
        &["provider", "list"],
        &["register", "kinds"],
        &["register", "list", "--all"],
        &["register", "use", "--from", "2026-11-01", "--to", "2026-12-01"],
        &["sheet", "list"],
        &["sheet", "show", "004", "2026-W45", "chen.yl", "--as", "chen.yl"],
        &["sheet", "verify", "004", "2026-W45"],
        &["stop", "list", "--all"],
        &[
            "subject",
            "report",
            &who,
            "--proof",
            "id_card",
            "--reference",
            "R-1",
            "--out",
            &told,
            "--as",
            "he.cmp",
        ],
        &["watch", "--once"],
        &["purge", "plan"],
        &["purge", "status"],
        &["purge", "status", "--timeline"],
        &["purge", "run"],
        &["purge", "hold", "list", "--all"],
        &["certificate", "list"],
        &["certificate", "export", certificates],
        &["journal", "export", journal],
        &["journal", "verify"],
        &["journal", "verify", journal, "--key", &key],
        &[
            "evidence",
            "pack",
            "--from",
            "2026-11-01",
            "--to",
            "2026-11-30",
            "--out",
            pack,
            "--as",
            "he.cmp",
        ],
        &["evidence", "verify", pack, "--key", &key],
        &["backup", "create", backup],
        &["serve", "--once"],
        &["work", "--once"],
    ];
    let mut found = Vec::new();
    for words in lines {
        let run = sandbox.mayfly([&["--at", CLOSED, "--lang", "zh-TW"], *words].concat());
        // What was meant to be shown was shown: an error here is one of this list. A server is copied with its own tools.
        let is_refused = ON_POSTGRES && words.starts_with(&["backup", "create"]);
        let meant: &[i32] = if is_refused { &[75] } else { &[0, 1] };
        if !meant.contains(&run.code) {
            found.push(format!("{words:?} ended with {}: {}", run.code, run.stderr));
        }
        found.extend(half_english(words, &run.stdout));
        found.extend(half_english(words, &run.stderr));
    }
    match fs::read_to_string(sandbox.path("told").join("report.txt")) {
        Ok(text) => found.extend(half_english(&["report.txt"], &text)),
        Err(_) => found.push("there is no report.txt".to_owned()),
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// While answers can be read.
#[test]
fn no_answer_is_half_english() {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(
        "004-1151102-01.csv",
        batch_file(&[BatchRow::valid(1).with("querier", "chen.yl")]),
    );
    let file = file.to_str().unwrap();
    let out = sandbox.path("out").to_str().unwrap().to_owned();
    let lines: &[&[&str]] = &[
        &["batch", "run", file],
        &["batch", "results", "004-1151102-01", "--as", "chen.yl"],
        &[
            "batch",
            "results",
            "004-1151102-01",
            "--as",
            "chen.yl",
            "--out",
            &out,
        ],
        &["purge", "status"],
        &["purge", "status", "--timeline"],
    ];
    let mut found = Vec::new();
    for words in lines {
        let run = sandbox.mayfly([&["--at", NOW, "--lang", "zh-TW"], *words].concat());
        // What the provider answered stands there in its own words.
        let text = run.expect(0).stdout;
        let own: Vec<&str> = text.lines().filter(|line| !line.starts_with("  {")).collect();
        found.extend(half_english(words, &own.join("\n")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Refusals too: of the grammar, of files and of rules.
#[test]
fn no_refusal_is_half_english() {
    let sandbox = with_sheets();
    let log = sandbox
        .file("log.csv", "batch,line\n")
        .to_str()
        .unwrap()
        .to_owned();
    let lines: &[(&[&str], &str)] = &[
        (&["batch", "lits"], "用法：mayfly batch"),
        (&["batch", "list", "x"], "(USAGE)"),
        (&["audit", "draw", "004"], "缺少："),
        (&["duty", "list", "--on", "yesterday"], "不接受此值"),
        (
            &[
                "people",
                "end",
                "004/chen.yl",
                "--on",
                "2026-11-01",
                "--reason",
                "x",
                "--as",
                "a",
                "--approved-by",
                "b",
            ],
            "(PEOPLE-",
        ),
        (
            &["audit", "reconcile", "004", "2026-10", &log, "--as", "hsu.rv"],
            "(RECONCILE-MONTH)",
        ),
        (
            &["stop", "add", "member", "999", "--reason", "x", "--as", "he.cmp"],
            "(STOP-",
        ),
    ];
    let mut found = Vec::new();
    for (words, told) in lines {
        let said = in_chinese(&sandbox, words).stderr;
        if !said.contains(told) {
            found.push(format!("{words:?}: {told} is not in {said}"));
        }
        found.extend(half_english(words, &said));
    }
    for (file, told) in [
        (log.as_str(), "使用單位紀錄檔"),
        ("none.csv", "(FILE-UNREADABLE)"),
    ] {
        let words = ["audit", "reconcile", "004", "2026-11", file, "--as", "hsu.rv"];
        let said = sandbox
            .mayfly([&["--at", CLOSED, "--lang", "zh-TW"], &words[..]].concat())
            .stderr;
        if !said.contains(told) {
            found.push(format!("{words:?}: {told} is not in {said}"));
        }
        found.extend(half_english(&words, &said));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Help of every command, but for what is typed as it stands there.
#[test]
fn no_help_is_half_english() {
    let sandbox = Sandbox::empty();
    let mut commands = vec![Vec::new()];
    let (mut found, mut count) = (Vec::new(), 0);
    while let Some(command) = commands.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let said = sandbox.mayfly([&words[..], &["--lang", "zh-TW", "--help"]].concat());
        let help = said.expect(0).stdout;
        count += 1;
        if !help.contains("用法：mayfly") || !help.contains("顯示說明") {
            found.push(format!("{words:?}: {help}"));
        }
        let (before, listed) = help.split_once("\n指令:\n").unwrap_or((&help, ""));
        let (listed, after) = listed.split_once("\n\n").unwrap_or((listed, ""));
        for line in listed
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        {
            let name = line.split_whitespace().next().unwrap();
            commands.push([&command[..], &[name.to_owned()]].concat());
        }
        for text in [before, listed, after] {
            // An English word alone may be what is typed, and so may a day.
            found.extend(half_english(
                &words,
                &text.replace(|letter: char| letter.is_ascii_digit(), "0"),
            ));
        }
    }
    assert!(count > 100, "only {count} commands");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn english_words_and_days_are_found_where_they_stand() {
    let check = |text: &str, is_half: bool| {
        assert_eq!(!half_english(&[], text).is_empty(), is_half, "{text}");
    };
    check("停止 1　member 004　since now", true);
    check("無法「make the folder」", true);
    check("於 2026-11-02 屆期", true);
    check("2026-11-02T10:00:00+08:00  chen.yl", true);
    check("請執行 `mayfly stop list`；然後", false);
    check("接下來：mayfly batch show 004-1151102-01", false);
    check("SHA-256  chen.yl wang.dg  account_review/004/2026-11-02", false);
    check("於民國115年11月2日 10:00:00；115/11/02", false);
}

/// Each line with two English words in a row of one cell, or a day that is not in years of the republic. What an approval is of is
/// shown as it is bound: lines of JSON.
fn half_english(words: &[&str], text: &str) -> Vec<String> {
    let is_half = |line: &&str| {
        let plain = without_commands(line);
        let is_run = |cell: &str| {
            let tokens: Vec<&str> = cell.split_whitespace().collect();
            let is_run = |pair: &[&str]| pair.iter().all(|word| is_english(word));
            tokens.windows(2).any(is_run)
        };
        plain.split("  ").any(is_run) || plain.split_whitespace().any(is_western_day)
    };
    let is_json = |line: &&str| line.trim_start().starts_with('"');
    let lines = text.lines().filter(|line| !is_json(line) && is_half(line));
    lines.map(|line| format!("{words:?}: {line}")).collect()
}

/// The line without what is typed as it stands there; every sign that is no ASCII stands alone.
fn without_commands(line: &str) -> String {
    let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" | ");
    let ends = ['；', '，', '。', '：'];
    let mut plain = String::new();
    for part in line.split_inclusive(ends) {
        let end = ["mayfly ", "age -d"]
            .iter()
            .filter_map(|command| part.find(command))
            .min();
        plain.push_str(&part[..end.unwrap_or(part.len())]);
    }
    let alone = |sign: char| match sign.is_ascii() {
        true => sign.to_string(),
        false => " | ".to_owned(),
    };
    plain.chars().map(alone).collect()
}

/// Lower-case letters and nothing else, more than one: codes, accounts, names of files, options and hashes have other signs.
fn is_english(word: &str) -> bool {
    let word = word.trim_matches(|sign: char| ",.;:()\"'".contains(sign));
    let rest = word.get(1..).unwrap_or_default();
    !PLACES.contains(&word)
        && word.len() > 1
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && rest.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn is_western_day(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"']);
    let day = word.get(..10).filter(|_| !word.contains(['/', '_']));
    day.is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

/// A month with queries, sheets, a stop that was lifted, an incident, an approval that was applied for, a grant and a hold.
fn house() -> Sandbox {
    let sandbox = with_sheets();
    sandbox.with_bureau(LATER);
    let act = |words: &[&str], code| {
        sandbox.mayfly([&["--at", LATER], words].concat()).expect(code);
    };
    act(
        &[
            "stop", "add", "item", "C0101", "--reason", "測試", "--as", "he.cmp",
        ],
        0,
    );
    sandbox
        .approved(LATER, &["stop", "lift", "1", "--reason", "測試結束"])
        .expect(0);
    act(
        &[
            "incident",
            "open",
            "person",
            "012/chou.q",
            "--reason",
            "trial",
            "--as",
            "he.cmp",
        ],
        0,
    );
    act(
        &[
            "purge", "hold", "add", "query", "--member", "004", "--reason", "測試", "--as", "he.cmp",
        ],
        75,
    );
    sandbox.mayfly(["--at", CLOSED, "serve", "--once"]).expect(0);
    sandbox
}

/// What a person who asks shows: number and birth date.
fn subject(sandbox: &Sandbox) -> String {
    let row = BatchRow::valid(1);
    let text = format!("{}\n{}\n", row.cell("subject_id"), row.cell("birth_date"));
    sandbox.file("who", text).to_str().unwrap().to_owned()
}

/// The member's log of the month without its second query.
fn log(sandbox: &Sandbox) -> String {
    let lines = crate::audit::reconcile::log(1..2);
    crate::audit::reconcile::written(sandbox, &lines)
}

fn verifier(sandbox: &Sandbox) -> String {
    let said = sandbox
        .mayfly(["--at", CLOSED, "--json", "journal", "verify"])
        .expect(0)
        .json();
    said["key"].as_str().unwrap().to_owned()
}

/// Where people are, as `--as` and the registers have it.
const PLACES: [&str; 3] = ["bureau", "supervisor", "provider"];
const VALUE: &str = "00112233445566778899aabbccddeeff";
