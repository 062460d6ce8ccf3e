//! The reviewer's desk on pages: a month drawn, judged record by record, signed off, and its finding followed to its end. *Edge.*

use super::browser::{Browser, Page};
use crate::{
    audit::{CLOSED, VALUE, asked, freeze},
    http::caller::Served,
    signin::{first_password, staff},
    support::NOW,
};

const WORDS: &str = "Tide-9-Harbour";
const SAMPLE: &str = "/audit/2026-11";
const REMARK: &str = "查無此案甲乙";

#[test]
fn a_month_is_drawn_judged_record_by_record_signed_off_and_its_finding_closed() {
    let sandbox = asked(4);
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,ye.rv,葉虛覆,內部稽核,,,Y,2024-01-01,wu.head,,,P004-20,稽核部,,\n\
        012,fan.rv,范虛覆,內部稽核,,,Y,2024-01-01,sun.head,,,P012-20,稽核部,,\n";
    let book = sandbox.file("reviewers.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    staff(&sandbox);
    freeze(&sandbox, CLOSED);
    let people = [
        "004/hsu.rv",
        "004/hu.head",
        "004/ye.rv",
        "012/fan.rv",
        "004/chen.yl",
    ];
    let first = people.map(|holder| first_password(&sandbox, CLOSED, holder));
    let served = Served::open(&sandbox, CLOSED, &[]);
    let [mut hsu, mut head, mut ye, mut other, mut chen] = people.map(|_| Browser::new(&served));
    let browsers = [&mut hsu, &mut head, &mut ye, &mut other, &mut chen];
    for (at, browser) in browsers.into_iter().enumerate() {
        browser.settle(people[at], &first[at], WORDS);
    }

    hsu.open("/audit")
        .says(&["查詢紀錄每月抽核", "href=\"/audit/2026-11\"", "已凍結"]);
    let page = hsu.open(SAMPLE);
    // Nobody draws whom the unit head has not named.
    page.says(&["您未受指定抽取及覆核本樣本", "機率"]);
    let naming = head.open(SAMPLE);
    naming.says(&["指定抽樣及覆核人員"]);
    head.send(&naming, "/audit/2026-11/name", &[("account", "hsu.rv")]);
    let page = hsu.open(SAMPLE);
    page.says(&["抽出樣本"]);
    let draw = [("value", "zz")];
    let refused = hsu.send(&page, "/audit/2026-11/draw", &draw);
    assert_eq!(refused.status, 422);
    refused.says(&["SAMPLE-VALUE"]);
    let page = hsu.send(&page, "/audit/2026-11/draw", &[("value", VALUE)]);
    page.says(&["樣本已抽出", "0 / 4", "href=\"/audit/2026-11/1\""]);
    // How it was drawn, and that it was.
    let verified = hsu.send(&page, "/audit/2026-11/verify", &[]);
    verified.says(&["樣本與規則自簽章軌跡抽出者相符", VALUE, "凍結當月紀錄"]);

    let away = sandbox.path("away");
    let name = hsu.take(&verified, "/audit/2026-11/export", &[], &away);
    assert_eq!(name, "sample-2026-11.zip");
    let folder = away.join("sample-2026-11");
    let key = std::fs::read_to_string(folder.join("verifier-key")).unwrap();
    let verify = ["audit", "verify", folder.to_str().unwrap(), "--key", key.trim()];
    sandbox.mayfly(verify).expect(0);

    let page = hsu.open("/audit/2026-11/1");
    page.says(&[
        "查詢申請",
        "授權核定",
        "當事人同意",
        "form-text",
        "***",
        "accesskey=\"2\"",
        "與軌跡所承諾者相符",
    ]);
    // A finding has a reason; what was typed is kept.
    let place = |number: u64| format!("/audit/2026-11/{number}");
    let fields = [("verdict", "finding"), ("remark", REMARK)];
    let refused = hsu.send(&page, &place(1), &fields);
    assert_eq!(refused.status, 422);
    refused.says(&["REVIEW-REASON", &format!("value=\"{REMARK}\"")]);
    assert_eq!(hsu.post(&place(1), &[]).status, 403);
    let fields = [("verdict", "finding"), ("reason", "no_case"), ("remark", REMARK)];
    let page = hsu.send(&page, &place(1), &fields);
    assert_eq!(page.path, "/audit/2026-11/2?done=verdict");
    page.says(&["判定已登錄", "您尚未判定 3"]);

    // A second reviewer is named by the head, and learns nothing of the first one's verdict before their own.
    ye.open(SAMPLE).says(&["您未受指定覆核本樣本"]);
    ye.open(&place(1)).says(&["REVIEW-UNNAMED"]);
    let page = head.open(SAMPLE);
    let early = head.send(&page, "/audit/2026-11/sign", &[]);
    assert_eq!(early.status, 503);
    early.says(&["REVIEW-OPEN"]);
    head.send(&page, "/audit/2026-11/name", &[("account", "ye.rv")])
        .says(&["已指定覆核人員"]);
    let leaks = |page: &Page| {
        let about = page.html.split("<main").nth(1).unwrap();
        [REMARK, "hsu.rv</", "hsu.rv　", "本筆之判定"]
            .iter()
            .any(|told| about.contains(told))
    };
    let page = ye.open(&place(1));
    assert!(!leaks(&page), "{}", page.html);
    assert!(!leaks(&ye.open("/findings")));
    ye.open("/findings").says(&["內容於抽核簽核後揭示"]);
    let page = ye.send(&page, &place(1), &[("verdict", "unclear"), ("remark", "")]);
    assert_eq!(page.path, "/audit/2026-11/2?done=verdict");
    ye.open(&place(1))
        .says(&["本筆之判定", REMARK, "查無案件", "hsu.rv"]);

    ye.speak("en");
    ye.open(&place(2)).says(&[
        "Request",
        "Approval",
        "Consent",
        "Your verdict",
        "in order",
        "no case",
    ]);

    for number in 2..=4 {
        let page = hsu.open(&place(number));
        let next = hsu.send(&page, &place(number), &[("verdict", "in_order"), ("remark", "")]);
        let expected = match number {
            4 => "/audit/2026-11?done=verdict".to_owned(),
            _ => format!("/audit/2026-11/{}?done=verdict", number + 1),
        };
        assert_eq!(next.path, expected);
    }
    // Who gave a verdict does not sign, and is not asked to.
    let page = hsu.open(SAMPLE);
    assert!(page.form("/audit/2026-11/sign").is_none());
    let own = hsu.post("/audit/2026-11/sign", &[page.proof()]);
    assert_eq!(own.status, 403);
    own.says(&["REVIEW-HEAD"]);
    head.speak("en");
    let page = head.open(SAMPLE);
    let asks = |browser: &Browser<'_>, page: &Page| {
        let headers = [
            ("Cookie", &*browser.cookies()),
            ("Accept", "text/html"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let (name, proof) = page.proof();
        let body = format!("{name}={proof}");
        served.ask("POST", &format!("{SAMPLE}/draft"), &headers, body.as_bytes())
    };
    let draft = asks(&head, &page);
    assert!(
        draft.status == 200 && draft.body.contains("DRAFT, NOT SIGNED OFF") && draft.body.contains(REMARK),
        "{}",
        draft.body
    );
    let theirs = ye.open(SAMPLE);
    assert_eq!(asks(&ye, &theirs).status, 403);
    let page = head.send(&page, "/audit/2026-11/sign", &[]);
    page.says(&["The review is signed off", "Signed off by", "hu.head"]);
    let get = |browser: &Browser<'_>, file: &str| {
        let headers = [("Cookie", &*browser.cookies()), ("Accept", "text/html")];
        served.ask("GET", &format!("{SAMPLE}/report/{file}"), &headers, b"")
    };
    let printed = get(&head, "print");
    assert!(
        printed.body.contains("Unit head") && printed.body.contains(REMARK),
        "{}",
        printed.body
    );
    assert!(!printed.body.contains("style="));
    assert!(get(&head, "records.csv").body.starts_with("no,query_entry,"));
    assert!(get(&head, "review.txt").body.contains("hu.head"));

    // Corrected by one, closed by another with a paper.
    let page = hsu.open("/findings");
    page.says(&["待改正", "查無案件"]);
    let page = hsu.send(&page, "/findings/1/correct", &[]);
    page.says(&["已登錄改正", "已改正"]);
    let hash = "ab".repeat(32);
    let own = hsu.send(&page, "/findings/1/close", &[("artefact", &hash)]);
    assert_eq!(own.status, 403);
    own.says(&["FINDING-SELF"]);
    let page = head.open("/findings");
    let none = head.send(&page, "/findings/1/close", &[("artefact", "x")]);
    none.says(&["FINDING-ARTEFACT"]);
    let page = head.send(&page, "/findings/1/close", &[("artefact", &hash)]);
    page.says(&["The finding is closed.", &hash]);
    head.open("/findings").says(&["No findings."]);

    // Of another member there is nothing, and a querier has no such pages.
    let page = other.open("/findings?all=1");
    page.says(&["沒有缺失"]);
    other
        .post("/findings/1/correct", &[page.proof()])
        .says(&["FINDING-UNKNOWN"]);
    for path in ["/1", "/report/print"] {
        let told = other.open(&format!("{SAMPLE}{path}"));
        assert!(
            told.status >= 400 && !told.html.contains("hsu.rv"),
            "{}",
            told.html
        );
    }
    for path in [
        "/audit",
        SAMPLE,
        "/audit/2026-11/1",
        "/audit/2026-11/report/print",
    ] {
        let lost = chen.open(path);
        assert_eq!(lost.status, 404, "{path}");
        lost.says(&["HTTP-PATH"]);
    }
    assert!(!chen.open("/").html.contains("href=\"/audit\""));
    served.end();
}
