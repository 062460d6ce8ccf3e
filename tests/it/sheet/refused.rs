//! Who may not, what is too early and what was done already: code, sentence, remedy, and nothing half-done. *Edge.*

use super::*;
use crate::synthetic::journal;

#[test]
fn each_refusal_has_its_code_and_changes_nothing() {
    let sandbox = asked(4);
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,gone.q,離虛職,專員,Y,,,2024-01-01,ma.gm,2026-11-06,ma.gm,P004-20,徵信部,,\n\
        004,wu.head,吳虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-10,徵信部,,unit_head\n";
    let file = sandbox.file("staff.csv", staff);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    // Two accounts of one person, which no file may bring in.
    sandbox.database.ask(
        &sandbox.data(),
        "UPDATE authorisation SET person = 'P004-01' WHERE account = 'wu.jh'",
    );
    let check = |words: &[&str], exit: i32, code: &str| {
        let before = journal(&sandbox, MONDAY).len();
        let run = sheet(&sandbox, MONDAY, words).expect(exit);
        assert!(
            run.stderr.contains(&format!("({code})\n")),
            "{words:?}: {}",
            run.stderr
        );
        assert_eq!(
            run.stderr.lines().count(),
            2,
            "a sentence and a remedy: {}",
            run.stderr
        );
        assert_eq!(journal(&sandbox, MONDAY).len(), before, "{words:?}");
    };
    let by = |what: &'static str, querier: &'static str, account: &'static str| {
        [what, "004", WEEK, querier, "--as", account]
    };
    let says = |words: &[&str], sentence: &str| {
        let told = sheet(&sandbox, MONDAY, words).expect(77).stderr;
        assert!(told.contains(sentence), "{words:?}: {told}");
    };
    check(&["make", "004", "2026-W46"], 75, "SHEET-OPEN");
    check(&["make", "004", "2026-45"], 65, "SHEET-WEEK");
    check(&["make", "999", WEEK], 65, "MEMBER-UNKNOWN");
    // Weeks before the house was opened, before the schedule ran and after: nothing is made of them, and nobody is stopped by it.
    for week in ["2015-W01", "2026-W40", "2026-W44"] {
        check(&["make", "004", week], 65, "SHEET-WEEK");
    }
    // Whom nobody knows, the schedule's name, and somebody of another member.
    for account in ["nobody", "schedule", "chou.q"] {
        check(&["make", "004", WEEK, "--as", account], 77, "PEOPLE-ABSENT");
    }
    check(&["verify", "004", WEEK], 65, "SHEET-UNKNOWN");
    check(&by("sign", "chen.yl", "chen.yl"), 65, "SHEET-UNKNOWN");
    sheet(&sandbox, MONDAY, &["make", "004", WEEK, "--as", "wu.head"]).expect(0);
    for week in ["2015-W01", "2026-W40", "2026-W44"] {
        check(&["make", "004", week], 65, "SHEET-WEEK");
    }
    check(&["make", "004", WEEK, "--as", "nobody"], 77, "PEOPLE-ABSENT");

    check(&by("sign", "nobody", "chen.yl"), 65, "SHEET-UNKNOWN");
    check(&by("approve", "chen.yl", "wang.dg"), 75, "SHEET-UNSIGNED");
    for account in ["lin.ch", "wang.dg", "wu.head", "nobody"] {
        check(&by("sign", "chen.yl", account), 77, "SHEET-PERSON");
    }
    // The querier's other account has no right to query.
    check(&by("sign", "chen.yl", "wu.jh"), 77, "SHEET-RIGHT");
    says(&by("sign", "chen.yl", "wu.jh"), "let the querier sign it");
    // The place before the account is understood.
    check(&by("sign", "chen.yl", "supervisor/chen.yl"), 77, "SHEET-PERSON");
    sheet(&sandbox, MONDAY, &by("sign", "chen.yl", "004/chen.yl")).expect(0);
    check(&by("sign", "chen.yl", "chen.yl"), 65, "SHEET-SIGNED");
    // By person, not by account; and only who may.
    check(&by("approve", "chen.yl", "wu.jh"), 77, "SHEET-PERSON");
    for account in ["chen.yl", "hsu.rv", "nobody"] {
        check(&by("approve", "chen.yl", account), 77, "SHEET-RIGHT");
        says(&by("approve", "chen.yl", account), "that has the approve right");
    }
    sheet(&sandbox, MONDAY, &by("approve", "chen.yl", "wang.dg")).expect(0);
    check(&by("approve", "chen.yl", "wang.dg"), 65, "SHEET-SIGNED");
    let twice = sheet(&sandbox, MONDAY, &by("approve", "chen.yl", "wang.dg")).expect(65);
    assert!(
        twice.stderr.contains("has been approved already"),
        "{}",
        twice.stderr
    );

    // Who has left does not sign any more; the unit head does, and nobody else.
    check(&by("sign", "gone.q", "gone.q"), 77, "SHEET-RIGHT");
    check(&by("sign", "gone.q", "lin.ch"), 77, "SHEET-PERSON");
    sheet(&sandbox, MONDAY, &by("sign", "gone.q", "wu.head")).expect(0);
    sheet(&sandbox, MONDAY, &by("approve", "gone.q", "wang.dg")).expect(0);
    verify(&sandbox, MONDAY, WEEK, 0);

    // Who is stopped does not sign.
    let stop = [
        "--at",
        MONDAY,
        "stop",
        "add",
        "person",
        "004/lin.ch",
        "--reason",
        "test",
    ];
    sandbox.mayfly(stop).expect(0);
    check(&by("sign", "lin.ch", "lin.ch"), 77, "SHEET-RIGHT");
    check(&by("sign", "lin.ch", "wang.dg"), 77, "SHEET-PERSON");
    sheet(&sandbox, MONDAY, &by("sign", "lin.ch", "wu.head")).expect(0);

    // The lines are for few.
    for account in ["huang.sm", "gone.q", "nobody", "012/chen.yl"] {
        check(&by("show", "chen.yl", account), 77, "SHEET-RIGHT");
        says(
            &by("show", "chen.yl", account),
            "approves, reviews, signs off or audits",
        );
    }
    for account in ["chen.yl", "wang.dg", "hsu.rv", "wu.head"] {
        let lines = sheet(&sandbox, MONDAY, &by("show", "chen.yl", account))
            .expect(0)
            .json();
        assert_eq!(lines["lines"].as_array().unwrap().len(), 2);
    }
    let out = sandbox.path("out");
    let export = [
        "export",
        "004",
        WEEK,
        "chen.yl",
        out.to_str().unwrap(),
        "--as",
        "huang.sm",
    ];
    check(&export, 77, "SHEET-RIGHT");
    says(&export, "right to see this sheet");
    assert!(!out.exists());
    for words in [
        &["sign", "004", WEEK, "chen.yl"][..],
        &["verify", "004", WEEK, "--file", "x"],
    ] {
        sheet(&sandbox, MONDAY, words).expect(2);
    }
}
