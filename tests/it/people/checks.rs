//! The review of accounts, what is open with a leaver, and the units that people are of. *Edge.*

use super::*;

/// `people check WORDS…` at `at`.
fn check(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json", "people", "check"], words].concat())
}

fn refused(told: Run, exit: i32, code: &str) {
    let told = told.expect(exit).stderr;
    assert!(told.contains(&format!("({code})\n")), "{code}: {told}");
    assert_eq!(told.trim_end().lines().count(), 2, "{told}");
}

/// State of each account in the review of 004.
fn states(sandbox: &Sandbox, at: &str) -> Vec<String> {
    let review = check(sandbox, at, &["list", "004"]).expect(0).json();
    let accounts = review["accounts"].as_array().unwrap().iter();
    accounts
        .map(|account| {
            format!(
                "{} {}",
                account["account"].as_str().unwrap(),
                account["state"].as_str().unwrap()
            )
        })
        .collect()
}

/// 五(二): every account is looked at, by somebody else; what is to be changed has to be; then the duty is closed with that.
#[test]
fn a_review_of_accounts_ends_when_each_was_looked_at_and_changed_where_said() {
    let sandbox = staffed();
    sandbox.batch_run(&crate::support::fixtures().join("demo/004-1151102-01.csv"), &[]);
    let duty = "account_review/004/2026-H2";
    let review = check(&sandbox, NOW, &["list", "004"]).expect(0).json();
    assert_eq!(
        (&review["duty"], &review["closed"]),
        (&duty.into(), &false.into())
    );
    let accounts = review["accounts"].as_array().unwrap().clone();
    let names: Vec<&str> = accounts
        .iter()
        .map(|account| account["account"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"chen.yl") && !names.contains(&"tsai.ex"),
        "{names:?}"
    );
    let chen = accounts
        .iter()
        .find(|account| account["account"] == "chen.yl")
        .unwrap();
    assert!(
        chen["queries"].as_i64().unwrap() > 0 && chen["last_query"].is_string(),
        "{chen}"
    );
    assert_eq!(chen["roles"], serde_json::json!(["querier"]));

    let close = |by| check(&sandbox, NOW, &["close", "004", "--as", by]);
    refused(close("lu.adm"), 75, "CHECK-OPEN");
    // Whoever could not close it is not told how far it is.
    for nobody in ["wu.head", "chen.yl", "nobody"] {
        refused(close(nobody), 77, "DUTY-OWNER");
    }
    refused(
        check(&sandbox, NOW, &["keep", "004/lu.adm", "--as", "lu.adm"]),
        77,
        "PEOPLE-SELF",
    );
    refused(
        check(&sandbox, NOW, &["keep", "004/chen.yl", "--as", "lin.ch"]),
        77,
        "PEOPLE-HANDS",
    );
    refused(
        check(&sandbox, NOW, &["keep", "004/tsai.ex", "--as", "lu.adm"]),
        65,
        "PEOPLE-UNKNOWN",
    );
    refused(
        check(&sandbox, NOW, &["keep", "099/chen.yl", "--as", "lu.adm"]),
        65,
        "MEMBER-UNKNOWN",
    );
    refused(
        check(&sandbox, NOW, &["keep", "bureau/xu.adm", "--as", "yu.cmp"]),
        65,
        "MEMBER-UNKNOWN",
    );
    let empty = ["change", "004/chen.yl", "--remark", "", "--as", "lu.adm"];
    refused(check(&sandbox, NOW, &empty), 65, "STOP-REASON");
    for name in &names {
        let by = if *name == "lu.adm" { "wu.head" } else { "lu.adm" };
        check(&sandbox, NOW, &["keep", &format!("004/{name}"), "--as", by]).expect(0);
    }
    // Said once more, and otherwise: the later one counts, and is not finished before it is done.
    let change = [
        "change",
        "004/huang.sm",
        "--remark",
        "已調任，終止查詢權限",
        "--as",
        "wu.head",
    ];
    check(&sandbox, NOW, &change).expect(0);
    assert!(states(&sandbox, NOW).contains(&"huang.sm to_change".to_owned()));
    refused(close("lu.adm"), 75, "CHECK-OPEN");
    act(&sandbox, NOW, &["end", "004/huang.sm", "--on", "2026-11-16"]).expect(0);
    assert!(states(&sandbox, NOW).contains(&"huang.sm changed".to_owned()));
    refused(close("wu.head"), 77, "DUTY-OWNER");
    let closed = close("lu.adm").expect(0).json();
    assert_eq!(closed["closed"], true);
    let shown = sandbox
        .mayfly(["--at", NOW, "--json", "duty", "show", duty])
        .expect(0)
        .json();
    let artefact = shown["artefact"].as_str().unwrap();
    let count = format!("account_review:{} accounts, sha256 ", names.len());
    assert!(
        shown["state"] == "closed" && artefact.starts_with(&count),
        "{artefact}"
    );
    refused(close("lu.adm"), 65, "DUTY-CLOSED");
    refused(
        check(&sandbox, NOW, &["keep", "004/chen.yl", "--as", "lu.adm"]),
        65,
        "DUTY-CLOSED",
    );
    // Each word of it is an entry.
    let entries = crate::synthetic::journal(&sandbox, NOW);
    let said = entries
        .iter()
        .filter(|entry| entry.reference.starts_with("account-check:"));
    assert_eq!(said.count(), names.len() + 1);
    // The next half-year begins anew.
    let next = "2027-01-04T10:00:00+08:00";
    assert!(
        states(&sandbox, next)
            .iter()
            .all(|state| state.ends_with(" unchecked"))
    );
    // And five years after they were said, the words are gone; the answers are long overdue by then, which the purge tells.
    sandbox
        .at("2031-11-02T10:00:00+08:00", ["purge"], ["run"])
        .expect(1);
    let rows = || {
        sandbox.database.ask(
            &sandbox.data(),
            "SELECT CAST(COUNT(*) AS TEXT) FROM account_check",
        )
    };
    assert_eq!(rows(), [(names.len() + 1).to_string()]);
    sandbox
        .at("2031-11-03T10:00:00+08:00", ["purge"], ["run"])
        .expect(0);
    assert_eq!(rows(), ["0"]);
}

