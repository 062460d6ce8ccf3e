//! A consent from before its batch to years after: sent ahead, contradicted, withdrawn, kept, and shown. *Edge.*

use std::fs;

use serde_json::json;

use super::{BATCH, prepared, ran};
use crate::{
    batch_file::{BatchRow, batch_file, consent_ref, consents_file},
    support::{NOW, Sandbox, fixtures},
};

#[test]
fn consents_sent_ahead_are_taken_once_and_never_contradicted() {
    let sandbox = prepared();
    let file = fixtures().join("demo/consents.csv");
    let again = sandbox
        .at(NOW, ["--json", "consent", "import"], [&file])
        .expect(0)
        .json();
    assert_eq!((&again["new"], &again["known"]), (&json!(0), &json!(4)));
    let text = fs::read_to_string(&file).unwrap();
    let contradicting = sandbox.file("other.csv", text.replacen("V45861015", "V45861016", 1));
    let refused = sandbox.at(NOW, ["consent", "import"], [contradicting]).expect(65);
    assert!(
        refused.stderr.contains("line 2") && refused.stderr.contains("(IMPORT-CONFLICT)\n"),
        "{}",
        refused.stderr
    );

    let (code, summary) = sandbox.batch_run(&super::demo_batch(), &[]);
    assert_eq!(code, 1);
    for code in ["CNS-CONFLICT", "CNS-WITHDRAWN", "CNS-OTHER-MEMBER"] {
        assert_eq!(summary["codes"][code], 1, "{code}: {}", summary["codes"]);
    }
}

#[test]
fn a_withdrawal_stops_what_is_accepted_but_not_yet_asked() {
    let sandbox = Sandbox::with_master_data();
    let row = BatchRow::valid(1);
    let ahead = sandbox.file("ahead.csv", consents_file("004", std::slice::from_ref(&row)));
    sandbox.at(NOW, ["consent", "import"], [ahead]).expect(0);
    let file = sandbox.file(
        "004-1151102-01.csv",
        batch_file(&[row.on_registered_consent(), BatchRow::valid(2)]),
    );
    sandbox.at(NOW, ["batch", "submit"], [file]).expect(0);
    let outcome = sandbox.file(
        "o.csv",
        "member,consent_ref,outcome,date\n004,T-000001,withdrawn,2026-11-02\n",
    );
    let told = sandbox
        .at(NOW, ["--json", "consent", "outcome"], [&outcome])
        .expect(0)
        .json();
    assert_eq!(told["withdrawn"], 1);
    let told = sandbox
        .at(NOW, ["--json", "consent", "outcome"], [&outcome])
        .expect(0)
        .json();
    assert_eq!((&told["withdrawn"], &told["known"]), (&json!(0), &json!(1)));
    sandbox.at(NOW, ["work"], ["--once"]).expect(0);
    let shown = sandbox
        .mayfly(["--json", "batch", "show", "004-1151102-01"])
        .expect(0)
        .json();
    assert_eq!(shown["codes"], json!({ "CNS-WITHDRAWN": 1 }));
    assert_eq!(shown["refused"], 1);
}

#[test]
fn the_outcome_of_the_credit_says_how_long_a_consent_is_kept() {
    let sandbox = prepared();
    let record = |outcome: &str, date: &str| {
        let text = format!("member,consent_ref,outcome,date\n004,LC-AHEAD-001,{outcome},{date}\n");
        sandbox.at(NOW, ["consent", "outcome"], [sandbox.file("o.csv", text)])
    };
    let kept = || {
        sandbox
            .at(NOW, ["--json", "consent", "show", "004"], ["LC-AHEAD-001"])
            .expect(0)
            .json()["kept_until"]
            .clone()
    };
    assert!(kept().as_str().unwrap().starts_with("open"), "{}", kept());
    record("granted", "2029-02-28").expect(0);
    assert_eq!(kept(), "2034-02-28");
    record("granted", "2031-06-30").expect(0);
    assert_eq!(kept(), "2036-06-30");
    // Lengthened, never shortened; and a refusal cannot follow a grant.
    for (outcome, date) in [
        ("granted", "2030-01-01"),
        ("refused", "2026-11-02"),
        ("granted", "someday"),
        ("sold", "2026-11-02"),
    ] {
        record(outcome, date).expect(65);
        assert_eq!(kept(), "2036-06-30", "{outcome} {date}");
    }
    let unknown = sandbox.file(
        "u.csv",
        "member,consent_ref,outcome,date\n004,NO-SUCH,refused,2026-11-02\n",
    );
    sandbox.at(NOW, ["consent", "outcome"], [unknown]).expect(65);
}

