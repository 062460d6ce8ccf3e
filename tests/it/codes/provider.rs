//! Codes of the provider: the sandbox misbehaves in one way towards everybody, then behaves. *Edge.*

use std::{collections::BTreeMap, fs, thread};

use super::Desk;
use crate::{batch_file::BatchRow, support::NOW};

/// A fault of the sandbox provider, and what comes of a query that meets it.
pub(super) struct Case {
    fault: &'static str,
    pub(super) code: &'static str,
    outcome: &'static str,
    /// Whether recalling the query by its id brings the answer although the fault goes on.
    passes: bool,
    /// Whether the other side received the question.
    received: bool,
}

#[test]
fn each_fault_of_the_provider_comes_out_with_its_code() {
    thread::scope(|scope| {
        for case in CASES {
            scope.spawn(|| try_out(case));
        }
    });
}

fn try_out(case: &Case) {
    let desk = Desk::open();
    configure(&desk, case.fault, 1000);
    let ran = desk.run(&[BatchRow::valid(1)]);
    if case.code.is_empty() {
        ran.expect_answered();
    } else {
        ran.expect(2, case.outcome, &[("", case.code)]);
    }
    let settled = work(&desk);
    assert_eq!(settled, u64::from(case.passes), "{}", case.fault);
    let shown = desk.show(&ran.batch);
    let still = if case.passes { "answered" } else { case.outcome };
    assert_eq!(shown[still], 1, "{}: {shown}", case.fault);

    // The same consent again, while the provider behaves: free after a failure, taken otherwise (D24).
    configure(&desk, case.fault, 0);
    let again = desk.run(&[BatchRow::valid(1)]);
    match case.outcome {
        "failed" => again.expect_answered(),
        _ => again.expect(2, "refused", &[("consent_ref", "CNS-USED")]),
    };

    // What was unresolved is settled now, by its query id.
    let still_open = case.outcome == "unresolved" && !case.passes;
    assert_eq!(work(&desk), u64::from(still_open), "{}", case.fault);
    let shown = desk.show(&ran.batch);
    let last = if case.outcome == "failed" {
        "failed"
    } else {
        "answered"
    };
    assert_eq!(shown[last], 1, "{}: {shown}", case.fault);
    assert_eq!(
        shown["codes"].as_object().unwrap().is_empty(),
        last == "answered",
        "{}: {shown}",
        case.fault
    );
    check_ledger(&desk, case);
}

/// Nothing was asked twice, and only what had been asked was recalled.
fn check_ledger(desk: &Desk, case: &Case) {
    let ledger = fs::read_to_string(desk.sandbox.data().join("ledger.txt")).unwrap_or_default();
    let mut asked: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for line in ledger.lines() {
        let (word, id) = line.split_once(' ').unwrap();
        let counts = asked.entry(id).or_default();
        match word {
            "ask" => counts.0 += 1,
            _ => counts.1 += 1,
        }
    }
    let again = u32::from(case.outcome == "failed");
    assert_eq!(
        asked.len(),
        usize::try_from(u32::from(case.received) + again).unwrap(),
        "{}: {ledger}",
        case.fault
    );
    for (id, (asks, recalls)) in asked {
        assert_eq!(asks, 1, "{}: {id} was asked {asks} times", case.fault);
        assert!(
            case.outcome == "unresolved" || recalls == 0,
            "{}: {id} was recalled",
            case.fault
        );
    }
}

fn work(desk: &Desk) -> u64 {
    let run = desk.sandbox.at(NOW, ["--json", "work"], ["--once"]).expect(0);
    run.json()["late"].as_u64().unwrap()
}

fn configure(desk: &Desk, fault: &str, per_mille: u16) {
    desk.configure(&format!(
        "[sandbox]\nledger = \"ledger.txt\"\n[sandbox.faults]\n{fault} = {per_mille}"
    ));
}

const fn failed(fault: &'static str, code: &'static str, received: bool) -> Case {
    Case {
        fault,
        code,
        outcome: "failed",
        passes: false,
        received,
    }
}

const fn unresolved(fault: &'static str, code: &'static str, passes: bool) -> Case {
    Case {
        fault,
        code,
        outcome: "unresolved",
        passes,
        received: true,
    }
}

const fn harmless(fault: &'static str) -> Case {
    Case {
        fault,
        code: "",
        outcome: "answered",
        passes: false,
        received: true,
    }
}

pub(super) const CASES: &[Case] = &[
    failed("wrong_person", "PRV-MISMATCH", true),
    failed("timeout_before", "PRV-TIMEOUT", false),
    failed("unreachable", "PRV-TIMEOUT", false),
    failed("refused", "PRV-REFUSED", true),
    failed("bad_cell", "PRV-INTEGRITY", true),
    failed("differing", "PRV-INTEGRITY", true),
    unresolved("timeout_after", "PRV-TIMEOUT", false),
    unresolved("late", "PRV-TIMEOUT", true),
    unresolved("lost", "PRV-TIMEOUT", true),
    unresolved("truncated", "PRV-INTEGRITY", true),
    unresolved("partial", "PRV-UNKNOWN", true),
    harmless("duplicate"),
    harmless("extra_person"),
    harmless("unlisted_fields"),
];
