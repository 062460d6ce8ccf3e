//! What is refused of incidents: each with its code, a sentence and a remedy, and nothing is half-done. *Edge.*

use super::{BOOK, duties, incident, opened, staffed};
use crate::{
    support::{NOW, Sandbox},
    synthetic::journal,
};

#[test]
fn each_refusal_of_an_incident_has_its_code_and_changes_nothing() {
    let sandbox = staffed();
    opened(&sandbox, &["item", "C0101"], &[]);
    incident(&sandbox, NOW, &["drill"]).expect(0);
    let report = sandbox.file("report.txt", "what happened");
    let empty = sandbox.file("empty.txt", "");
    let (report, empty) = (report.to_str().unwrap(), empty.to_str().unwrap());
    let before = (journal(&sandbox, NOW).len(), duties(&sandbox, NOW, &["--all"]));
    let future = "2026-11-02T10:00:01+08:00";
    let long = "x".repeat(201);
    for (code, exit, words) in [
        ("INCIDENT-UNKNOWN", 65, &["show", "9"][..]),
        ("INCIDENT-UNKNOWN", 65, &["affected", "9", "--as", "yu.cmp"]),
        ("INCIDENT-UNKNOWN", 65, &["measure", "9"]),
        (
            "INCIDENT-UNKNOWN",
            65,
            &["notice", "9", "supervisor", "--as", "yu.cmp"],
        ),
        ("INCIDENT-UNKNOWN", 65, &["note", "9", "finding", "--note", "x"]),
        (
            "INCIDENT-UNKNOWN",
            65,
            &["close", "9", "--outcome", "unfounded", "--report", report],
        ),
        ("INCIDENT-CLOSED", 65, &["note", "2", "finding", "--note", "x"]),
        ("INCIDENT-CLOSED", 65, &["measure", "2"]),
        (
            "INCIDENT-CLOSED",
            65,
            &["close", "2", "--outcome", "unfounded", "--report", report],
        ),
        ("INCIDENT-STEP", 65, &["note", "1", "opinion", "--note", "x"]),
        ("INCIDENT-SANCTION", 65, &["note", "1", "warning", "--note", "x"]),
        ("STOP-REASON", 65, &["note", "1", "finding", "--note", ""]),
        (
            "STOP-REASON",
            65,
            &["note", "1", "finding", "--note", "about A123456789"],
        ),
        ("STOP-REASON", 65, &["note", "1", "finding", "--note", &long]),
        (
            "INCIDENT-RECIPIENT",
            65,
            &["notice", "1", "police", "--as", "yu.cmp"],
        ),
        (
            "INCIDENT-TIME",
            65,
            &["affected", "1", "--from", NOW, "--until", NOW, "--as", "yu.cmp"],
        ),
        (
            "INCIDENT-FILE",
            65,
            &["affected", "1", "--out", report, "--as", "yu.cmp"],
        ),
        (
            "INCIDENT-FILE",
            65,
            &[
                "affected",
                "1",
                "--out",
                "no-such-folder/affected.csv",
                "--as",
                "yu.cmp",
            ],
        ),
        (
            "INCIDENT-REPORT",
            65,
            &["close", "1", "--outcome", "unfounded", "--report", "no-such-file"],
        ),
        (
            "INCIDENT-REPORT",
            65,
            &["close", "1", "--outcome", "unfounded", "--report", empty],
        ),
        (
            "INCIDENT-NOTICES",
            75,
            &["close", "1", "--outcome", "unfounded", "--report", report],
        ),
        (
            "INCIDENT-TIME",
            65,
            &["open", "link", "--reason", "x", "--known", future],
        ),
        (
            "INCIDENT-TIME",
            65,
            &["open", "link", "--reason", "x", "--from", future],
        ),
        (
            "DUTY-DAY",
            65,
            &["open", "link", "--reason", "x", "--known", "2020-01-01T00:00:00Z"],
        ),
        ("STOP-TARGET", 65, &["open", "member", "999", "--reason", "x"]),
        (
            "STOP-TARGET",
            65,
            &["open", "person", "004/nobody", "--reason", "x"],
        ),
        ("STOP-TARGET", 65, &["open", "person", "nobody", "--reason", "x"]),
        ("STOP-TARGET", 65, &["open", "item", "X", "--reason", "x"]),
        ("STOP-TARGET", 65, &["open", "item", "C0999", "--reason", "x"]),
        ("STOP-REASON", 65, &["open", "link", "--reason", ""]),
        (
            "STOP-REASON",
            65,
            &["open", "link", "--reason", "about A123456789"],
        ),
        (
            "USAGE",
            2,
            &["open", "link", "--reason", "x", "--as", "A123456789"],
        ),
        ("USAGE", 2, &["open", "link", "--reason", "x", "--wait", "601"]),
        (
            "USAGE",
            2,
            &["open", "link", "--reason", "x", "--as", "supervisor/"],
        ),
        (
            "STOP-RIGHT",
            77,
            &["open", "link", "--reason", "x", "--as", "nobody"],
        ),
        (
            "STOP-RIGHT",
            77,
            &["open", "link", "--reason", "x", "--as", "xu.adm"],
        ),
        (
            "STOP-RIGHT",
            77,
            &["note", "1", "finding", "--note", "x", "--as", "xu.adm"],
        ),
        (
            "STOP-RIGHT",
            77,
            &[
                "close",
                "1",
                "--outcome",
                "unfounded",
                "--report",
                report,
                "--as",
                "xu.adm",
            ],
        ),
        ("STOP-RIGHT", 77, &["drill", "--as", "nobody"]),
    ] {
        let refused = incident(&sandbox, NOW, words);
        assert_eq!(refused.code, exit, "{words:?}: {}", refused.stderr);
        let mut lines = refused.stderr.lines();
        let sentence = lines.next().unwrap_or_default();
        assert!(sentence.ends_with(&format!("({code})")), "{words:?}: {sentence}");
        assert!(lines.next().is_some_and(|remedy| remedy.len() > 10), "{words:?}");
        assert!(!refused.stderr.contains("A123456789"), "{words:?}");
    }
    assert_eq!(
        (journal(&sandbox, NOW).len(), duties(&sandbox, NOW, &["--all"])),
        before
    );
    let stops = sandbox
        .mayfly(["--at", NOW, "--json", "stop", "list"])
        .expect(0)
        .json();
    assert_eq!(stops.as_array().unwrap().len(), 1);
}

