//! Somebody who changes units in the middle of a week: a sheet for each, every query on that of its day, and both signed. *Edge.*

use std::{fs, io::Read, process::Command};

use super::*;
use crate::{
    http::caller::Served,
    signin::{person::Person, staff},
};

/// A week in which mo.q asked twice for 徵信部 and, from Thursday on, three times for 授信部; ni.q moved as well and asked nothing.
fn moved() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    members_move(&sandbox);
    let of_mo = |row: BatchRow| row.with("querier", "mo.q");
    let monday = [
        of_mo(BatchRow::valid(1)),
        of_mo(BatchRow::valid(2)),
        BatchRow::valid(3),
    ];
    ask(&sandbox, NOW, 1, &monday);
    let thursday = [4, 5, 6].map(|number| of_mo(BatchRow::valid_on("2026-11-05", "2026-10-31", number)));
    ask(&sandbox, "2026-11-05T23:00:00+08:00", 2, &thursday);
    sandbox
}

fn members_move(sandbox: &Sandbox) {
    let lines: String = ["mo.q", "ni.q"]
        .map(|account| {
            let of =
                |days: &str, unit: &str| format!("004,{account},莫虛,專員,Y,,,{days},P-{account},{unit},,\n");
            of("2024-01-01,wu.head,2026-11-05,wu.head", "徵信部") + &of("2026-11-05,wu.head,,", "授信部")
        })
        .concat();
    let head = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n";
    let file = sandbox.file("moved.csv", format!("{head}{lines}"));
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
}

fn of_unit(sandbox: &Sandbox, at: &str, words: &[&str], unit: &str) -> Value {
    let words = [&[words[0], "004", WEEK, "mo.q"], &words[1..], &["--unit", unit]].concat();
    sheet(sandbox, at, &words).expect(0).json()
}

fn duty(sandbox: &Sandbox, at: &str) -> Value {
    let name = format!("weekly_sheet/004/mo.q/{WEEK}");
    sandbox
        .at(at, ["--json", "duty", "show"], [name])
        .expect(0)
        .json()
}

#[test]
fn whoever_changes_units_in_a_week_has_a_sheet_for_each_and_every_query_is_on_one() {
    let sandbox = moved();
    sandbox.mayfly(["--at", MONDAY, "serve", "--once"]).expect(0);
    let listed = sheet(&sandbox, MONDAY, &["list", "--member", "004"])
        .expect(0)
        .json();
    let told = |sheet: &Value| {
        let text = |name: &str| sheet[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("querier"), text("unit"), sheet["queries"])
    };
    let mut told: Vec<String> = listed.as_array().unwrap().iter().map(told).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "chen.yl 徵信部 1",
            "huang.sm 徵信部 0",
            "lin.ch 徵信部 0",
            "mo.q 徵信部 2",
            "mo.q 授信部 3",
            "ni.q 徵信部 0",
            "ni.q 授信部 0",
        ]
    );
    let verified = verify(&sandbox, MONDAY, WEEK, 0);
    assert_eq!(
        (&verified["sheets"], &verified["queries"], &verified["remarks"]),
        (&7.into(), &6.into(), &Value::Array(vec![]))
    );
    let [before, after] = ["徵信部", "授信部"].map(|unit| of_unit(&sandbox, MONDAY, &["show"], unit));
    let on = [entries(&before), entries(&after)].concat();
    assert!(
        on.is_sorted() && on.len() == 5 && before["sha256"] != after["sha256"],
        "{on:?}"
    );

    // Which of the two is meant has to be said.
    let both = sheet(&sandbox, MONDAY, &["sign", "004", WEEK, "mo.q", "--as", "mo.q"]).expect(65);
    for part in ["(SHEET-UNIT)", "授信部", "徵信部", "--unit UNIT"] {
        assert!(both.stderr.contains(part), "{part}: {}", both.stderr);
    }
    let none = sheet(
        &sandbox,
        MONDAY,
        &["show", "004", WEEK, "mo.q", "--unit", "資訊部"],
    )
    .expect(65);
    assert!(none.stderr.contains("(SHEET-UNKNOWN)"), "{}", none.stderr);
    let text = sandbox.at(
        MONDAY,
        ["--lang", "zh-TW", "sheet", "show", "004", WEEK, "mo.q", "--unit"],
        ["授信部"],
    );
    let text = text.expect(0).stdout;
    assert!(text.contains("單位      授信部"), "{text}");

    signed_one_by_one(&sandbox);
    // Its unit is part of what was signed.
    let changed = sandbox.copy();
    let change =
        "UPDATE sheet SET unit = '資訊部' WHERE unit = '授信部' AND querier = 'mo.q' RETURNING 'changed'";
    assert_eq!(changed.database.ask(&changed.data(), change), ["changed"]);
    let found = verify(&changed, AFTER, WEEK, 1);
    assert!(
        found["findings"]
            .to_string()
            .contains("is not what its hash says")
            && found["remarks"]
                .to_string()
                .contains("3 queries are on a sheet of another unit"),
        "{found}"
    );
}

