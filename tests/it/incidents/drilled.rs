//! A drill leaves its evidence and nothing else: nobody is stopped, nobody is notified, and the month's duty is closed. *Edge.*

use super::{duties, incident, staffed};
use crate::{
    support::{NOW, fixtures},
    synthetic::journal,
};

#[test]
fn a_drill_leaves_its_evidence_and_nothing_else() {
    let sandbox = staffed();
    let before = journal(&sandbox, NOW).len();
    let open = duties(&sandbox, NOW, &[]);
    let drilled = incident(&sandbox, NOW, &["drill", "--as", "yu.cmp"])
        .expect(0)
        .json();
    let duty = "incident_drill/bureau/2026-11";
    assert_eq!(
        (&drilled["drill"], &drilled["closed"], &drilled["duty"]),
        (&1.into(), &true.into(), &duty.into())
    );
    assert_eq!(
        (&drilled["on_the_way"], &drilled["watched"]),
        (&0.into(), &true.into())
    );
    assert!(drilled["elapsed_micros"].as_u64().is_some(), "{drilled}");
    let kinds: Vec<_> = journal(&sandbox, NOW)[before..]
        .iter()
        .map(|entry| (entry.kind, entry.reference.clone()))
        .collect();
    let own = |kind| (kind, "incident:1".to_owned());
    let expected = [
        ("stop", "stop:1".to_owned()),
        own("incident"),
        own("incident"),
        ("lift", "stop:1".to_owned()),
        own("incident"),
        ("duty", "duty:1".to_owned()),
    ];
    assert_eq!(kinds, expected);
    // Nothing is stopped, no duty is new, and this one is closed by the drill.
    let stops = sandbox
        .mayfly(["--at", NOW, "--json", "stop", "list"])
        .expect(0)
        .json();
    assert_eq!(stops.as_array().unwrap().len(), 0);
    let mut left = open.clone();
    left.retain(|name| name != duty);
    assert_eq!(
        (duties(&sandbox, NOW, &[]), left.len()),
        (left.clone(), open.len() - 1)
    );
    let shown = incident(&sandbox, NOW, &["show", "1"]).expect(0).json();
    assert_eq!(
        (&shown["state"], &shown["kind"], &shown["stopped"]),
        (&"drilled".into(), &"drill".into(), &false.into())
    );
    assert_eq!(shown["notices"].as_array().unwrap().len(), 0);
    let show = ["--at", NOW, "--json", "duty", "show", duty];
    assert_eq!(sandbox.mayfly(show).expect(0).json()["artefact"], "drill:1");
    // Its notices can be printed for practice, and say what they are.
    let words = [
        "--at",
        NOW,
        "--lang",
        "zh-TW",
        "incident",
        "notice",
        "1",
        "supervisor",
        "--as",
        "yu.cmp",
    ];
    assert!(
        sandbox
            .mayfly(words)
            .expect(0)
            .stdout
            .starts_with("資安事件通報單（演練）")
    );
    // Members go on as before.
    let (code, summary) = sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
    assert!(code == 0 || code == 1, "{summary}");
    assert!(summary["answered"].as_u64().unwrap() > 0);
    assert!(!summary["codes"].to_string().contains("GATE-MEMBER"));
}

#[test]
fn the_duty_of_the_month_is_closed_by_its_owner_and_by_a_drill_of_that_month() {
    let sandbox = staffed();
    let drill = |at: &str, by: &str| incident(&sandbox, at, &["drill", "--as", by]).expect(0).json();
    let close = |at: &str, artefact: &str| {
        let duty = "incident_drill/bureau/2026-12";
        sandbox.mayfly([
            "--at",
            at,
            "duty",
            "close",
            duty,
            "--artefact",
            artefact,
            "--as",
            "yu.cmp",
        ])
    };
    // Whoever drills does not own the duty by that; nor does a second drill close it twice.
    assert_eq!(drill(NOW, "operator")["closed"], false);
    assert_eq!(drill(NOW, "yu.cmp")["closed"], true);
    assert_eq!(drill(NOW, "yu.cmp")["closed"], false);
    let december = "2026-12-31T10:00:00+08:00";
    for (artefact, sort) in [
        ("drill:2", "of November"),
        ("drill:9", "of nobody"),
        ("drill:x", "no number"),
    ] {
        let refused = close(december, artefact).expect(65);
        assert!(
            refused.stderr.contains("DUTY-ARTEFACT"),
            "{sort}: {}",
            refused.stderr
        );
    }
    assert_eq!(drill(december, "operator")["drill"], 4);
    close(december, "drill:4").expect(0);
    let january = "2027-02-01T10:00:00+08:00";
    let overdue = duties(&sandbox, january, &["--overdue"]);
    let drills: Vec<_> = overdue
        .iter()
        .filter(|name| name.starts_with("incident_drill"))
        .collect();
    assert_eq!(drills, ["incident_drill/bureau/2027-01"]);
}
