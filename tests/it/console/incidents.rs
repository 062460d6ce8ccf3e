//! Incidents and stops by the console: one button stops, two people lift, clocks and stopwatch are there; who sees what. *Edge.*

use super::{
    browser::Browser,
    house::{force, house, signed_in},
};
use crate::{http::caller::Served, support::NOW};

const STOP: [(&str, &str); 5] = [
    ("kind", "member"),
    ("subject", "004"),
    ("nature", "actual"),
    ("reason", "查詢紀錄外流"),
    ("how", "incident"),
];

#[test]
fn one_person_stops_with_one_button_and_two_lift_the_stop() {
    let (sandbox, firsts) = house(&["bureau/he.cmp", "bureau/jin.cmp"]);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut he = signed_in(&served, "bureau/he.cmp", &firsts[0]);
    let page = he.open("/incidents");
    page.says(&["<title>事件與停用 – mayfly", "立即停用並成立事件", "目前無停用"]);
    // A slip of the pen stops nobody, and what was typed is kept.
    let mut slip = STOP;
    slip[1].1 = "999";
    let refused = he.send(&page, "/incidents", &slip);
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    refused.says(&[
        "STOP-TARGET",
        "value=\"999\"",
        "value=\"查詢紀錄外流\"",
        "目前無停用",
    ]);

    let page = he.send(&refused, "/incidents", &STOP);
    assert_eq!(page.path, "/incidents/1?done=stopped");
    page.says(&[
        "停用已生效",
        "使用單位 004",
        "查詢紀錄外流",
        "尚餘 ",
        "民國",
        "0.000 秒",
    ]);
    let words = [("what", "finding"), ("note", "主機遭侵入")];
    let page = he.send(&page, "/incidents/1/note", &words);
    page.says(&["已登錄", "查明事項", "主機遭侵入"]);
    let page = he.send(&page, "/incidents/1/measure", &[]);
    assert_eq!(page.path, "/incidents/1?done=measured");
    let letter = he.send(&page, "/incidents/1/notice", &[("to", "supervisor")]);
    letter.says(&["事件通報單", "查詢紀錄外流", "SHA-256"]);
    // It is not closed before everybody is notified.
    let report = "a".repeat(64);
    let ends = [("outcome", "confirmed"), ("sha256", report.as_str())];
    he.send(&page, "/incidents/1/close", &ends)
        .says(&["INCIDENT-NOTICES"]);
    let bad = [("outcome", "confirmed"), ("sha256", "/etc/passwd")];
    he.send(&page, "/incidents/1/close", &bad)
        .says(&["INCIDENT-REPORT"]);

    let page = he.open("/incidents");
    let page = he.send(&page, "/stops/1/lift", &[("reason", "已查明並改善")]);
    let approval = page.path.strip_suffix("?done=applied").unwrap().to_owned();
    let carry_out = format!("{approval}/carry-out");
    page.says(&["尚未執行", "解除", "已查明並改善"]);
    // Nobody approves what they applied for, nor carries out what nobody has approved.
    force(&mut he, &approval, &[("verdict", "give")]).says(&["APPROVAL-"]);
    force(&mut he, &carry_out, &[]).says(&["APPROVAL-"]);
    he.open("/incidents").says(&["使用單位 004"]);

    let mut jin = signed_in(&served, "bureau/jin.cmp", &firsts[1]);
    jin.open("/").says(&["待核准", "解除"]);
    jin.open("/approvals").says(&[&format!("href=\"{approval}\"")]);
    let page = jin.open(&approval);
    let page = jin.send(&page, &approval, &[("verdict", "give")]);
    assert_eq!(page.path, "/approvals?done=given");
    let page = he.open(&approval);
    let page = he.send(&page, &carry_out, &[]);
    assert_eq!(page.path, "/approvals?done=carried-out");
    he.open("/incidents").says(&["目前無停用"]);

    he.speak("en");
    he.open("/incidents").says(&[
        "<title>Incidents and stops – mayfly",
        "Stop, and open an incident",
    ]);
    he.open("/incidents/1")
        .says(&["<title>Incident 1 – mayfly", "h 0 min left"]);
    let page = he.open("/incidents");
    let page = he.send(&page, "/drill", &[]);
    page.says(&["The drill is done", "drill"]);
    served.end();
}

#[test]
fn others_stop_or_look_as_far_as_they_may_and_another_member_sees_nothing() {
    let holders = ["supervisor/fan.fsc", "004/na.aud", "012/sun.head", "004/chen.yl"];
    let (sandbox, firsts) = house(&holders);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut people: Vec<Browser<'_>> = holders
        .iter()
        .zip(&firsts)
        .map(|(holder, first)| signed_in(&served, holder, first))
        .collect();
    let [fan, aud, head, chen] = &mut people[..] else {
        panic!("somebody is missing");
    };
    // The supervisor stops, and lifts nothing.
    let page = fan.open("/incidents");
    let page = fan.send(&page, "/incidents", &STOP);
    assert_eq!(page.path, "/incidents/1?done=stopped");
    assert!(page.form("/incidents/1/note").is_none());
    let page = fan.open("/incidents");
    page.says(&["supervisor/fan.fsc"]);
    assert!(page.form("/stops/1/lift").is_none());
    assert_eq!(force(fan, "/stops/1/lift", &[("reason", "x")]).status, 404);

    // The member's auditor sees it, and stops nobody.
    let page = aud.open("/incidents");
    page.says(&["使用單位 004", "查詢紀錄外流"]);
    assert!(page.form("/incidents").is_none());
    aud.open("/incidents/1").says(&["尚餘 "]);
    let refused = force(aud, "/incidents", &STOP);
    assert_eq!(refused.status, 403);
    refused.says(&["STOP-RIGHT"]);
    assert_eq!(
        force(aud, "/incidents/1/note", &[("what", "finding"), ("note", "x")]).status,
        404
    );

    // To another member it is not there, nor to somebody without the right.
    let page = head.open("/incidents");
    assert!(!page.html.contains("使用單位 004"), "{}", page.html);
    let not_there = head.open("/incidents/99");
    assert_eq!(head.open("/incidents/none").status, 404);
    for path in ["/incidents/1", "/incidents/99", "/approvals/1"] {
        let page = head.open(path);
        assert_eq!(page.status, not_there.status, "{path}");
        assert!(!page.html.contains("外流"), "{path}");
    }
    let letter = force(head, "/incidents/1/notice", &[("to", "supervisor")]);
    letter.says(&["INCIDENT-UNKNOWN"]);
    for path in ["/incidents", "/incidents/1"] {
        assert_eq!(chen.open(path).status, 404, "{path}");
    }
    // Nothing without the proof of the session.
    let fields = STOP.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(fan.post("/incidents", &fields).status, 403);
    served.end();
}
