//! Deletion and oversight by the console: certificates verified here, classes with their clauses, members and clauses as they stand. *Edge.*

use std::fs;

use super::house::{first, force, house, signed_in};
use crate::{certificates::AFTER, http::caller::Served, support::fixtures};

#[test]
fn certificates_are_shown_and_verified_and_the_supervisor_sees_members_and_clauses() {
    let (sandbox, _) = house(&[]);
    sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
    sandbox.mayfly(["--at", AFTER, "purge", "run"]).expect(0);
    let [fan, head, chen] =
        ["supervisor/fan.fsc", "012/sun.head", "004/chen.yl"].map(|holder| first(&sandbox, AFTER, holder));
    let served = Served::open(&sandbox, AFTER, &[]);
    let mut fan = signed_in(&served, "supervisor/fan.fsc", &fan);
    let page = fan.open("/deletion");
    page.says(&[
        "<title>刪除 – mayfly",
        "href=\"/deletion/intake-2026110202\"",
        "每週查詢紀錄單",
        "金鑰已銷毀",
        "72 小時內可讀，96 小時內銷毀",
        "八(二)",
    ]);
    let one = fan.open("/deletion/intake-2026110202");
    one.says(&["查驗相符", "簽章原文"]);
    let note = one.html.split("<pre>").nth(1).unwrap();
    let note = note.split("</pre>").next().unwrap().to_owned();
    let verified = fan.send(&page, "/deletion/verify", &[("note", &note)]);
    verified.says(&["<h1>查驗相符"]);
    let forged = note.replacen("intake", "answer", 1);
    fan.send(&page, "/deletion/verify", &[("note", &forged)])
        .says(&["<h1>查驗不符"]);
    assert_eq!(fan.open("/deletion/answer-2020010101").status, 404);
    assert_eq!(fan.open("/deletion/nothing").status, 404);

    // All of them, to be verified elsewhere.
    let away = sandbox.path("away");
    let name = fan.take(&page, "/deletion/export", &[], &away);
    assert_eq!(name, "certificates.zip");
    let folder = away.join("certificates");
    let key = fs::read_to_string(folder.join("verifier-key")).unwrap();
    let certificate = folder.join("intake-2026110202.certificate");
    let verify = [
        "certificate",
        "verify",
        certificate.to_str().unwrap(),
        "--key",
        key.trim(),
    ];
    sandbox.mayfly(verify).expect(0);

    let page = fan.open("/oversight");
    let days = [("from", "2026-11-01"), ("to", "2026-11-05"), ("member", "004")];
    let name = fan.take(&page, "/oversight/evidence", &days, &away);
    assert_eq!(name, "evidence-2026-11-01-2026-11-05.zip");
    let folder = away.join("evidence-2026-11-01-2026-11-05");
    let key = fs::read_to_string(folder.join("verifier-key")).unwrap();
    let verify = [
        "evidence",
        "verify",
        folder.to_str().unwrap(),
        "--key",
        key.trim(),
    ];
    let verified = sandbox.mayfly(verify).expect(0);
    assert!(
        verified.stdout.contains("made by supervisor/fan.fsc"),
        "{}",
        verified.stdout
    );
    let reversed = [("from", "2026-11-07"), ("to", "2026-11-01")];
    let refused = fan.send(&page, "/oversight/evidence", &reversed);
    assert_eq!(refused.status, 422);
    refused.says(&["EVIDENCE-RANGE"]);
    page.says(&[
        "<title>監督總覽 – mayfly",
        "虛構銀行甲",
        "虛構銀行乙",
        "條款遵循情形",
        "href=\"/incidents\"",
    ]);
    fan.speak("en");
    fan.open("/oversight")
        .says(&["<title>Oversight – mayfly", "Clauses, as they stand now"]);
    fan.open("/deletion")
        .says(&["<title>Deletion – mayfly", "readable for 72 hours, gone by 96"]);

    // A member has no view of the others; a querier none of what was deleted.
    let mut head = signed_in(&served, "012/sun.head", &head);
    assert_eq!(head.open("/oversight").status, 404);
    head.open("/deletion").says(&["金鑰已銷毀"]);
    let mut chen = signed_in(&served, "004/chen.yl", &chen);
    for path in ["/oversight", "/deletion", "/deletion/intake-2026110202"] {
        assert_eq!(chen.open(path).status, 404, "{path}");
    }
    assert_eq!(force(&mut chen, "/deletion/export", &[]).status, 404);
    for browser in [&mut chen, &mut head] {
        assert_eq!(force(browser, "/oversight/evidence", &days).status, 404);
    }
    assert_eq!(force(&mut chen, "/deletion/verify", &[("note", "x")]).status, 404);
    let fields = [("note".to_owned(), note)];
    assert_eq!(head.post("/deletion/verify", &fields).status, 403);
    served.end();
}
