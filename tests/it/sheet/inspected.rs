//! What those see of a sheet who may take its evidence away: read alone, and entered; they sign nothing. *Edge.*

use super::*;
use crate::{evidence::BOOK, synthetic::journal};

#[test]
fn compliance_and_auditors_from_outside_see_a_sheet_and_sign_nothing() {
    let sandbox = made(4);
    let provider = "provider,ho.lab,何虛勞,查核人員,,,,2024-01-01,yu.cmp,,,L-01,,,provider_auditor\n";
    let book = sandbox.file("book.csv", format!("{BOOK}{provider}"));
    sandbox.at(MONDAY, ["staff", "import"], [book]).expect(0);
    let words = |what: &'static str, account: &'static str| [what, "004", WEEK, "chen.yl", "--as", account];
    let entered = |kind: &str| {
        let number = shown(&sandbox, MONDAY, "chen.yl")["sheet"].as_u64().unwrap();
        let reference = format!("sheet:{number}");
        let all = journal(&sandbox, MONDAY);
        all.iter()
            .filter(|entry| entry.kind == kind && entry.reference == reference)
            .count()
    };
    for (place, account) in ["supervisor/fan.fsc", "provider/ho.lab", "bureau/yu.cmp"]
        .into_iter()
        .enumerate()
    {
        let told = sheet(&sandbox, MONDAY, &words("show", account)).expect(0).json();
        assert_eq!(told["lines"].as_array().unwrap().len(), 2, "{told}");
        let folder = sandbox.path(&format!("out{place}"));
        let export = [
            "export",
            "004",
            WEEK,
            "chen.yl",
            folder.to_str().unwrap(),
            "--as",
            account,
        ];
        sheet(&sandbox, MONDAY, &export).expect(0);
        assert!(folder.join(format!("004-{WEEK}-chen.yl.proof")).is_file());
        assert_eq!((entered("read"), entered("export")), (place + 1, place + 1));
        for (act, code) in [("sign", 77), ("approve", 75)] {
            sheet(&sandbox, MONDAY, &words(act, account)).expect(code);
        }
    }
    // Nobody else of these places, no place that has not such people, and nobody of another member, whatever they call themselves.
    for account in [
        "bureau/xu.adm",
        "supervisor/nobody",
        "provider/fan.fsc",
        "fan.fsc",
        "012/chou.q",
        "004/lin.ch",
    ] {
        let refused = sheet(&sandbox, MONDAY, &words("show", account)).expect(77);
        assert!(
            refused.stderr.contains("(SHEET-RIGHT)"),
            "{account}: {}",
            refused.stderr
        );
    }
    sheet(&sandbox, MONDAY, &words("show", "elsewhere/fan.fsc")).expect(2);
    assert_eq!((entered("read"), entered("export")), (3, 3));
    // As the member's own people are named elsewhere.
    sheet(&sandbox, MONDAY, &words("show", "004/hsu.rv")).expect(0);
    assert_eq!(entered("read"), 4);
}
