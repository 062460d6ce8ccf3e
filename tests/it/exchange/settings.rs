//! What configuration must not say, and folders that cannot be used. *Edge.*

use std::fs;

use super::{EXCHANGE, Trial, configure};
use crate::support::{NOW, Run};

#[test]
fn settings_that_cannot_be_are_refused_with_a_sentence_and_a_remedy() {
    let trial = Trial::of(1);
    let check = |settings: &str, code: &str, says: &str| {
        configure(&trial.sandbox, settings);
        let run = trial.sandbox.at(NOW, ["batch", "run"], [&trial.file]);
        refused(&run, code, says);
        assert!(trial.requests().is_empty(), "{settings}");
    };
    let without = |line: &str| -> String {
        let kept = EXCHANGE.lines().filter(|kept| !kept.starts_with(line));
        kept.map(|line| format!("{line}\n")).collect()
    };
    check("", "CONFIG-RULE", "[exchange] is missing");
    check(&without("operator"), "CONFIG-RULE", "names no operator");
    for operator in ["", "陳", "A123456789", "two words", &"x".repeat(65)] {
        let settings = format!("{}operator = \"{operator}\"\n", without("operator"));
        check(&settings, "CONFIG-RULE", "names no operator");
    }
    check(&without("requests"), "CONFIG-FILE", "requests");
    check(
        &format!("{EXCHANGE}reply_within_hours = 0\n"),
        "CONFIG-RULE",
        "1 to 720",
    );
    check(
        &format!("{EXCHANGE}reply_within_hours = 721\n"),
        "CONFIG-RULE",
        "1 to 720",
    );
    check(&format!("{EXCHANGE}folder = \"x\"\n"), "CONFIG-FILE", "folder");
    for requests in [
        "../exchange/replies",
        "../exchange/./replies",
        "../exchange/replies/in",
        "../exchange",
    ] {
        let settings = EXCHANGE.replace("../exchange/requests", requests);
        check(&settings, "CONFIG-RULE", "two folders beside each other");
    }
    let settings = EXCHANGE
        .replace("../exchange/requests", "..")
        .replace("../exchange/replies", "/nowhere");
    check(&settings, "CONFIG-RULE", "holds the data directory");

    fs::write(trial.sandbox.path("file"), "").unwrap();
    let elsewhere = |folder: &str| EXCHANGE.replace("../exchange/requests", folder);
    check(
        &elsewhere("../nowhere"),
        "EXCHANGE-FOLDER",
        "`requests` of the exchange is not there",
    );
    check(&elsewhere("../file"), "EXCHANGE-FOLDER", "is no folder");
    let doctor = trial.sandbox.mayfly(["--at", NOW, "doctor"]).expect(1);
    assert!(doctor.stdout.contains("(EXCHANGE-FOLDER)"), "{}", doctor.stdout);

    // Nothing was lost by all this.
    configure(&trial.sandbox, EXCHANGE);
    trial.send();
}

/// Whoever answers for the transfers is a person of the bureau with that right, today and not stopped (六(二)1).
#[test]
fn files_are_answered_for_by_a_named_person() {
    let trial = Trial::of(1);
    let run = || trial.sandbox.at(NOW, ["batch", "run"], [&trial.file]);
    for nobody in ["lin.ops", "he.cmp"] {
        configure(&trial.sandbox, &EXCHANGE.replace("gu.op", nobody));
        refused(&run(), "GATE-OPERATOR", "nothing was asked");
    }
    configure(&trial.sandbox, EXCHANGE);
    let stop = ["stop", "add", "person", "--reason", "left"];
    trial.sandbox.at(NOW, stop, ["bureau/gu.op"]).expect(0);
    refused(&run(), "GATE-OPERATOR", "nothing was asked");
    assert!(trial.requests().is_empty());
    trial
        .sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "is back"])
        .expect(0);
    trial.send();
}

#[test]
fn the_other_side_needs_its_two_folders() {
    let trial = Trial::of(1);
    let nowhere = trial.sandbox.path("");
    let run = trial.sandbox.at(NOW, ["provider", "reply"], [nowhere]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("(EXCHANGE-TRIAL)\n"), "{}", run.stderr);
    // What is no request is left where it is.
    let path = trial.sandbox.path("exchange/requests/004-00000000000000aa.req");
    fs::write(&path, "no request").unwrap();
    let run = trial
        .sandbox
        .at(NOW, ["provider", "reply"], [trial.sandbox.path("exchange")]);
    assert_eq!(run.code, 1);
    assert!(path.exists() && trial.replies().is_empty());
}

#[track_caller]
fn refused(run: &Run, code: &str, says: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (75, ""), "{}", run.stderr);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    assert!(
        lines[0].ends_with(&format!("({code})")) && lines[0].contains(says),
        "{says}: {}",
        run.stderr
    );
}
