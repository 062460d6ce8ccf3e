//! Months that end are certified, deleted first and erased then; and the schedule ends them at night by itself. *Edge.*

use serde_json::json;

use super::*;
use crate::synthetic::journal;

/// What the certificates say: cohort, state, segments, records and who had it done.
fn certificates(sandbox: &Sandbox, at: &str) -> Vec<(String, String, u64, u64, String)> {
    let listed = sandbox
        .at(at, ["--json", "certificate", "list"], [""; 0])
        .expect(0)
        .json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = listed.as_array().unwrap().iter();
    all.filter(|one| one["class"] != "answer" && one["class"] != "intake")
        .map(|one| {
            assert_eq!(one["expected"], one["removed"], "{one}");
            (
                text(&one["cohort"]),
                text(&one["state"]),
                one["segments"].as_u64().unwrap(),
                one["answers"].as_u64().unwrap(),
                text(&one["actor"]),
            )
        })
        .collect()
}

fn served(sandbox: &Sandbox, at: &str) {
    sandbox.at(at, ["serve", "--once"], [""; 0]).expect(0);
}

#[test]
fn at_night_the_schedule_ends_what_is_past_its_years_and_certifies_it() {
    let sandbox = asked();
    let chunks = || number(&sandbox, "SELECT COUNT(*) FROM chunk");
    served(&sandbox, AFTER_THE_WINDOW);
    assert_eq!(chunks(), 1);
    let of_november = "SELECT COUNT(*) FROM journal_payload WHERE cohort = 'audit-202611'";

    // Past its years since midnight; the night's pass comes at two o'clock, and once.
    let before = "2031-11-03T01:59:59+08:00";
    served(&sandbox, before);
    assert_eq!((chunks(), certificates(&sandbox, before)), (1, vec![]));
    served(&sandbox, "2031-11-03T02:00:00+08:00");
    assert_eq!((chunks(), sealed(&sandbox, "query").len()), (0, 0));
    let night = "2031-11-03T02:00:01+08:00";
    let of_queries = |state: &str| {
        let actor = "schedule".to_owned();
        ("query-202611".to_owned(), state.to_owned(), 1, 3, actor)
    };
    assert_eq!(certificates(&sandbox, night), [of_queries("deleted")]);
    assert!(number(&sandbox, of_november) > 0);

    // A night that nobody was up for is made up for by the first bell after it.
    let morning = "2031-12-02T09:00:00+08:00";
    served(&sandbox, morning);
    assert_eq!(number(&sandbox, of_november), 0);
    let certified = certificates(&sandbox, morning);
    let (audit, query): (Vec<_>, Vec<_>) = certified.into_iter().partition(|one| one.0 == "audit-202611");
    assert_eq!(query, [of_queries("deleted"), of_queries("erased")]);
    assert_eq!(audit.len(), 2, "{audit:?}");
    assert!((&*audit[0].1, &*audit[1].1) == ("deleted", "erased") && audit[0].3 == audit[1].3);
    assert!(audit[0].3 > 5 && audit[0].2 == 0, "{audit:?}");

    // Nothing is certified twice, everything is accounted for, and both kinds verify anywhere.
    let entries = journal(&sandbox, morning);
    served(&sandbox, "2031-12-03T09:00:00+08:00");
    assert_eq!(certificates(&sandbox, "2031-12-03T09:00:00+08:00").len(), 4);
    let kinds = |kind: &str| entries.iter().filter(|entry| entry.kind == kind).count();
    assert_eq!(
        (kinds("destruction"), kinds("certificate"), kinds("incident")),
        (4, 6, 0)
    );
    let folder = sandbox.path("certificates");
    let late = "2031-12-03T09:00:00+08:00";
    let key = sandbox
        .at(late, ["--json", "certificate", "export"], [&folder])
        .expect(0)
        .json()["key"]
        .clone();
    let mut files = crate::support::files_below(&folder);
    files.retain(|path| path.extension().is_some_and(|end| end == "certificate"));
    assert_eq!(files.len(), 6);
    let verify = ["--json", "certificate", "verify", "--key"];
    let mut rest = vec![PathBuf::from(key.as_str().unwrap())];
    rest.extend(files);
    let judged = sandbox.at(late, verify, rest).expect(0).json();
    assert_eq!(judged["findings"], json!(0), "{judged}");
}

/// The file is removed before its row: a pass that ends in between has left evidence, and the next counts it as removed.
#[test]
fn a_pass_that_was_cut_short_between_file_and_row_loses_no_count() {
    let sandbox = asked();
    purged(&sandbox, AFTER_THE_WINDOW);
    let query = sealed(&sandbox, "query").remove(0);
    let (control, cut) = (sandbox.copy(), sandbox.copy());
    drop(sandbox);
    let lost = |sandbox: &Sandbox| {
        let inside = query.components().rev().take(4).collect::<Vec<_>>();
        let inside: PathBuf = inside.into_iter().rev().collect();
        std::fs::remove_file(sandbox.data().join(inside)).unwrap();
    };

    // The control: a file that vanished is missed, in the journal and in the count.
    lost(&control);
    let told = control
        .at(MONTH_AFTER, ["--json", "purge"], ["run"])
        .expect(1)
        .json();
    assert!(told["incidents"].as_u64().unwrap() > 0, "{told}");

    let object = query.file_stem().unwrap().to_str().unwrap();
    let evidence = format!(
        "mayfly purge evidence 1\nquery-202611\n-\n2031-11-03T00:00:00Z\nweak\nschedule\nover\n{object}\nend\n"
    );
    std::fs::create_dir_all(cut.data().join("purged")).unwrap();
    std::fs::write(cut.data().join("purged/query-202611"), evidence).unwrap();
    lost(&cut);
    let told = cut.at(MONTH_AFTER, ["--json", "purge"], ["run"]).expect(0).json();
    assert_eq!(
        (&told["incidents"], &told["years"]["residue"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(certificates(&cut, MONTH_AFTER).len(), 4);
    let left = crate::support::files_below(&cut.data().join("purged"));
    assert!(left.iter().all(|path| path.ends_with("lock")), "{left:?}");
}

/// When every row is gone that named a segment, the certificates still account for it; one that was too late says so.
#[test]
fn after_the_years_certificates_account_for_what_no_row_names() {
    let sandbox = asked();
    let made = crate::support::files_below(&sandbox.data().join("sealed")).len();
    // The control: in time.
    let late = sandbox.copy();
    purged(&sandbox, AFTER_THE_WINDOW);
    purged(&sandbox, MONTH_AFTER);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM batch"), 0);
    let said = sandbox
        .at(MONTH_AFTER, ["certificate"], ["list"])
        .expect(0)
        .stdout;
    let expected = format!("{made} segments recorded: 0 live, {made} certified as erased");
    assert!(said.contains(&expected), "{said}");
    assert!(!said.contains("after the legal limit"), "{said}");
    let doctor = sandbox.at(MONTH_AFTER, ["--json"], ["doctor"]).json();
    let mut checks = doctor.as_array().unwrap().iter();
    let segments = checks.find(|check| check["what"] == "segments").unwrap();
    assert!(
        segments["finding"].as_str().unwrap().contains(&expected),
        "{segments}"
    );

    let too_late = "2026-11-07T12:00:00+08:00";
    late.at(too_late, ["purge"], ["run"]).expect(1);
    let said = late.at(too_late, ["certificate"], ["list"]).expect(0).stdout;
    assert_eq!(said.matches("after the legal limit").count(), 2, "{said}");
}
