//! People by the console: tables of any day, what begins and ends in two hands, accounts at the door, and their review. *Edge.*

use super::{
    browser::{Browser, Page},
    house::{force, house, signed_in},
};
use crate::{http::caller::Served, support::NOW};

const BEGIN: [(&str, &str); 6] = [
    ("account", "zhou.ql"),
    ("name", "周虛齊"),
    ("unit", "徵信部"),
    ("from", "2026-11-03"),
    ("reason", "到職"),
    ("role", "querier"),
];

/// Has `other` give what `one` has just applied for on `page`, and `one` carry it out.
#[track_caller]
fn in_two_hands(one: &mut Browser<'_>, other: &mut Browser<'_>, page: &Page) -> Page {
    let approval = page.path.strip_suffix("?done=applied");
    let approval = approval.unwrap_or_else(|| panic!("{} {}", page.path, page.html));
    let shown = other.open(approval);
    let given = other.send(&shown, approval, &[("verdict", "give")]);
    assert_eq!(given.path, "/approvals?done=given");
    let shown = one.open(approval);
    one.send(&shown, &format!("{approval}/carry-out"), &[])
}

#[test]
fn an_authorisation_begins_and_ends_in_two_hands() {
    let (sandbox, firsts) = house(&["004/lu.adm", "004/wu.head"]);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut lu = signed_in(&served, "004/lu.adm", &firsts[0]);
    let mut wu = signed_in(&served, "004/wu.head", &firsts[1]);
    let page = lu.open("/people");
    page.says(&["<title>人員 – mayfly", "授權表", "陳虛玲", "授權異動明細紀錄表"]);
    lu.open("/people?on=2026-09-01").says(&["蔡虛明"]);
    assert!(!page.html.contains("012/"), "{}", page.html);
    // What is refused keeps what was typed.
    let mut early = BEGIN;
    early[3].1 = "2024-01-01";
    let refused = lu.send(&page, "/people/begin", &early);
    assert!((400..500).contains(&refused.status));
    refused.says(&[
        "PEOPLE-",
        "value=\"zhou.ql\"",
        "value=\"周虛齊\"",
        "value=\"querier\" checked",
    ]);
    let page = lu.send(&page, "/people/begin", &BEGIN);
    page.says(&["尚未執行", "授權異動", "周虛齊"]);
    let page = in_two_hands(&mut lu, &mut wu, &page);
    assert_eq!(page.path, "/approvals?done=carried-out");
    lu.open("/people?on=2026-11-03").says(&["周虛齊"]);
    lu.open("/people?from=2026-11-01&to=2026-11-03")
        .says(&["到職", "新增", "wu.head"]);

    let page = lu.open("/people");
    let ends = [
        ("account", "004/chen.yl"),
        ("on", "2026-11-05"),
        ("reason", "調任"),
    ];
    let page = lu.send(&page, "/people/end", &ends);
    in_two_hands(&mut lu, &mut wu, &page);
    lu.open("/people")
        .says(&["離（異）職人員", "陳虛玲 004/chen.yl", "115/11/05"]);
    // A head approves, and applies for nothing.
    assert!(wu.open("/people").form("/people/begin").is_none());
    let mut all = BEGIN.to_vec();
    all[0].1 = "zhou.two";
    all.extend([("at", "004"), ("person", "P004-77")]);
    force(&mut wu, "/people/begin", &all).says(&["APPROVAL-"]);
    lu.speak("en");
    lu.open("/people").says(&["<title>People – mayfly", "Who leaves"]);
    served.end();
}

