//! Which consents a member is asked to show: drawn by what nobody knew when they were asked for, and recomputed by anybody. *Edge.*

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::*;
use crate::batch_file::{BatchRow, batch_file};

/// 九(二)3(1): 30 consents were used, 10 are looked at; the member repeats the draw from its own numbers; what it shows closes the duty.
#[test]
fn consents_are_drawn_by_the_checkpoint_after_they_were_asked_for() {
    let sandbox = staffed();
    let rows: Vec<BatchRow> = (1..=30).map(BatchRow::valid).collect();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    sandbox.batch_run(&file, &[]);
    let asked = add(
        &sandbox,
        ["consents_asked", "004", "yu.cmp"],
        &["from=2026-01-01", "to=2026-11-02", "method=written"],
        &[],
    );
    let duty_of = asked.expect(0).json()["duty"].as_str().unwrap().to_owned();
    let selection = |number: &str| mayfly(&sandbox, NOW, &["register", "selection", number]);
    let drawn = selection("1").expect(0).json();
    assert_eq!(
        (&drawn["population"], &drawn["member"]),
        (&30.into(), &"004".into())
    );
    let refs: Vec<String> = drawn["drawn"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["consent_ref"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(refs.len(), 10);
    assert_eq!(selection("1").expect(0).json(), drawn, "it is the same each time");
    for one in drawn["drawn"].as_array().unwrap() {
        assert!(
            ["paper", "electronic"].contains(&one["channel"].as_str().unwrap()),
            "{one}"
        );
        assert!(
            !one["asked_for"].as_str().unwrap().is_empty() && one["form"].is_string(),
            "{one}"
        );
    }
    // Another implementation, from the member's own list of numbers.
    let text = batch_file(&rows);
    let text = String::from_utf8_lossy(text.as_ref());
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let column = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "consent_ref")
        .unwrap();
    let own: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[column].to_owned())
        .collect();
    let checkpoint = drawn["checkpoint"].as_str().unwrap();
    let seed = Sha256::digest(format!(
        "mayfly-consents-v1\n004\n2026-01-01\n2026-11-02\n{checkpoint}\n"
    ));
    let ranked: BTreeSet<(Vec<u8>, &String)> = own
        .iter()
        .map(|own| (Sha256::digest([&seed[..], own.as_bytes()].concat()).to_vec(), own))
        .collect();
    let first: Vec<String> = ranked.into_iter().take(10).map(|(_, own)| own.clone()).collect();
    assert_eq!(first, refs);
    // What is asked for later has another seed, and of days without queries there is nothing.
    let again = ["from=2026-01-01", "to=2026-11-02", "method=on_site"];
    add(&sandbox, ["consents_asked", "004", "yu.cmp"], &again, &[]).expect(0);
    assert_ne!(selection("2").expect(0).json()["seed"], drawn["seed"]);
    let before = ["from=2026-01-01", "to=2026-11-01", "method=written"];
    add(&sandbox, ["consents_asked", "004", "yu.cmp"], &before, &[]).expect(0);
    assert_eq!(selection("3").expect(0).json()["population"], 0);

    let shown = sandbox.file("shown.zip", b"consents");
    let more = ["--file", shown.to_str().unwrap(), "--follows", "1"];
    add(
        &sandbox,
        ["consents_shown", "004", "wu.head"],
        &["place=聯徵字第4號"],
        &more,
    )
    .expect(0);
    assert_eq!(duty(&sandbox, &duty_of)["state"], "closed");
    let check = [
        "duty",
        "close",
        "consent_check/004/2026",
        "--artefact",
        "document:paper-4",
        "--as",
        "yu.cmp",
    ];
    mayfly(&sandbox, NOW, &check).expect(0);

    let csv = sandbox
        .mayfly(["--at", NOW, "register", "selection", "1", "--csv"])
        .expect(0)
        .stdout;
    assert!(
        csv.starts_with("place,consent_ref,channel,form,version,consented_at,asked_for\r\n1,"),
        "{csv}"
    );
    assert!(
        selection("4")
            .expect(65)
            .stderr
            .contains("(REGISTER-SELECTION)\n")
    );
    assert!(selection("99").expect(65).stderr.contains("(REGISTER-UNKNOWN)\n"));
}