#[test]
fn a_consent_is_shown_years_later_with_the_exact_text_it_was_given_on() {
    let (sandbox, _) = ran();
    // A version 4 has come since; the text shown is that of the version the subject agreed to.
    let form = fs::read_to_string(fixtures().join("forms/LN-01-3.toml")).unwrap();
    let newer = form
        .replace("version = \"3\"", "version = \"4\"")
        .replace("in_force_from = 2026-10-31", "in_force_from = 2027-01-01")
        .replace("第三版", "第四版");
    let file = sandbox.file("LN-01-4.toml", newer);
    sandbox.at(NOW, ["form", "import"], [file]).expect(0);

    let text = form
        .split("text = \"\"\"\n")
        .nth(1)
        .unwrap()
        .split("\"\"\"")
        .next()
        .unwrap();
    const LATER: &str = "2031-08-15T09:00:00+08:00";
    let shown = sandbox
        .at(LATER, ["--json", "consent", "show", "004"], ["LC-AHEAD-001"])
        .expect(0)
        .json();
    assert_eq!(shown["form_text"].as_str().unwrap(), text);
    assert_eq!(
        (&shown["form_id"], &shown["form_version"]),
        (&json!("LN-01"), &json!("3"))
    );
    assert_eq!(shown["consented_at"], "2026-10-31T07:00:00Z");
    assert_eq!(
        (&shown["idv_method"], &shown["idv_ref"]),
        (&json!("fido"), &json!("V45861015"))
    );
    assert!(shown["subject_id"].as_str().unwrap().contains("***"), "{shown}");
    let plain = sandbox
        .at(LATER, ["consent", "show", "004"], ["LC-AHEAD-001"])
        .expect(0)
        .stdout;
    assert!(plain.contains(text.trim_end()), "{plain}");

    // One that came with a batch is kept as well as one that was sent ahead; a withdrawn one says so.
    let row = fs::read_to_string(super::demo_batch()).unwrap();
    let reference = row.lines().nth(1).unwrap().split(',').nth(11).unwrap().to_owned();
    let shown = sandbox
        .at(LATER, ["--json", "consent", "show", "004"], [&reference])
        .expect(0)
        .json();
    assert_eq!(shown["consent_ref"], reference.as_str(), "{BATCH}");
    let shown = sandbox
        .at(LATER, ["--json", "consent", "show", "004"], ["LC-AHEAD-002"])
        .expect(0)
        .json();
    assert!(shown["withdrawn_at"].is_string(), "{shown}");
    for (member, reference) in [("012", "LC-AHEAD-001"), ("004", "NO-SUCH")] {
        sandbox
            .at(LATER, ["consent", "show"], [member, reference])
            .expect(65);
    }
}

/// Chunks are screened ahead, before the one in front of them is committed. What that one changes is seen all the same.
#[test]
fn a_consent_that_an_earlier_chunk_brought_is_known_to_the_next() {
    let sandbox = Sandbox::with_master_data();
    let chunk = mayfly::gate::CHUNK_ROWS as u64;
    let mut rows: Vec<_> = (1..=2 * chunk + 1).map(BatchRow::valid).collect();
    // In the second chunk somebody else's row brings a consent of the first as its own; ahead, it seems new.
    rows[chunk as usize + 5] = BatchRow::valid(2 * chunk + 9).with("consent_ref", consent_ref(7));
    // In the third a row refers to one of the second; ahead, there seems to be none.
    rows[2 * chunk as usize] = BatchRow::valid(2 * chunk + 10)
        .with("consent_ref", consent_ref(chunk + 8))
        .on_registered_consent();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let (code, summary) = sandbox.batch_run(&file, &[]);
    assert_eq!((code, &summary["refused"]), (1, &json!(2)), "{summary}");
    let expected = json!({ "CNS-CONFLICT": 1, "CNS-OTHER-SUBJECT": 2, "CNS-USED": 2 });
    assert_eq!(summary["codes"], expected);
}
