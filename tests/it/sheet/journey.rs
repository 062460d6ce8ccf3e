//! The schedule makes the sheets of a week; they are signed, approved, and exactly the queries of the journal. *Edge.*

use super::*;
use crate::synthetic::journal;

#[test]
fn every_query_of_a_week_is_on_exactly_one_sheet_which_is_signed_and_approved() {
    let sandbox = asked(11);
    let serve = |at: &str| sandbox.mayfly(["--at", at, "serve", "--once"]).expect(0);
    // Nobody signs for weeks before there was anything to sign.
    serve(NOW);
    assert_eq!(
        sheet(&sandbox, NOW, &["list"]).expect(0).json(),
        Value::Array(vec![])
    );
    let early = sheet(&sandbox, "2026-11-09T00:59:59+08:00", &["make", "004", WEEK]).expect(75);
    assert!(early.stderr.contains("(SHEET-OPEN)"), "{}", early.stderr);
    serve(MONDAY);
    let listed = sheet(&sandbox, MONDAY, &["list", "--week", WEEK])
        .expect(0)
        .json();
    let told: Vec<String> = listed.as_array().unwrap().iter().map(line).collect();
    // Who had the right and asked nothing has a nil sheet; who had left before the week has none.
    assert_eq!(
        told,
        [
            "004 chen.yl 6 unsigned",
            "004 huang.sm 0 unsigned",
            "004 lin.ch 5 unsigned",
            "012 chou.q 0 unsigned"
        ]
    );
    assert_eq!(
        (&listed[0]["due"], &listed[0]["overdue"]),
        (&"2026-11-15".into(), &false.into())
    );

    let queries: Vec<u64> = (0..)
        .zip(journal(&sandbox, MONDAY))
        .filter(|(_, entry)| entry.kind == "query")
        .map(|(index, _)| index)
        .collect();
    let mut on_sheets: Vec<u64> = ["chen.yl", "huang.sm", "lin.ch"]
        .iter()
        .flat_map(|querier| entries(&shown(&sandbox, MONDAY, querier)))
        .collect();
    on_sheets.sort_unstable();
    assert_eq!((on_sheets, queries.len()), (queries, 11));
    let verified = verify(&sandbox, MONDAY, WEEK, 0);
    assert_eq!(
        (
            &verified["sheets"],
            &verified["queries"],
            &verified["records"],
            &verified["findings"]
        ),
        (&3.into(), &11.into(), &11.into(), &Value::Array(vec![]))
    );
    verify_nil(&sandbox);

    // A second round makes nothing anew, and neither does a command.
    serve(MONDAY);
    let again = sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0).json();
    assert_eq!((&again["sheets"], &again["new"]), (&3.into(), &false.into()));

    let before = shown(&sandbox, MONDAY, "chen.yl");
    sheet(
        &sandbox,
        MONDAY,
        &["sign", "004", WEEK, "chen.yl", "--as", "chen.yl"],
    )
    .expect(0);
    sheet(
        &sandbox,
        MONDAY,
        &["approve", "004", WEEK, "chen.yl", "--as", "wang.dg"],
    )
    .expect(0);
    let after = shown(&sandbox, MONDAY, "chen.yl");
    assert_eq!(
        (&after["state"], &after["signed"]["by"], &after["approved"]["by"]),
        (&"approved".into(), &"chen.yl".into(), &"wang.dg".into())
    );
    assert!(before["sha256"] == after["sha256"] && before["entries"] == after["entries"]);
    // That closed its duty; those of the others are closed by nothing less.
    let duty = |querier: &str| format!("weekly_sheet/004/{querier}/{WEEK}");
    let closed = sandbox
        .at(MONDAY, ["--json", "duty", "show"], [duty("chen.yl")])
        .expect(0)
        .json();
    assert_eq!(
        (&closed["state"], &closed["closed_by"], &closed["entry"]),
        (&"closed".into(), &"wang.dg".into(), &after["approved"]["entry"])
    );
    assert_eq!(closed["artefact"], format!("sheet:{}", after["sheet"]));
    let by_hand = [&duty("lin.ch"), "--artefact", "sheet:1", "--as", "lin.ch"];
    let refused = sandbox.at(MONDAY, ["duty", "close"], by_hand).expect(65);
    assert!(refused.stderr.contains("(DUTY-ARTEFACT)"), "{}", refused.stderr);
    verify(&sandbox, MONDAY, WEEK, 0);
    let open = sheet(&sandbox, MONDAY, &["list", "--member", "004", "--open"])
        .expect(0)
        .json();
    assert_eq!(open.as_array().unwrap().len(), 2);

    let acts: Vec<String> = journal(&sandbox, MONDAY)
        .into_iter()
        .filter(|entry| entry.kind == "sheet")
        .map(|entry| entry.reference)
        .collect();
    let number = before["sheet"].as_i64().unwrap();
    assert_eq!(
        acts,
        [
            "make:1".to_owned(),
            "make:2".into(),
            "make:3".into(),
            "make:4".into(),
            format!("sign:{number}"),
            format!("approve:{number}")
        ]
    );
}