/// An account that begins while the review runs is looked at too; what changes under the same name is looked at anew.
#[test]
fn an_account_that_comes_or_changes_during_a_review_is_looked_at() {
    let sandbox = staffed();
    check(&sandbox, NOW, &["keep", "004/ko.card", "--as", "lu.adm"]).expect(0);
    assert!(states(&sandbox, NOW).contains(&"ko.card kept".to_owned()));
    act(&sandbox, NOW, &["end", "004/ko.card", "--on", "2026-11-02"]).expect(0);
    assert!(
        !states(&sandbox, NOW)
            .iter()
            .any(|state| state.starts_with("ko.card"))
    );
    let later = "2026-11-03T10:00:00+08:00";
    act(
        &sandbox,
        later,
        &[
            "begin",
            "004/ko.card",
            "--role",
            "querier",
            "--from",
            "2026-11-03",
        ],
    )
    .expect(0);
    assert!(states(&sandbox, later).contains(&"ko.card unchecked".to_owned()));
    let text = sandbox
        .mayfly(["--at", later, "people", "check", "list", "004", "--lang", "zh-TW"])
        .expect(0)
        .stdout;
    assert!(
        text.starts_with("使用者帳號") && text.contains("未審查"),
        "{text}"
    );
    assert!(
        text.trim_end().ends_with("account_review/004/2026-H2 未結案"),
        "{text}"
    );
    let csv = sandbox
        .mayfly(["--at", later, "people", "check", "list", "004", "--csv"])
        .expect(0)
        .stdout;
    assert!(
        csv.starts_with("account,name,unit,roles,from,to,queries,"),
        "{csv}"
    );
}