#[test]
fn locked_accounts_open_and_first_passwords_are_given_in_two_hands() {
    let (sandbox, firsts) = house(&["004/lu.adm", "004/wu.head", "004/chen.yl", "012/sun.head"]);
    let served = Served::open(&sandbox, NOW, &[]);
    signed_in(&served, "004/chen.yl", &firsts[2]);
    for _ in 0..5 {
        let page = Browser::new(&served).sign_in("004/chen.yl", "No-such-9-word");
        assert_eq!(page.status, 401);
    }
    let mut lu = signed_in(&served, "004/lu.adm", &firsts[0]);
    let mut wu = signed_in(&served, "004/wu.head", &firsts[1]);
    let page = lu.open("/accounts");
    page.says(&["<title>帳號 – mayfly", "遭鎖定之帳號", "申請解鎖", "004/chen.yl"]);
    let page = lu.send(&page, "/accounts/unlock", &[("reason", "本人確認")]);
    let page = in_two_hands(&mut lu, &mut wu, &page);
    assert_eq!(page.path, "/approvals?done=carried-out");
    assert!(lu.open("/accounts").form("/accounts/unlock").is_none());

    // What is refused is said to whom it concerns, and what was typed stays: there, and in no other form.
    let page = lu.open("/accounts");
    let long = "久未使用".repeat(51);
    let refused = lu.send(
        &page,
        "/accounts/first",
        &[("account", "004/lin.ch"), ("reason", &long)],
    );
    assert_eq!(refused.status, 422);
    refused.says(&["STOP-REASON", "<option selected>004/lin.ch"]);
    assert_eq!(refused.html.matches(&long).count(), 1);

    let page = lu.open("/accounts");
    let words = [("account", "004/lin.ch"), ("reason", "初次使用")];
    let page = lu.send(&page, "/accounts/first", &words);
    let notice = in_two_hands(&mut lu, &mut wu, &page);
    notice.says(&["初始密碼通知", "004/lin.ch", "僅顯示一次"]);
    let first = notice.html.split("First password  ").nth(1).unwrap();
    let first = first.split_whitespace().next().unwrap().to_owned();
    signed_in(&served, "004/lin.ch", &first);
    // It is shown once.
    let approval = page.path.strip_suffix("?done=applied").unwrap();
    force(&mut lu, &format!("{approval}/carry-out"), &[]).says(&["APPROVAL-USED"]);
    let page = lu.open("/accounts");
    let page = lu.send(
        &page,
        "/accounts/leaked",
        &[("account", "004/lin.ch"), ("reason", "遭窺視")],
    );
    page.says(&["該密碼已失效"]);

    // To another member nothing of it is there.
    let mut head = signed_in(&served, "012/sun.head", &firsts[3]);
    assert_eq!(head.open(approval).status, 422);
    head.open(approval).says(&["APPROVAL-UNKNOWN"]);
    assert_eq!(head.open("/accounts").status, 404);
    for path in ["/accounts/unlock", "/accounts/first", "/accounts/leaked"] {
        assert_eq!(force(&mut head, path, &words).status, 404, "{path}");
    }
    let ends = [("account", "004/chen.yl"), ("on", "2026-11-05"), ("reason", "x")];
    assert_eq!(force(&mut head, "/people/end", &ends).status, 404);
    let mut all = BEGIN.to_vec();
    all.push(("at", "004"));
    assert_eq!(force(&mut head, "/people/begin", &all).status, 404);
    assert_eq!(lu.open("/accounts?at=012").status, 404);
    let page = head.open("/people?at=004");
    assert!(!page.html.contains("陳虛玲"), "{}", page.html);
    lu.speak("en");
    lu.open("/accounts")
        .says(&["<title>Accounts – mayfly", "How they stand"]);
    served.end();
}

#[test]
fn accounts_are_reviewed_one_by_one_by_somebody_else() {
    let (sandbox, firsts) = house(&["012/sun.head", "004/chen.yl"]);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut head = signed_in(&served, "012/sun.head", &firsts[0]);
    let page = head.open("/people/review");
    page.says(&[
        "<title>帳號審查 – mayfly",
        "2026-H2",
        "未審查",
        "周虛安",
        "本人帳號由他人審查",
    ]);
    assert!(!page.html.contains("name=\"account\" value=\"sun.head\""));
    let check = |browser: &mut Browser<'_>, account: &str, verdict: &str, remark: &str| {
        let fields = [("account", account), ("verdict", verdict), ("remark", remark)];
        force(browser, "/people/review", &fields)
    };
    for account in ["chou.q", "kao.a", "du.adm"] {
        let page = check(&mut head, account, "keep", "");
        assert_eq!(page.path, "/people/review?done=checked", "{account}");
    }
    check(&mut head, "sun.head", "keep", "").says(&["PEOPLE-SELF"]);
    check(&mut head, "chou.q", "change", "").says(&["STOP-REASON"]);
    check(&mut head, "chen.yl", "keep", "").says(&["PEOPLE-UNKNOWN"]);
    let page = head.open("/people/review");
    page.says(&["維持"]);
    // Not before every account was looked at, nor by whoever does not own the duty.
    let page = head.send(&page, "/people/review/close", &[]);
    assert!(
        page.html.contains("CHECK-OPEN") || page.html.contains("DUTY-OWNER"),
        "{}",
        page.html
    );
    let mut chen = signed_in(&served, "004/chen.yl", &firsts[1]);
    assert_eq!(chen.open("/people/review").status, 404);
    assert_eq!(check(&mut chen, "lin.ch", "keep", "").status, 404);
    head.speak("en");
    head.open("/people/review")
        .says(&["<title>Review of accounts – mayfly"]);
    served.end();
}