/// A Monday that was missed, and weeks in which nothing ran, are made up for.
#[test]
fn missed_weeks_are_made_up_for() {
    let sandbox = asked(2);
    let late = "2026-11-24T09:00:00+08:00";
    sandbox.mayfly(["--at", late, "serve", "--once"]).expect(0);
    let listed = sheet(&sandbox, late, &["list", "--member", "004"])
        .expect(0)
        .json();
    let mut weeks: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|sheet| sheet["week"].as_str().unwrap())
        .collect();
    weeks.dedup();
    assert_eq!(weeks, ["2026-W47", "2026-W46", "2026-W45"]);
    // Nobody is overdue because the house was.
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .all(|sheet| sheet["due"] == "2026-11-30"),
        "{listed}"
    );
    // And its duty says the same.
    let duty = format!("weekly_sheet/004/chen.yl/{WEEK}");
    let duty = sandbox
        .at(late, ["--json", "duty", "show"], [duty])
        .expect(0)
        .json();
    assert_eq!(
        (&duty["due"], &duty["state"]),
        (&"2026-11-30".into(), &"due".into()),
        "{duty}"
    );
    verify(&sandbox, late, WEEK, 0);
    verify(&sandbox, late, "2026-W46", 0);
    // So are those of a member that has asked nothing yet: its duties began with the same week, and each has its sheet.
    let other = sheet(&sandbox, late, &["list", "--member", "012"])
        .expect(0)
        .json();
    let others: Vec<String> = other
        .as_array()
        .unwrap()
        .iter()
        .map(|sheet| format!("{} {}", sheet["querier"], sheet["week"]))
        .collect();
    let expected = ["W47", "W46", "W45"].map(|week| format!("\"chou.q\" \"2026-{week}\""));
    assert_eq!(others, expected);
    let overdue = ["--overdue", "--member", "012"];
    let overdue = sandbox
        .at(late, ["--json", "duty", "list"], overdue)
        .expect(0)
        .json();
    let sheets = overdue["duties"].as_array().unwrap().iter().filter(|duty| {
        let name = duty["duty"].as_str().unwrap();
        name.starts_with("weekly_sheet/")
    });
    assert_eq!(sheets.count(), 0, "{overdue}");
}

fn verify_nil(sandbox: &Sandbox) {
    let verified = sheet(sandbox, MONDAY, &["verify", "012", WEEK]).expect(0).json();
    assert_eq!(
        (&verified["sheets"], &verified["queries"]),
        (&1.into(), &0.into())
    );
}

fn line(sheet: &Value) -> String {
    let word = |key: &str| sheet[key].as_str().unwrap().to_owned();
    format!(
        "{} {} {} {}",
        word("member"),
        word("querier"),
        sheet["queries"],
        word("state")
    )
}