/// 五(一)9: what a leaver leaves has a name and somebody who takes it over; a role that only they had shows.
#[test]
fn what_is_open_with_a_leaver_is_told_with_who_takes_it_over() {
    let sandbox = staffed();
    let open = |holder: &str| {
        let tasks = shown(&sandbox, &["tasks", holder]);
        let tasks = tasks.as_array().unwrap().iter();
        tasks
            .map(|task| format!("{} {} {}", task["what"], task["which"], task["taken_over_by"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        open("004/huang.sm"),
        [r#""duty" "weekly_sheet/004/huang.sm/2026-W45" ["hu.head","mo.both","wu.head"]"#]
    );
    assert_eq!(open("004/hsu.rv"), [r#""role" "reviewer" []"#]);
    assert_eq!(
        open("004/lu.adm"),
        [] as [&str; 0],
        "mo.both looks after accounts as well"
    );
    // A letter that is on its way to the card's holder.
    let sent = [
        "register",
        "add",
        "card_password_sent",
        "--of",
        "004",
        "--day",
        "2026-11-02",
        "--as",
        "xu.adm",
    ];
    let fields = [
        "--field",
        "unit_head=hu.head",
        "--field",
        "querier=lin.ch",
        "--field",
        "mail_no=RR-1",
    ];
    sandbox
        .mayfly([&["--at", NOW], &sent[..], &fields].concat())
        .expect(0);
    assert_eq!(
        open("004/hu.head"),
        [r#""paper" "1 card_password_sent" ["mo.both","wu.head"]"#]
    );
    let end = [
        &["--at", NOW, "people", "end", "004/huang.sm", "--on", "2026-11-09"][..],
        &HANDS,
    ]
    .concat();
    let told = sandbox.mayfly(end).expect(0).stdout;
    assert!(
        told.contains("1 tasks are open with it: ") && told.contains(" people tasks 004/huang.sm"),
        "{told}"
    );
    refused(
        sandbox.mayfly(["--at", NOW, "people", "tasks", "004/nobody"]),
        65,
        "PEOPLE-UNKNOWN",
    );
    refused(
        sandbox.mayfly(["--at", NOW, "people", "tasks", "nobody"]),
        65,
        "PEOPLE-HOLDER",
    );
}

/// Whoever is ended on the day of their queries had the role on no day of that week, and a sheet of it is made all the same.
#[test]
fn the_sheet_of_the_running_week_is_open_with_whoever_queried_and_left_that_day() {
    let sandbox = staffed();
    sandbox.batch_run(&crate::support::fixtures().join("demo/004-1151102-01.csv"), &[]);
    let tasks = |at: &str| {
        let told = sandbox.mayfly(["--at", at, "--json", "people", "tasks", "004/lin.ch"]);
        let tasks = told.expect(0).json();
        let sheets = tasks
            .as_array()
            .unwrap()
            .iter()
            .filter(|task| task["what"] != "role");
        sheets
            .map(|task| format!("{} {} {}", task["what"], task["which"], task["due"]))
            .collect::<Vec<_>>()
    };
    let duty = r#""duty" "weekly_sheet/004/lin.ch/2026-W45" "2026-11-15""#;
    assert_eq!(tasks(NOW), [duty]);
    let end = [
        &["--at", NOW, "people", "end", "004/lin.ch", "--on", "2026-11-02"][..],
        &HANDS,
    ]
    .concat();
    let told = sandbox.mayfly(end).expect(0).stdout;
    assert!(told.contains("tasks are open with it: "), "{told}");
    let sheet = r#""sheet" "004/2026-W45/lin.ch" "2026-11-15""#;
    assert_eq!(tasks(NOW), [sheet]);
    // Until its sheet is signed: by the unit head, who is named.
    let monday = "2026-11-09T09:00:00+08:00";
    assert_eq!(tasks(monday), [sheet]);
    sandbox
        .mayfly(["--at", monday, "sheet", "make", "004", "2026-W45"])
        .expect(0);
    assert_eq!(tasks(monday), [duty]);
    let words = ["people", "tasks", "004/lin.ch"];
    let text = |lang: &str| sandbox.mayfly([&["--at", monday, "--lang", lang], &words[..]].concat());
    let (english, chinese) = (text("en").expect(0).stdout, text("zh-TW").expect(0).stdout);
    assert!(
        english.contains("Weekly query record sheet, signed and approved") && english.contains("wu.head"),
        "{english}"
    );
    assert!(
        chinese.contains("查詢紀錄單") && chinese.contains("每週查詢紀錄單核章"),
        "{chinese}"
    );
    let sign = [
        "sheet",
        "sign",
        "004",
        "2026-W45",
        "lin.ch",
        "--as",
        "004/wu.head",
    ];
    sandbox.mayfly([&["--at", monday], &sign[..]].concat()).expect(0);
    let approve = ["sheet", "approve", "004", "2026-W45", "lin.ch", "--as", "wang.dg"];
    sandbox
        .mayfly([&["--at", monday], &approve[..]].concat())
        .expect(0);
    assert_eq!(tasks(monday), [] as [&str; 0]);
}

/// 五(一)1: once a member has registered its units, nobody is authorised for another.
#[test]
fn people_are_of_a_unit_that_is_registered() {
    let sandbox = staffed();
    let new = [
        "begin",
        "004/new.q",
        "--role",
        "querier",
        "--from",
        "2026-11-02",
        "--name",
        "新虛構",
        "--unit",
        "放款部",
    ];
    let unit = |unit: &str| {
        let paper = [
            "register",
            "add",
            "unit",
            "--of",
            "004",
            "--day",
            "2026-11-02",
            "--as",
            "lu.adm",
        ];
        let unit = format!("unit={unit}");
        let fields = ["--field", &unit, "--field", "head=wu.head"];
        sandbox
            .mayfly([&["--at", NOW], &paper[..], &fields].concat())
            .expect(0);
    };
    unit("徵信部");
    refused(act(&sandbox, NOW, &new), 65, "PEOPLE-UNIT");
    unit("放款部");
    act(&sandbox, NOW, &new).expect(0);
    // What stands on the table already stays as it is, and other members are free.
    sandbox
        .at(NOW, ["staff", "import"], [sandbox.file("book.csv", BOOK)])
        .expect(0);
}

/// The same for a file, where a place is still being founded: here one person is all it has.
#[test]
fn a_file_brings_people_of_registered_units_only() {
    let sandbox = Sandbox::with_master_data();
    let import = |line: &str| {
        let header = BOOK.lines().next().unwrap();
        let file = sandbox.file("more.csv", format!("{header}\n{line}\n"));
        sandbox.at(NOW, ["staff", "import"], [file])
    };
    import("012,mo.both,莫虛兼,副主管,,,,2024-01-01,board,,,P012-13,徵信部,,account_administrator unit_head")
        .expect(0);
    let paper = [
        "register",
        "add",
        "unit",
        "--of",
        "012",
        "--day",
        "2026-11-02",
        "--as",
        "mo.both",
    ];
    let fields = ["--field", "unit=徵信部", "--field", "head=mo.both"];
    sandbox
        .mayfly([&["--at", NOW], &paper[..], &fields].concat())
        .expect(0);
    let new = |unit: &str| {
        import(&format!(
            "012,new.q,新虛構,專員,Y,,,2024-01-01,mo.both,,,,{unit},,"
        ))
    };
    refused(new("放款部"), 65, "PEOPLE-UNIT");
    new("徵信部").expect(0);
}
