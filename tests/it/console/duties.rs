//! Duties by the console: as list and month, each member's own, closed by whoever owns one and by nobody else. *Edge.*

use super::house::{force, house, signed_in};
use crate::{http::caller::Served, support::NOW};

#[test]
fn duties_are_listed_shown_in_their_month_and_closed_by_their_owner_only() {
    let holders = ["bureau/he.cmp", "012/sun.head", "004/chen.yl"];
    let (sandbox, firsts) = house(&holders);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut he = signed_in(&served, "bureau/he.cmp", &firsts[0]);
    let page = he.open("/duties?state=all");
    page.says(&[
        "<title>應辦事項 – mayfly",
        "民國115年11月",
        "待辦",
        "class=\"month\"",
    ]);
    assert!(page.html.contains("/004/") && page.html.contains("/012/"));
    let form = page.form("/duties").unwrap().to_owned();
    let drill = form
        .split("<option value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .find(|duty| duty.contains("drill"))
        .unwrap_or_else(|| panic!("no drill: {form}"))
        .to_owned();
    // No file of the machine is looked at from afar.
    let refused = he.send(
        &page,
        "/duties",
        &[("duty", &drill), ("artefact", "/etc/hostname")],
    );
    assert_eq!(refused.status, 422);
    refused.says(&["DUTY-ARTEFACT", "value=\"/etc/hostname\""]);
    let hash = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let page = he.send(&refused, "/duties", &[("duty", &drill), ("artefact", &hash)]);
    assert_eq!(page.path, "/duties?done=closed");
    he.open("/duties?state=all").says(&[&hash, &drill]);
    assert!(
        !he.open("/duties")
            .form("/duties")
            .unwrap()
            .contains(&format!("value=\"{drill}\""))
    );
    he.open("/duties?state=overdue&owner=compliance&clause=五&at=bureau")
        .says(&["清單"]);
    he.open("/duties?owner=nobody").says(&["DUTY-RULE"]);

    // Another member sees nothing of it, and closes nothing of others.
    let mut head = signed_in(&served, "012/sun.head", &firsts[1]);
    let page = head.open("/duties?state=all&at=004&month=2026-11");
    assert!(!page.html.contains("/004"), "{}", page.html);
    assert!(page.html.contains("/012"));
    for duty in [drill.as_str(), "monthly_sample/004/2026-11", "nothing"] {
        let page = force(&mut head, "/duties", &[("duty", duty), ("artefact", &hash)]);
        page.says(&["DUTY-UNKNOWN"]);
    }
    // A querier sees their own only.
    let mut chen = signed_in(&served, "004/chen.yl", &firsts[2]);
    let page = chen.open("/duties?state=all");
    assert!(!page.html.contains("huang.sm"), "{}", page.html);
    chen.speak("en");
    chen.open("/duties")
        .says(&["<title>Duties – mayfly", "November 2026"]);
    let fields = [("duty", drill.as_str()), ("artefact", hash.as_str())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(chen.post("/duties", &fields).status, 403);
    served.end();
}
