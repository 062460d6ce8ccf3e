//! Documents that are handed out one by one: to whoever works with them and to nobody else, whole or not at all. *Edge.*

use std::process::Stdio;

use mayfly::clock::Stopwatch;

use super::*;
use crate::audit::{VALUE, asked, draw, freeze};

/// Each command with what stands before and after the place of its folder, if it has one.
fn documents() -> [(&'static [&'static str], &'static [&'static str]); 4] {
    [
        (&["audit", "export", "004", "2026-11"], &[]),
        (&["audit", "report", "004", "2026-11", "--to"], &[]),
        (&["people", "table", "--out"], &["--member", "004"]),
        (
            &["people", "changes", "--out"],
            &["--member", "004", "--from", "2026-11-01", "--to", "2026-11-30"],
        ),
    ]
}

#[test]
fn a_document_is_handed_to_whoever_works_with_it_and_to_nobody_else() {
    let sandbox = month();
    let book = sandbox.file("more.csv", MORE);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    let open = [
        "open",
        "member",
        "004",
        "--reason",
        "outbox copied",
        "--as",
        "yu.cmp",
    ];
    sandbox.at(CLOSED, ["incident"], open).expect(0);
    let out = sandbox.path("out");
    let run = |(words, more): (&[&str], &[&str]), folder: &Path, by: &str| {
        let place = folder.to_str().unwrap();
        let place: &[&str] = if words[0] == "incident" { &[] } else { &[place] };
        let words = [&["--at", CLOSED], words, place, more, &["--as", by]].concat();
        sandbox.mayfly(words)
    };
    let notice: (&[&str], &[&str]) = (&["incident", "notice", "1", "supervisor"], &[]);
    let sample = ["hsu.rv", "wu.head", "ou.aud"];
    let people = ["wu.head", "lu.adm", "ou.aud", "xu.adm"];
    let notices = ["wu.head", "ou.aud"];
    let everywhere = ["yu.cmp", "bureau/yu.cmp", "fan.fsc", "supervisor/fan.fsc"];
    let all = [
        "chen.yl", "wang.dg", "hsu.rv", "wu.head", "ou.aud", "lu.adm", "xu.adm", "gu.op", "kao.a",
    ];
    let documents = documents();
    for (number, (document, insiders)) in [
        (documents[0], &sample[..]),
        (documents[1], &sample),
        (documents[2], &people),
        (documents[3], &people),
        (notice, &notices),
    ]
    .into_iter()
    .enumerate()
    {
        let strangers = all.iter().filter(|account| !insiders.contains(account));
        for by in strangers.chain(&["nobody", "bureau/wu.head", "012/hsu.rv"]) {
            let before = crate::synthetic::journal(&sandbox, CLOSED).len();
            let refused = run(document, &out, by).expect(77);
            assert!(
                refused.stderr.contains("(EXPORT-RIGHT)"),
                "{by}: {}",
                refused.stderr
            );
            assert_eq!(refused.stderr.lines().count(), 2, "{by}: a sentence and a remedy");
            assert_eq!(refused.stdout, "", "{by}");
            let after = crate::synthetic::journal(&sandbox, CLOSED).len();
            assert!(!out.exists() && after == before, "{:?} {by}", document.0);
        }
        for (count, by) in insiders.iter().chain(&everywhere).enumerate() {
            let folder = sandbox.path(&format!("handed-{number}-{count}"));
            run(document, &folder, by).expect(0);
        }
        // Nobody is assumed.
        let words = [
            &["--at", CLOSED],
            document.0,
            &[out.to_str().unwrap()][..usize::from(number < 4)],
            document.1,
        ];
        sandbox.mayfly(words.concat()).expect(2);
    }
    // Of everybody's people only who looks after everybody's.
    for (by, exit) in [("wu.head", 77), ("lu.adm", 77), ("xu.adm", 0), ("fan.fsc", 0)] {
        let folder = sandbox.path(&format!("everybody-{by}"));
        run((&["people", "table", "--out"], &[]), &folder, by).expect(exit);
        assert_eq!(folder.exists(), exit == 0, "{by}");
    }
    // Who has the account in the journal is known with the place.
    let (folder, key) = (
        sandbox.path("handed-0-0"),
        sandbox.path("handed-0-0/verifier-key"),
    );
    let verify = [
        "--at",
        CLOSED,
        "audit",
        "verify",
        folder.to_str().unwrap(),
        "--key",
    ];
    let verify = [&verify[..], &[key.to_str().unwrap()]].concat();
    sandbox.mayfly(verify).expect(0);
}

