//! Everything an outsider sees, word by word, against the files of `fixtures/golden`. *Edge.*
//!
//! `UPDATE_GOLDEN=1 cargo test -p e2e --test it golden` writes them anew; read the difference before you keep it.
//! Only what is random is replaced: the chunk in a query id, the journal's name and key, the hash of an encrypted file.

use std::{collections::BTreeSet, fs, process::Command};

use tempfile::TempDir;

use crate::{
    support::{Run, files_below, fixtures, setting},
    synthetic::opened,
};

#[test]
fn help_of_every_command() {
    let mut commands = vec![Vec::new()];
    let mut seen = BTreeSet::new();
    while let Some(command) = commands.pop() {
        let help = run(
            &TempDir::new().unwrap(),
            &[command.as_slice(), &["--help".to_owned()]].concat(),
        )
        .expect(0)
        .stdout;
        for name in subcommands(&help) {
            commands.push([command.as_slice(), &[name]].concat());
        }
        let name = format!(
            "help/{}.txt",
            if command.is_empty() {
                "mayfly".into()
            } else {
                command.join("-")
            }
        );
        compare(&name, &help);
        seen.insert(fixtures().join("golden").join(name));
    }
    let kept: BTreeSet<_> = files_below(&fixtures().join("golden/help")).into_iter().collect();
    assert_eq!(kept, seen, "a command has gone, and its golden file has stayed");
}

