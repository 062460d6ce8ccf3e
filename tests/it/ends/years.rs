//! Five years and a day on the real binary: what is over goes, what is not stays, and the journal still verifies. *Edge.*

use std::{fs, sync::Arc};

use mayfly_retention::{Cohort, Custody, OsRandomness, RetentionError};
use serde_json::json;

use super::*;
use crate::{support::copy_folder, synthetic::journal};

#[test]
fn after_five_years_and_a_day_the_payloads_are_gone_and_the_journal_verifies() {
    let sandbox = asked();
    // One credit was refused, one runs for years, of the third nobody has heard.
    let outcomes = sandbox.file(
        "outcomes.csv",
        "member,consent_ref,outcome,date\n004,T-000001,refused,2026-11-02\n004,T-000002,granted,2040-01-01\n",
    );
    sandbox.at(NOW, ["consent", "outcome"], [outcomes]).expect(0);

    purged(&sandbox, AFTER_THE_WINDOW);

    // On the last day everything is there and opens: the control. (An authorisation of the fixtures ended long before.)
    let years = purged(&sandbox, LAST_DAY);
    assert_eq!(
        (&years["deleted"], &years["files"], &years["months"]),
        (&json!(1), &json!(0), &json!(0)),
        "{years}"
    );
    let copy = sandbox.path("stolen");
    fs::create_dir(&copy).unwrap();
    copy_folder(&sandbox.data().join("sealed"), &copy.join("sealed"));
    let queries = sealed(&sandbox, "query");
    assert_eq!(queries.len(), 1);
    assert_eq!(opened(&sandbox, &copy, &queries[0]).unwrap(), 3);
    for reference in ["T-000001", "T-000002", "T-000003"] {
        sandbox
            .at(LAST_DAY, ["consent", "show", "004"], [reference])
            .expect(0);
    }
    let old_payloads = "SELECT COUNT(*) FROM journal_payload WHERE entered_at < 1793700000000000";
    let payloads = number(&sandbox, old_payloads);
    assert!(payloads > 5, "{payloads}");
    let entries = journal(&sandbox, LAST_DAY);

    // A day later: the chunk and its batch, the refused consent, every payload of that day; all of it counted.
    let years = purged(&sandbox, DAY_AFTER);
    assert_eq!(years["deleted"], json!(3 + payloads), "{years}");
    assert_eq!(
        (&years["files"], &years["residue"], &years["held"]),
        (&json!(1), &json!(0), &json!(0))
    );
    // What is open is told: the consent without an outcome.
    assert_eq!(years["open"], 1);
    assert_eq!(number(&sandbox, old_payloads), 0);
    for (table, left) in [("chunk", 0), ("batch", 0), ("consent", 2), ("transfer", 0)] {
        assert_eq!(
            number(&sandbox, &format!("SELECT COUNT(*) FROM {table}")),
            left,
            "{table}"
        );
    }
    assert!(sealed(&sandbox, "query").is_empty());
    sandbox
        .at(DAY_AFTER, ["consent", "show", "004"], ["T-000001"])
        .expect(65);
    for reference in ["T-000002", "T-000003"] {
        sandbox
            .at(DAY_AFTER, ["consent", "show", "004"], [reference])
            .expect(0);
    }
    // Of the rows the bare uses of living consents are left, and nobody's name.
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM request"), 2);
    assert_eq!(
        number(
            &sandbox,
            "SELECT COUNT(*) FROM request WHERE querier = '' AND entry IS NULL"
        ),
        2
    );
    let after = journal(&sandbox, DAY_AFTER);
    assert_eq!(
        after[..entries.len()],
        entries[..],
        "entries stay; only what they were about goes"
    );
    assert!(after[entries.len()..].iter().any(|line| line.kind == "deletion"));
    sandbox.at(DAY_AFTER, ["journal"], ["verify"]).expect(0);
    // Deleted, not erased yet: a copy from before still opens with the month's key.
    assert_eq!(opened(&sandbox, &copy, &queries[0]).unwrap(), 3);

    // When the month's own years are over, the key goes, and every copy with it; the consents' key stays.
    let years = purged(&sandbox, MONTH_AFTER);
    assert_eq!(years["months"], 2, "{years}");
    assert_eq!(
        opened(&sandbox, &copy, &queries[0]),
        Err(RetentionError::KeyDestroyed)
    );
    let custody = Custody::open(&sandbox.data().join("keys"), Arc::new(OsRandomness)).unwrap();
    let is_destroyed = |name| custody.is_destroyed(Cohort::parse(name).unwrap()).unwrap();
    assert!(is_destroyed("query-202611") && is_destroyed("audit-202611"));
    assert!(!is_destroyed("consent-202611"));
    assert_eq!(
        number(
            &sandbox,
            "SELECT COUNT(*) FROM destruction WHERE cohort IN ('query-202611', 'audit-202611')"
        ),
        2
    );
    sandbox
        .at(MONTH_AFTER, ["consent", "show", "004"], ["T-000002"])
        .expect(0);
    sandbox.at(MONTH_AFTER, ["journal"], ["verify"]).expect(0);
    let nothing = purged(&sandbox, MONTH_AFTER);
    assert_eq!((&nothing["deleted"], &nothing["months"]), (&json!(0), &json!(0)));
}

