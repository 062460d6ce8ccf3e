//! Weekly sheets and query records on pages: signed by their querier, approved by another, printed, and nobody else's business. *Edge.*

use super::browser::Browser;
use crate::{
    http::caller::Served,
    sheet::{MONDAY, asked},
    signin::{first_password, staff},
};

const WORDS: &str = "Tide-9-Harbour";

#[test]
fn a_sheet_is_signed_by_its_querier_approved_by_another_and_printed() {
    let sandbox = asked(11);
    staff(&sandbox);
    sandbox.mayfly(["--at", MONDAY, "serve", "--once"]).expect(0);
    let people = ["004/chen.yl", "004/wang.dg", "012/kao.a"];
    let first = people.map(|holder| first_password(&sandbox, MONDAY, holder));
    let served = Served::open(&sandbox, MONDAY, &[]);
    let mut chen = Browser::new(&served);
    chen.settle(people[0], &first[0], WORDS);
    let page = chen.open("/sheets");
    page.says(&[
        "每週查詢紀錄單",
        "2026-W45",
        "待核章",
        "aria-current=\"page\">查詢紀錄單",
    ]);
    // Of the others' sheets there is nothing to see.
    assert!(!page.html.contains("lin.ch") && !page.html.contains("huang.sm"));
    let number = page.html.split("href=\"/sheets/").nth(1).unwrap();
    let number: u64 = number.split('"').next().unwrap().parse().unwrap();
    let path = format!("/sheets/{number}");
    let page = chen.open(&path);
    page.says(&[
        "115/11/02",
        "核章：確認為本人之查詢",
        "查詢條件",
        "***",
        "單位",
        "徵信部",
    ]);
    assert!(page.form(&format!("{path}/approve")).is_none());
    assert_eq!(chen.post(&format!("{path}/sign"), &[]).status, 403);
    let approve = chen.post(&format!("{path}/approve"), &[page.proof()]);
    assert_eq!(
        approve.status, 503,
        "nobody approves what is not signed: {}",
        approve.html
    );
    let page = chen.send(&page, &format!("{path}/sign"), &[]);
    page.says(&["查詢紀錄單已核章", "待核定"]);
    // Once is enough, and what is one's own is approved by another.
    let again = chen.post(&format!("{path}/sign"), &[page.proof()]);
    again.says(&["SHEET-SIGNED"]);
    let own = chen.post(&format!("{path}/approve"), &[page.proof()]);
    assert_eq!(own.status, 403);
    own.says(&["SHEET-"]);

    let mut wang = Browser::new(&served);
    wang.settle(people[1], &first[1], WORDS);
    wang.speak("en");
    let page = wang.open("/sheets?week=2026-W45&open=1");
    page.says(&["Waiting for you", "chen.yl", "lin.ch"]);
    let page = wang.open(&path);
    let page = wang.send(&page, &format!("{path}/approve"), &[]);
    page.says(&["The sheet is approved.", "wang.dg"]);
    let unreadable = wang.open("/sheets?week=45");
    assert_eq!(unreadable.status, 422);
    unreadable.says(&["SHEET-WEEK"]);

    let get = |browser: &Browser<'_>, file: &str| {
        let headers = [("Cookie", &*browser.cookies()), ("Accept", "text/html")];
        served.ask("GET", &format!("{path}/{file}"), &headers, b"")
    };
    let printed = get(&wang, "print");
    assert_eq!(printed.status, 200);
    let policy = printed.header("content-security-policy").unwrap();
    assert!(
        policy.contains("style-src 'sha256-") && policy.ends_with("sandbox"),
        "{policy}"
    );
    assert!(
        printed.body.contains("每週查詢紀錄單")
            && printed.body.contains("wang.dg")
            && printed.body.contains("<td colspan=\"3\">徵信部")
    );
    assert!(!printed.body.contains("style=") && !printed.body.contains("<script"));
    let csv = get(&wang, "sheet.csv");
    assert!(
        csv.body.starts_with("\u{FEFF}序號,日期") && csv.body.lines().count() == 7,
        "{}",
        csv.body
    );
    assert!(
        csv.header("content-disposition")
            .unwrap()
            .contains(&format!("sheet-{number}-sheet.csv"))
    );
    assert!(get(&wang, "sheet.xlsx").bytes.starts_with(b"PK"));
    assert_eq!(get(&wang, "sheet.exe").status, 404);

    // Another member's people are told what they would be told of none at all.
    let mut other = Browser::new(&served);
    let page = other.settle(people[2], &first[2], WORDS);
    let lost = other.open("/sheets/99999");
    for file in ["", "/print", "/sheet.csv"] {
        let there = other.open(&format!("{path}{file}"));
        assert_eq!((there.status, lost.status), (404, 404));
        there.says(&["SHEET-UNKNOWN"]);
    }
    for act in ["sign", "approve"] {
        other
            .post(&format!("{path}/{act}"), &[page.proof()])
            .says(&["SHEET-UNKNOWN"]);
    }
    assert!(!other.open("/sheets").html.contains("004/"));
    served.end();
}