#[test]
fn the_demonstration_and_what_it_leaves() {
    let folder = TempDir::new().unwrap();
    let say = |line: &str| run(&folder, &line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    compare("demo.txt", &say("demo").expect(0).stdout);
    let results = folder.path().join("mayfly-demo/results");
    let csv = |name: &str| String::from_utf8(opened(&results.join(name))).unwrap();
    compare("results.csv", &normal(&csv("004-1151102-01.results.csv.age")));
    let answers: Vec<_> = csv("004-1151102-01.answers.csv.age")
        .split_inclusive('\n')
        .take(40)
        .map(str::to_owned)
        .collect();
    compare("answers-first-40-lines.csv", &answers.concat());

    let batch = "--data mayfly-demo batch run mayfly-demo/fixtures/004-1151102-01.csv --rejects";
    say(&format!("{batch} rejects.csv")).expect(1);
    compare(
        "rejects.csv",
        &fs::read_to_string(folder.path().join("rejects.csv")).unwrap(),
    );
    say(&format!("{batch} rejects-zh.csv --lang zh-TW")).expect(1);
    compare(
        "rejects.zh-TW.csv",
        &fs::read_to_string(folder.path().join("rejects-zh.csv")).unwrap(),
    );

    compare(
        "batch-show.json",
        &say("--data mayfly-demo --json batch show 004-1151102-01")
            .expect(0)
            .stdout,
    );
    compare(
        "batch-show.zh-TW.txt",
        &say("--data mayfly-demo batch show 004-1151102-01 --lang zh-TW")
            .expect(0)
            .stdout,
    );
    compare(
        "batch-list.txt",
        &say("--data mayfly-demo batch list").expect(0).stdout,
    );
    compare(
        "consent-show.txt",
        &say("--data mayfly-demo consent show 004 LC-AHEAD-001")
            .expect(0)
            .stdout,
    );
    compare(
        "consent-show.json",
        &say("--data mayfly-demo --json consent show 004 LC-AHEAD-001")
            .expect(0)
            .stdout,
    );
    let delivered = say("--data mayfly-demo batch results 004-1151102-01 --as chen.yl --out again")
        .expect(0)
        .stdout;
    compare("batch-results.txt", &normal(&delivered));
    let own = say("--data mayfly-demo batch results 004-1151102-01 --as chen.yl")
        .expect(0)
        .stdout;
    compare(
        "own-rows-first-40-lines.txt",
        &own.split_inclusive('\n').take(40).collect::<String>(),
    );
    let exported = say("--data mayfly-demo journal export copy").expect(0).stdout;
    compare("journal-export.txt", &normal(&exported));
    compare(
        "journal-export-README.txt",
        &normal(&fs::read_to_string(folder.path().join("copy/README")).unwrap()),
    );
    compare(
        "journal-verify.txt",
        &normal(&say("--data mayfly-demo journal verify").expect(0).stdout),
    );

    let late = "--data mayfly-demo --at 2026-11-05T10:00:00+08:00 batch results 004-1151102-01 --as chen.yl --out late";
    compare("too-late.txt", &say(late).expect(77).stderr);
    let status = "--data mayfly-demo --at 2026-11-05T10:00:00+08:00 purge status --timeline";
    compare("purge-status.txt", &say(status).expect(0).stdout);
    let purge = "--data mayfly-demo --at 2026-11-05T11:00:00+08:00 purge run";
    compare("purge-run.txt", &say(purge).expect(0).stdout);
    compare(
        "certificate-list.txt",
        &normal(&say("--data mayfly-demo certificate list").expect(0).stdout),
    );
    let shown = say("--data mayfly-demo certificate show answer-2026110202")
        .expect(0)
        .stdout;
    let (text, _signature) = shown.rsplit_once(' ').unwrap();
    compare("certificate-show.txt", &normal(text));
}

#[test]
fn a_golden_file_that_differs_is_noticed() {
    assert!(difference("a\nb\n", "a\nc\n").is_some_and(|line| line == 2));
    assert!(difference("a\n", "a\nb\n").is_some_and(|line| line == 2));
    assert!(difference("a\n", "a").is_some() && difference("a\n", "a\n").is_none());
    assert_eq!(normal("48dc9272ff2426ce-0000,2026"), "<chunk>-0000,2026");
    assert_eq!(normal("case L2026-01082"), "case L2026-01082");
    assert_eq!(
        normal("key: mayfly/sandbox/4e574380a4f4e6f7+e942feb4+ARWv2SyZ+aIq+San+fsEuSepBg8snF8pT/6W0WIA4qqt'"),
        "key: <journal key>'"
    );
    assert_eq!(
        normal("The journal of mayfly/sandbox/4e574380a4f4e6f7\n"),
        "The journal of <journal>\n"
    );
}

fn run(folder: &TempDir, arguments: &[String]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"));
    Run::of(
        command
            .args(arguments)
            .current_dir(folder.path())
            .env("COLUMNS", "100")
            .env_remove("DATABASE_URL")
            .output()
            .unwrap(),
    )
}

/// The names in the list of commands of a help text.
fn subcommands(help: &str) -> Vec<String> {
    let list = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    // A description that takes a second line is set in further.
    list.filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// Holds `shown` against the golden file `name`, or writes it anew.
#[track_caller]
pub fn compare(name: &str, shown: &str) {
    let path = fixtures().join("golden").join(name);
    if setting::<u8>("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, shown).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    if let Some(line) = difference(&golden, shown) {
        panic!("{name} is shown otherwise, from line {line} on:\n{shown}\nif it should be: UPDATE_GOLDEN=1");
    }
}

/// The first line in which two texts differ.
fn difference(golden: &str, shown: &str) -> Option<usize> {
    let mut lines = golden.split('\n').zip(shown.split('\n'));
    let shorter = golden.split('\n').count().min(shown.split('\n').count());
    (golden != shown).then(|| {
        lines
            .position(|(golden, shown)| golden != shown)
            .unwrap_or(shorter)
            + 1
    })
}

/// `text` with everything random replaced by what it is.
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let hex = rest
            .bytes()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            .count();
        let after_word = out.ends_with(|before: char| before.is_ascii_alphanumeric());
        let (length, word) = if rest.starts_with("mayfly/sandbox/") {
            let key = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=".contains(&byte);
            let length = rest.bytes().take_while(|byte| key(*byte)).count();
            (
                length,
                if rest[..length].contains('+') {
                    "<journal key>"
                } else {
                    "<journal>"
                },
            )
        } else if !after_word && hex == 16 && rest[16..].starts_with('-') {
            (16, "<chunk>")
        } else if !after_word
            && hex == 64
            && !rest[64..].starts_with(|next: char| next.is_ascii_alphanumeric())
        {
            (64, "<SHA-256>")
        } else {
            (character.len_utf8(), "")
        };
        out.push_str(if word.is_empty() { &rest[..length] } else { word });
        rest = &rest[length..];
    }
    out
}
