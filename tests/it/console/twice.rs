//! What two people do by the console beside stops and accounts: the use of answers beyond one's own cases, and holds. *Edge.*

use super::{
    browser::{Browser, Page},
    house::{force, house, signed_in},
};
use crate::{http::caller::Served, support::NOW};

/// `one` carries out at `approval` what `other` gives there.
#[track_caller]
fn in_two_hands(one: &mut Browser<'_>, other: &mut Browser<'_>, applied: &Page) -> Page {
    let approval = applied.path.strip_suffix("?done=applied").unwrap();
    let page = other.open(approval);
    let page = other.send(&page, approval, &[("verdict", "give")]);
    assert_eq!(page.path, "/approvals?done=given");
    let page = one.open(approval);
    let page = one.send(&page, &format!("{approval}/carry-out"), &[]);
    assert_eq!(page.path, "/approvals?done=carried-out");
    page
}

#[test]
fn a_querier_uses_answers_of_others_once_somebody_has_approved_it_and_until_it_is_ended() {
    let holders = ["004/chen.yl", "004/wang.dg", "012/chou.q", "bureau/he.cmp"];
    let (sandbox, firsts) = house(&holders);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut people = holders
        .iter()
        .zip(&firsts)
        .map(|(holder, first)| signed_in(&served, holder, first));
    let [mut chen, mut wang, mut chou, mut he] = std::array::from_fn(|_| people.next().unwrap());

    let page = chen.open("/grants");
    page.says(&["<title>回覆使用授權 – mayfly", "無資料"]);
    let long = [("cases_of", "lin.ch"), ("hours", "500"), ("reason", "代理")];
    chen.send(&page, "/grants", &long).says(&[
        "GRANT-PERIOD",
        "value=\"lin.ch\"",
        "value=\"500\"",
        "value=\"代理\"",
    ]);
    let stranger = [("cases_of", "nobody.here"), ("hours", "8"), ("reason", "代理")];
    chen.send(&page, "/grants", &stranger).says(&["GRANT-SCOPE"]);
    let leave = [
        ("cases_of", "lin.ch"),
        ("hours", "8"),
        ("reason", "林虛華休假代理"),
    ];
    let applied = chen.send(&page, "/grants", &leave);
    applied.says(&["林虛華休假代理", "lin.ch"]);
    chen.open("/grants").says(&["無資料"]);
    in_two_hands(&mut chen, &mut wang, &applied);
    let page = chen.open("/grants");
    page.says(&["lin.ch", "林虛華休假代理", "wang.dg"]);

    // Another member neither sees nor ends it; the bureau has no such page; who approves does not apply.
    chou.open("/grants").says(&["無資料"]);
    assert_eq!(force(&mut chou, "/grants/1/end", &[("reason", "x")]).status, 404);
    assert_eq!(he.open("/grants").status, 404);
    assert!(wang.open("/grants").form("/grants").is_none());

    let page = chen.send(&page, "/grants/1/end", &[("reason", "銷假上班")]);
    assert_eq!(page.path, "/grants?done=grant-ended");
    page.says(&["使用授權已終止", "無資料"]);
    served.end();
}

#[test]
fn the_bureau_holds_records_by_two_people_and_never_an_answer() {
    let holders = ["bureau/he.cmp", "bureau/jin.cmp", "004/chen.yl"];
    let (sandbox, firsts) = house(&holders);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut people = holders
        .iter()
        .zip(&firsts)
        .map(|(holder, first)| signed_in(&served, holder, first));
    let [mut he, mut jin, mut chen] = std::array::from_fn(|_| people.next().unwrap());

    let page = he.open("/holds");
    page.says(&["<title>保留 – mayfly", "沒有逾期保留的紀錄", "value=\"query\""]);
    assert!(!page.html.contains("value=\"answer\""));
    let answers = [("class", "answer"), ("reason", "調查")];
    force(&mut he, "/holds", &answers).says(&["HOLD-ANSWER", "value=\"調查\""]);
    let records = [("class", "query"), ("member", "004"), ("reason", "偵查中保全")];
    let applied = he.send(&page, "/holds", &records);
    he.open("/holds").says(&["沒有逾期保留的紀錄"]);
    in_two_hands(&mut he, &mut jin, &applied);
    let page = he.open("/holds");
    page.says(&["query 004", "偵查中保全", "he.cmp"]);
    let applied = he.send(&page, "/holds/1/lift", &[("reason", "偵查終結")]);
    in_two_hands(&mut he, &mut jin, &applied);
    he.open("/holds").says(&["沒有逾期保留的紀錄"]);
    assert_eq!(chen.open("/holds").status, 404);
    assert_eq!(force(&mut chen, "/holds", &records).status, 404);
    he.speak("en");
    he.open("/holds")
        .says(&["<title>Holds – mayfly", "Nothing is held beyond its end."]);
    served.end();
}
