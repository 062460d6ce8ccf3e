//! Consents on the pages: found and shown without anything of theirs in an address, withdrawn, given an outcome. *Edge.*

use mayfly_consent::{IdKind, SubjectId};

use super::batches::settled;
use crate::{
    batch_file::{BatchRow, batch_file, consent_ref},
    http::caller::Served,
    signin::staffed,
    support::NOW,
};

const CHEN: (&str, &str) = ("004/chen.yl", "Tide-9-Harbour");
const CHOU: (&str, &str) = ("012/chou.q", "Brass-3-Window");
const HU: (&str, &str) = ("004/hu.head", "Quill-5-Meadow");

#[test]
fn a_consent_is_found_shown_beside_its_form_and_withdrawn() {
    let sandbox = staffed();
    let file = sandbox.file(
        "004-1151102-01.csv",
        batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]),
    );
    sandbox.batch_run(&file, &["--as", "chen.yl"]);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut chen = settled(&sandbox, &served, CHEN);
    let mut chou = settled(&sandbox, &served, CHOU);
    let mut hu = settled(&sandbox, &served, HU);
    let (reference, subject) = (consent_ref(1), SubjectId::invent(IdKind::National, 1));
    let person = [("id", subject.expose()), ("birth", "1985-05-05")];

    let page = chen.open("/consents");
    page.says(&["依授權編號", "依當事人"]);
    let found = chen.send(&page, "/consents/find", &person);
    assert_eq!(found.path, "/consents/find");
    found.says(&[&reference]);
    assert!(!found.html.contains(subject.expose()), "the number is shown");
    chen.send(
        &page,
        "/consents/find",
        &[("id", "A123456788"), ("birth", "1985-05-05")],
    )
    .says(&["SUB-ID-CHECK"]);
    let shown = chen.send(&page, "/consents/show", &[("reference", &reference)]);
    shown.says(&[
        "授權書全文",
        "身分驗證方式",
        &subject.masked(),
        "民國",
        "SHA-256",
        "尚未得知",
    ]);
    assert!(!shown.html.contains(subject.expose()), "it is not masked");
    for raw in [
        "moica",
        "fido",
        "otp",
        "chip_card",
        "mydata",
        "electronic",
        "passed",
    ] {
        assert!(!shown.html.contains(&format!(">{raw}<")), "{raw} is no Chinese");
    }

    // Of another member nothing is there; without a right nothing is shown.
    let theirs = chou.open("/consents");
    let none = chou.send(&theirs, "/consents/find", &person);
    assert!(!none.html.contains(&reference));
    chou.send(&theirs, "/consents/show", &[("reference", &reference)])
        .says(&["CNS-MISSING"]);
    assert!(!hu.open("/").html.contains("href=\"/consents\""));
    let denied = hu.open("/consents");
    let denied = hu.send(&denied, "/consents/show", &[("reference", &reference)]);
    assert_eq!(denied.status, 403);
    denied.says(&["CONSENT-HANDS"]);

    let unproved = [
        ("reference".to_owned(), reference.clone()),
        ("outcome".to_owned(), "withdrawn".to_owned()),
        ("date".to_owned(), "2026-11-02".to_owned()),
    ];
    assert_eq!(chen.post("/consents/outcome", &unproved).status, 403);
    let said = [("outcome", "withdrawn"), ("date", "2026-11-02")];
    let withdrawn = chen.send(&shown, "/consents/outcome", &said);
    assert_eq!(withdrawn.path, "/consents?done=withdrawn");
    let again = chen.send(&shown, "/consents/outcome", &said);
    assert_eq!(again.path, "/consents?done=no-change");
    let shown = chen.send(&page, "/consents/show", &[("reference", &reference)]);
    shown.says(&["已撤回"]);
    let granted = [("outcome", "granted"), ("date", "2030-12-31")];
    let outcome = chen.send(&shown, "/consents/outcome", &granted);
    assert_eq!(outcome.path, "/consents?done=recorded");
    chen.speak("en");
    let page = chen.open("/consents");
    page.says(&["Consents", "By its number"]);
    chen.send(&page, "/consents/show", &[("reference", &reference)])
        .says(&["What was agreed to, word by word", "Withdrawn", "granted, ends"]);
    served.end();
}