/// One sheet that waits keeps the duty of the week open; both close it.
fn signed_one_by_one(sandbox: &Sandbox) {
    of_unit(sandbox, MONDAY, &["sign", "--as", "mo.q"], "徵信部");
    of_unit(sandbox, MONDAY, &["approve", "--as", "wang.dg"], "徵信部");
    assert_eq!(duty(sandbox, MONDAY)["state"], "due");
    assert_eq!(duty(sandbox, AFTER)["state"], "overdue");
    let listed = sheet(sandbox, AFTER, &["list", "--member", "004"])
        .expect(0)
        .json();
    let mut late = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|sheet| sheet["querier"] == "mo.q" && sheet["overdue"] == true);
    assert_eq!(
        (late.next().unwrap()["unit"].as_str(), late.next()),
        (Some("授信部"), None)
    );
    let by_hand = ["--artefact", "sheet:1", "--as", "mo.q"];
    let name = format!("weekly_sheet/004/mo.q/{WEEK}");
    let words = [&[name.as_str()], &by_hand[..]].concat();
    let refused = sandbox.at(AFTER, ["duty", "close"], words).expect(65);
    assert!(refused.stderr.contains("(DUTY-ARTEFACT)"), "{}", refused.stderr);
    let one = of_unit(sandbox, AFTER, &["show"], "徵信部");
    of_unit(sandbox, AFTER, &["sign", "--as", "mo.q"], "授信部");
    let other = of_unit(sandbox, AFTER, &["approve", "--as", "wang.dg"], "授信部");
    let closed = duty(sandbox, AFTER);
    assert_eq!(
        (&closed["state"], &closed["closed_by"], &closed["entry"]),
        (&"closed".into(), &"wang.dg".into(), &other["approved"]["entry"])
    );
    let mut numbers = [&one, &other].map(|sheet| sheet["sheet"].as_u64().unwrap());
    numbers.sort_unstable();
    assert_eq!(
        closed["artefact"],
        format!("sheet:{} sheet:{}", numbers[0], numbers[1])
    );
    verify(sandbox, AFTER, WEEK, 0);
}