/// D8: while the review is not closed nobody who queried or approved in the month takes the draw away, whatever else they may.
#[test]
fn a_draw_is_not_handed_to_whom_it_may_be_about_before_its_review_is_closed() {
    let sandbox = asked(4);
    let book =
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,chen.hd,陳虛玲,單位主管,,,,2024-01-01,ma.gm,,,P004-01,徵信部,,unit_head
004,ou.aud,歐虛稽,稽核,,,,2024-01-01,wu.head,,,P004-31,稽核部,,internal_auditor
";
    let book = sandbox.file("heads.csv", book);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let out = sandbox.path("out");
    let take = |by: &str| {
        let words = ["export", "004", "2026-11", out.to_str().unwrap(), "--as", by];
        audit(&sandbox, CLOSED, &words)
    };
    let refused = take("chen.hd").expect(77);
    assert!(refused.stderr.contains("(SAMPLE-OWN)"), "{}", refused.stderr);
    assert!(!out.exists() && !sandbox.path("out.partial").exists());
    take("ou.aud").expect(0);
}

/// `kill -9` while a document is written: nothing of it has the document's name.
#[test]
fn a_kill_while_a_document_is_written_leaves_nothing_under_its_name() {
    let sandbox = month();
    for (number, (words, more)) in documents().into_iter().enumerate() {
        let mut between = 0;
        for attempt in 0..ATTEMPTS {
            let name = format!("killed-{number}-{attempt}");
            let (folder, partial) = (sandbox.path(&name), sandbox.path(&format!("{name}.partial")));
            let mut command = sandbox.command();
            command.args(["--at", CLOSED]).args(words).arg(&folder).args(more);
            command
                .args(["--as", "wu.head"])
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            let watch = Stopwatch::start();
            while !folder.exists() && !partial.exists() && child.try_wait().unwrap().is_none() {
                assert!(watch.seconds() < 120.0, "{words:?}: nothing was written");
                std::thread::yield_now();
            }
            let _ = child.kill();
            child.wait().unwrap();
            let named: Vec<PathBuf> = named(&folder);
            if named.is_empty() {
                between += u32::from(folder.exists() || partial.exists());
            } else {
                whole(&sandbox, words, &folder, &named);
            }
            if between == 2 {
                break;
            }
        }
        assert!(between == 2, "{words:?}: {between} kills fell between");
    }
}

/// Files of `folder` whose names are not hidden.
fn named(folder: &Path) -> Vec<PathBuf> {
    let mut files = files_below(folder);
    files.retain(|file| {
        let path = file.strip_prefix(folder).unwrap();
        !path.iter().any(|part| part.to_string_lossy().starts_with('.'))
    });
    files
}

/// What has its name in spite of the kill is whole.
fn whole(sandbox: &Sandbox, words: &[&str], folder: &Path, named: &[PathBuf]) {
    match words[1] {
        "export" => {
            let key = folder.join("verifier-key");
            let verify = [
                "audit",
                "verify",
                folder.to_str().unwrap(),
                "--key",
                key.to_str().unwrap(),
            ];
            sandbox.mayfly(verify).expect(0);
        }
        "report" => assert_eq!(named.len(), 10, "{named:?}"),
        _ => {
            let ends = |file: &PathBuf, end: &str| fs::read(file).unwrap().ends_with(end.as_bytes());
            for file in named {
                let is_whole = match file.extension().unwrap().to_str().unwrap() {
                    "csv" => ends(file, "\r\n"),
                    "html" => ends(file, "</html>\n"),
                    _ => fs::read(file)
                        .unwrap()
                        .windows(4)
                        .any(|four| four == b"PK\x05\x06"),
                };
                assert!(is_whole, "{}", file.display());
            }
        }
    }
}

const ATTEMPTS: u32 = 60;
/// People whom the demonstration lacks.
pub(super) const MORE: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
004,ou.aud,歐虛稽,稽核,,,,2024-01-01,wu.head,,,P004-31,稽核部,,internal_auditor
";