/// The supervisor and the provider stop, too; who has an account of the same name as somebody elsewhere says where.
#[test]
fn the_supervisor_and_the_provider_stop_under_their_own_names() {
    let sandbox = Sandbox::with_master_data();
    let book = format!(
        "{BOOK}supervisor,yu.cmp,于虛督,稽核,,,,2024-01-01,board,,,S-01,監理組,,supervisor_auditor
provider,bao.aud,包虛勞,稽核,,,,2024-01-01,board,,,P-01,稽核室,,provider_auditor
"
    );
    let book = sandbox.file("book.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    let stop = |by: &str| {
        let words = ["stop", "add", "member", "004", "--reason", "test", "--as", by];
        sandbox.mayfly([&["--at", NOW][..], &words].concat())
    };
    let twice = stop("yu.cmp");
    assert_eq!(twice.code, 77);
    assert!(twice.stderr.contains("bureau/ACCOUNT"), "{}", twice.stderr);
    for by in ["supervisor/yu.cmp", "bureau/yu.cmp", "bao.aud", "operator"] {
        stop(by).expect(0);
    }
    incident(
        &sandbox,
        NOW,
        &["open", "link", "--reason", "x", "--as", "provider/bao.aud"],
    )
    .expect(0);
    let listed = sandbox
        .mayfly(["--at", NOW, "--json", "stop", "list"])
        .expect(0)
        .json();
    let placed_by = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|stop| stop["placed_by"].as_str().unwrap());
    assert_eq!(
        placed_by.collect::<Vec<_>>(),
        [
            "supervisor/yu.cmp",
            "yu.cmp",
            "provider/bao.aud",
            "operator",
            "provider/bao.aud"
        ]
    );
    // Who is stopped stops nobody.
    sandbox
        .at(
            NOW,
            ["stop", "add", "person"],
            ["provider/bao.aud", "--reason", "left"],
        )
        .expect(0);
    assert!(stop("bao.aud").stderr.contains("STOP-RIGHT"));
}