/// What `purge plan` says of years is what `purge run` does, by month and table; `purged` compares the numbers each time.
#[test]
fn the_plan_names_the_records_and_the_months_that_go() {
    let sandbox = asked();
    purged(&sandbox, AFTER_THE_WINDOW);
    let plan = |at: &str| sandbox.at(at, ["purge"], ["plan"]).expect(0).stdout;
    assert!(!plan(AFTER_THE_WINDOW).contains("query-202611"), "the control");
    let said = plan(MONTH_AFTER);
    for line in [
        "1 of chunk            query-202611 with 1 sealed files",
        "1 of batch            query-202611 with 0 sealed files",
        "the key of query-202611\n",
        "the key of audit-202611\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("the key of consent-202611"), "{said}");
    purged(&sandbox, MONTH_AFTER);
    assert!(!plan(MONTH_AFTER).contains("202611"), "{}", plan(MONTH_AFTER));
    // Without the database nobody knows, and that is said. What is of hours is planned all the same.
    let settings = sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("database"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(
        &settings,
        format!("database = \"postgres://nobody@127.0.0.1:1/none\"\n{text}"),
    )
    .unwrap();
    let said = plan(MONTH_AFTER);
    assert!(
        said.contains("of the classes of years nothing is known"),
        "{said}"
    );
}

#[test]
fn a_use_that_was_forgotten_does_not_come_back_and_goes_with_its_consent() {
    let sandbox = asked();
    let outcomes = sandbox.file(
        "outcomes.csv",
        "member,consent_ref,outcome,date\n004,T-000002,granted,2040-01-01\n",
    );
    sandbox.at(NOW, ["consent", "outcome"], [outcomes]).expect(0);
    purged(&sandbox, AFTER_THE_WINDOW);
    purged(&sandbox, DAY_AFTER);
    let row = BatchRow::valid(2).on_registered_consent();
    let again = sandbox.file("004-1201103-01.csv", batch_file(&[row]));
    let told = sandbox
        .at(DAY_AFTER, ["--json", "batch", "run"], [again])
        .expect(1)
        .json();
    assert_eq!(told["codes"]["CNS-USED"], 1, "{told}");

    purged(&sandbox, "2031-11-06T04:00:00+08:00");
    purged(&sandbox, "2045-01-01T12:00:00+08:00");
    assert_eq!(
        number(
            &sandbox,
            "SELECT COUNT(*) FROM consent WHERE consent_ref = 'T-000002'"
        ),
        1
    );
    purged(&sandbox, "2045-01-02T00:00:00+08:00");
    assert_eq!(
        number(
            &sandbox,
            "SELECT COUNT(*) FROM consent WHERE consent_ref = 'T-000002'"
        ),
        0
    );
    // What is left are the uses of the two consents whose outcome nobody knows.
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM request"), 2);
}

#[test]
fn an_authorisation_and_a_stop_that_have_ended_end_with_their_years() {
    let sandbox = Sandbox::with_master_data();
    let stop = ["--json", "stop", "add", "item", "C0101", "--reason", "trial"];
    sandbox.at(NOW, stop, [""; 0]).expect(0);
    sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "over"])
        .expect(0);
    let ended = "SELECT COUNT(*) FROM authorisation WHERE to_day IS NOT NULL AND to_day < '2026-11-02'";
    let all = number(&sandbox, "SELECT COUNT(*) FROM authorisation");
    let ended = number(&sandbox, ended);
    purged(&sandbox, LAST_DAY);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM stop"), 1);
    purged(&sandbox, DAY_AFTER);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM stop"), 0);
    assert!(ended > 0, "the fixtures have an authorisation that has ended");
    assert!(number(&sandbox, "SELECT COUNT(*) FROM authorisation") <= all - ended);
    let live = "SELECT COUNT(*) FROM authorisation WHERE to_day IS NULL";
    assert!(number(&sandbox, live) > 0);
}