#[test]
fn the_files_of_both_sheets_name_their_units_and_lie_beside_each_other() {
    let sandbox = moved();
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    let folder = sandbox.path("out");
    let key = sandbox
        .at(MONDAY, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    for (unit, queries) in [("徵信部", 2), ("授信部", 3)] {
        let told = of_unit(
            &sandbox,
            MONDAY,
            &["export", folder.to_str().unwrap(), "--as", "hsu.rv"],
            unit,
        );
        let number = of_unit(&sandbox, MONDAY, &["show"], unit)["sheet"]
            .as_u64()
            .unwrap();
        assert_eq!(told["files"].as_array().unwrap().len(), 5);
        let file = |ending: &str| folder.join(format!("004-{WEEK}-mo.q+{number}.{ending}"));
        let csv = fs::read_to_string(file("csv")).unwrap();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert!(
            lines[0].ends_with(",核章,單位") && lines.len() == queries + 2,
            "{csv}"
        );
        assert!(
            lines[1..=queries]
                .iter()
                .all(|line| line.ends_with(&format!(",{unit}"))),
            "{csv}"
        );
        let page = fs::read_to_string(file("html")).unwrap();
        assert!(
            page.contains(&format!("單位<br><small>Unit</small><td colspan=\"3\">{unit}")),
            "{page}"
        );
        let mut book = zip::ZipArchive::new(fs::File::open(file("xlsx")).unwrap()).unwrap();
        let mut cells = String::new();
        book.by_name("xl/worksheets/sheet1.xml")
            .unwrap()
            .read_to_string(&mut cells)
            .unwrap();
        assert!(
            cells.contains("單位</t>") && cells.contains(&format!("{unit}</t>")),
            "{cells}"
        );

        let given = file("csv");
        let words = [
            "verify",
            "004",
            WEEK,
            "--querier",
            "mo.q",
            "--file",
            given.to_str().unwrap(),
            "--unit",
        ];
        sheet(&sandbox, MONDAY, &[&words[..], &[unit]].concat()).expect(0);
        fs::write(&given, csv.replace(unit, "資訊部")).unwrap();
        let found = sheet(&sandbox, MONDAY, &[&words[..], &[unit]].concat())
            .expect(1)
            .json();
        assert!(
            found["findings"].to_string().contains("line 1 of the file"),
            "{found}"
        );

        let proof = file("proof");
        let checked = sandbox.mayfly([
            "--json",
            "sheet",
            "check",
            proof.to_str().unwrap(),
            "--key",
            key["key"].as_str().unwrap(),
        ]);
        assert_eq!(checked.expect(0).json()[0]["unit"], unit);
        let python = || {
            Command::new("python3")
                .arg("check-sheet.py")
                .arg(&proof)
                .current_dir(&folder)
                .output()
                .unwrap()
        };
        assert!(python().status.success());
        let good = fs::read_to_string(&proof).unwrap();
        fs::write(&proof, good.replacen(unit, "資訊部", 1)).unwrap();
        let said = String::from_utf8_lossy(&python().stderr).into_owned();
        assert!(said.contains("is about another sheet"), "{said}");
    }
}

#[test]
fn over_http_a_sheet_of_two_is_named_with_its_unit() {
    let sandbox = Sandbox::with_master_data();
    members_move(&sandbox);
    staff(&sandbox);
    for at in [NOW, MONDAY] {
        sandbox.mayfly(["--at", at, "serve", "--once"]).expect(0);
    }
    let served = Served::open(&sandbox, MONDAY, &[]);
    let wang = Person::settled(&sandbox, &served, ("004/wang.dg", MONDAY), "Tide-9-Harbour");
    let get = |path: &str| wang.ask(&served, "GET", path, &Value::Null);
    let all = get("/v1/sheets").json();
    let of_mo = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|sheet| sheet["querier"] == "mo.q");
    let mut units: Vec<&str> = of_mo.map(|sheet| sheet["unit"].as_str().unwrap()).collect();
    units.sort_unstable();
    assert_eq!(units, ["徵信部", "授信部"]);
    let path = format!("/v1/sheets/{WEEK}/mo.q");
    crate::http::problem(&get(&path), 422, "SHEET-UNIT");
    let one = get(&format!("{path}?unit=%E6%8E%88%E4%BF%A1%E9%83%A8"));
    assert_eq!(
        (one.status, &one.json()["unit"]),
        (200, &"授信部".into()),
        "{}",
        one.body
    );
    crate::http::problem(&get(&format!("{path}?unit=x")), 404, "SHEET-UNKNOWN");
    crate::http::problem(&get(&format!("{path}?member=012")), 400, "HTTP-QUERY");
    assert_eq!(get(&format!("/v1/sheets/{WEEK}/lin.ch")).json()["unit"], "徵信部");
}

/// The Monday after the week's sheets were due.
const AFTER: &str = "2026-11-16T09:00:00+08:00";

/// Moved to another unit at noon: what was asked in the morning was asked for the one before.
#[test]
fn what_was_asked_before_a_move_of_the_same_day_is_on_the_sheet_of_the_unit_before() {
    let sandbox = Sandbox::with_master_data();
    let hands = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,wu.head,吳虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-10,徵信部,,unit_head\n\
        004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator\n";
    let hands = sandbox.file("hands.csv", hands);
    sandbox.at(NOW, ["staff", "import"], [hands]).expect(0);
    ask(&sandbox, NOW, 1, &[BatchRow::valid(1), BatchRow::valid(2)]);
    let noon = "2026-11-02T12:00:00+08:00";
    let end = ["end", "004/chen.yl", "--on", "2026-11-02"];
    let begin = [
        "begin",
        "004/chen.yl",
        "--name",
        "陳虛玲",
        "--role",
        "querier",
        "--unit",
        "授信部",
        "--from",
        "2026-11-02",
    ];
    let by = [
        "--as",
        "lu.adm",
        "--approved-by",
        "wu.head",
        "--reason",
        "職務異動",
    ];
    for words in [&end[..], &begin] {
        sandbox.at(noon, ["people"], [words, &by].concat()).expect(0);
    }
    ask(&sandbox, "2026-11-02T15:00:00+08:00", 2, &[BatchRow::valid(3)]);
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    let queries = |unit: &str| {
        let words = ["show", "004", WEEK, "chen.yl", "--unit", unit];
        sheet(&sandbox, MONDAY, &words).expect(0).json()["queries"].clone()
    };
    assert_eq!([queries("徵信部"), queries("授信部")], [2, 1]);
    let verified = verify(&sandbox, MONDAY, WEEK, 0);
    assert_eq!(verified["remarks"], Value::Array(vec![]));
}