#[test]
fn query_records_are_found_by_period_querier_and_state_by_whoever_sees_them() {
    let sandbox = asked(11);
    staff(&sandbox);
    let people = ["004/chen.yl", "004/wang.dg", "012/kao.a"];
    let first = people.map(|holder| first_password(&sandbox, MONDAY, holder));
    let served = Served::open(&sandbox, MONDAY, &[]);
    let lines = |html: &str| html.matches("<tr><td").count();
    let mut chen = Browser::new(&served);
    chen.settle(people[0], &first[0], WORDS);
    let page = chen.open("/records");
    page.says(&["value=\"2026-11\"", "查詢紀錄"]);
    let own = chen.send(&page, "/records", &[("period", "2026-11"), ("querier", "")]);
    assert_eq!((own.status, lines(&own.html)), (200, 6), "{}", own.html);
    own.says(&["陳虛玲", "115/11/02", "<td>已回覆</td>", "***"]);
    assert!(!own.html.contains("lin.ch"));
    let refused = chen.send(&page, "/records", &[("period", "2026-11"), ("querier", "lin.ch")]);
    assert_eq!(refused.status, 403);
    refused.says(&["SHEET-RIGHT", "value=\"lin.ch\""]);
    assert_eq!(chen.post("/records", &[]).status, 403);

    let mut wang = Browser::new(&served);
    wang.settle(people[1], &first[1], WORDS);
    wang.speak("en");
    let page = wang.open("/records");
    let found = |browser: &mut Browser<'_>, fields: &[(&str, &str)]| {
        let all = [&[("period", "2026-11"), ("querier", "")], fields].concat();
        let page = browser.send(&page, "/records", &all);
        (page.status, lines(&page.html))
    };
    assert_eq!(found(&mut wang, &[]), (200, 11));
    assert_eq!(
        found(&mut wang, &[("period", "2026-W45"), ("querier", "lin.ch")]),
        (200, 5)
    );
    assert_eq!(found(&mut wang, &[("period", "2026-W46")]), (200, 0));
    assert_eq!(found(&mut wang, &[("outcome", "answered")]), (200, 11));
    assert_eq!(found(&mut wang, &[("outcome", "failed")]), (200, 0));
    assert_eq!(found(&mut wang, &[("period", "<b>")]), (422, 0));

    let mut other = Browser::new(&served);
    other.settle(people[2], &first[2], WORDS);
    let page = other.open("/records");
    let none = other.send(
        &page,
        "/records",
        &[("period", "2026-11"), ("querier", "chen.yl")],
    );
    assert_eq!((none.status, lines(&none.html)), (200, 0));
    none.says(&["無資料"]);
    // Each reading is an entry of the journal.
    let reads = crate::synthetic::journal(&sandbox, MONDAY);
    let reads = reads
        .iter()
        .filter(|entry| entry.reference.starts_with("records:"));
    assert_eq!(reads.count(), 7);
    served.end();
}
