//! Holds: placed, listed, lifted; they keep records of years, and no answer. *Edge.*

use serde_json::json;

use super::*;

#[test]
fn a_hold_keeps_what_it_names_until_it_is_lifted() {
    let sandbox = asked();
    purged(&sandbox, AFTER_THE_WINDOW);
    let add = [
        "purge", "hold", "add", "query", "--batch", BATCH, "--reason", "case 7",
    ];
    assert_eq!(
        sandbox.approved(AFTER_THE_WINDOW, &add).expect(0).json(),
        json!({ "hold": 1 })
    );
    let month = [
        "purge", "hold", "add", "audit", "--month", "2026-11", "--reason", "case 7",
    ];
    sandbox.approved(AFTER_THE_WINDOW, &month).expect(0);
    let listed = sandbox
        .at(AFTER_THE_WINDOW, ["--json", "purge", "hold", "list"], [""; 0])
        .expect(0)
        .json();
    assert_eq!(
        (&listed[0]["batch"], &listed[1]["month"]),
        (&json!(BATCH), &json!("2026-11"))
    );

    let payloads = number(&sandbox, "SELECT COUNT(*) FROM journal_payload");
    let years = purged(&sandbox, MONTH_AFTER);
    assert_eq!(
        (&years["months"], &years["files"]),
        (&json!(0), &json!(0)),
        "{years}"
    );
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM chunk"), 1);
    assert_eq!(years["held"], json!(1 + payloads));
    let queries = sealed(&sandbox, "query");
    assert_eq!(opened(&sandbox, &sandbox.data(), &queries[0]).unwrap(), 3);
    assert!(sealed(&sandbox, "answer").is_empty(), "no hold keeps an answer");

    for hold in ["1", "2"] {
        sandbox
            .approved(
                MONTH_AFTER,
                &["purge", "hold", "lift", "--reason", "closed", hold],
            )
            .expect(0);
    }
    let years = purged(&sandbox, MONTH_AFTER);
    assert_eq!(
        (&years["held"], &years["files"], &years["months"]),
        (&json!(0), &json!(1), &json!(2)),
        "{years}"
    );
    let again = sandbox.at(
        MONTH_AFTER,
        ["purge", "hold", "lift", "--reason", "closed"],
        ["1"],
    );
    assert!(again.expect(65).stderr.contains("(HOLD-UNKNOWN)\n"));
}

#[test]
fn a_hold_names_a_batch_and_its_own_member() {
    let sandbox = asked();
    let add = |member: &'static str| {
        let words = [
            "purge", "hold", "add", "query", "--reason", "case 7", "--batch", BATCH,
        ];
        [&words[..], &["--member", member]].concat()
    };
    let refused = sandbox.mayfly([&["--at", NOW], &add("012")[..]].concat());
    assert!(refused.expect(65).stderr.contains("(HOLD-SCOPE)\n"));
    let kept = "SELECT COUNT(*) FROM hold";
    assert_eq!(number(&sandbox, kept), 0);
    sandbox.approved(NOW, &add("004")).expect(0);
    assert_eq!(number(&sandbox, kept), 1);
}

#[test]
fn a_hold_that_would_keep_an_answer_or_nothing_is_refused() {
    let sandbox = Sandbox::empty();
    let check = |arguments: &[&str], code: i32, name: &str| {
        let run = sandbox.at(NOW, ["purge", "hold", "add", "--reason", "case 7"], arguments);
        let told = run.expect(code).stderr;
        assert!(told.contains(&format!("({name})\n")), "{arguments:?}: {told}");
    };
    check(&["answer"], 77, "HOLD-ANSWER");
    check(&["intake", "--month", "2026-11"], 77, "HOLD-ANSWER");
    check(&["answers"], 65, "HOLD-SCOPE");
    check(&["query", "--month", "2026-13"], 65, "HOLD-SCOPE");
    check(&["query", "--month", "202611"], 65, "HOLD-SCOPE");
    check(&["consent", "--batch", BATCH], 65, "HOLD-SCOPE");
    check(&["audit", "--member", "004"], 65, "HOLD-SCOPE");
    check(&["query", "--member", "A123456789"], 65, "HOLD-SCOPE");
    // A slip of the pen would lose the evidence.
    check(&["query", "--member", "999"], 65, "MEMBER-UNKNOWN");
    check(&["query", "--batch", "nope"], 65, "BATCH-UNKNOWN");
    check(&["register", "--member", "005"], 65, "MEMBER-UNKNOWN");
    let told = sandbox.at(NOW, ["purge", "hold", "add", "query", "--reason"], [""]);
    assert!(told.expect(65).stderr.contains("(STOP-REASON)\n"));
}
