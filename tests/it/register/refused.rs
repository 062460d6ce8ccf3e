//! What the register of papers does not take, and how it is shown. *Edge.*

use super::*;

#[test]
fn what_is_wrong_with_a_paper_is_refused_and_changes_nothing() {
    let sandbox = staffed();
    let size = || {
        let size = "SELECT CAST(size AS TEXT) FROM journal_head";
        sandbox.database.ask(&sandbox.data(), size)
    };
    let before = size();
    let empty = sandbox.file("empty.pdf", b"");
    let empty = empty.to_str().unwrap();
    let check = |told: Run, exit: i32, code: &str| {
        let told = told.expect(exit);
        assert!(
            told.stderr.contains(&format!("({code})\n")),
            "{code}: {}",
            told.stderr
        );
        assert_eq!(told.stderr.trim_end().lines().count(), 2, "{}", told.stderr);
        assert!(!told.stderr.contains("A123456789"), "{}", told.stderr);
    };
    let leak =
        |of, by, fields: &[&str], more: &[&str]| add(&sandbox, ["password_leak", of, by], fields, more);
    let good = ["account=lin.ch"];
    check(leak("099", "wu.head", &good, &[]), 65, "MEMBER-UNKNOWN");
    check(leak("bureau", "yu.cmp", &good, &[]), 65, "REGISTER-KIND");
    check(
        add(&sandbox, ["no_such", "004", "wu.head"], &good, &[]),
        65,
        "REGISTER-KIND",
    );
    for nobody in ["lin.ch", "lu.adm", "yu.cmp", "sun.head", "nobody"] {
        check(leak("004", nobody, &good, &[]), 77, "REGISTER-RIGHT");
    }
    for fields in [
        &[][..],
        &["account"],
        &["account=nobody"],
        &["account=A123456789"],
        &["account=lin.ch", "account=lin.ch"],
        &["account=lin.ch", "more=x"],
    ] {
        check(leak("004", "wu.head", fields, &[]), 65, "REGISTER-FIELD");
    }
    for follows in ["1", "0", "-1"] {
        let follows = format!("--follows={follows}");
        check(leak("004", "wu.head", &good, &[&follows]), 65, "REGISTER-FOLLOWS");
    }
    let changed = ["password_changed", "004", "lu.adm"];
    check(
        add(&sandbox, changed, &["changed_on=2026-11-02"], &[]),
        65,
        "REGISTER-FOLLOWS",
    );
    let rules = ["deletion_procedure", "004", "wu.head"];
    check(add(&sandbox, rules, &["version=1"], &[]), 65, "REGISTER-FILE");
    check(
        add(&sandbox, rules, &["version=1"], &["--file", "/nowhere"]),
        65,
        "REGISTER-FILE",
    );
    check(
        add(&sandbox, rules, &["version=1"], &["--file", empty]),
        65,
        "DUTY-ARTEFACT",
    );
    check(leak("004", "A123456789", &good, &[]), 2, "USAGE");
    let other = ["--duty", "account_review/004/2026-H2"];
    check(leak("004", "wu.head", &good, &other), 77, "DUTY-OWNER");
    check(
        leak("004", "wu.head", &good, &["--duty", "self_inspection/004/2026"]),
        65,
        "DUTY-ARTEFACT",
    );
    check(
        leak("004", "wu.head", &good, &["--duty", "no/such"]),
        65,
        "DUTY-UNKNOWN",
    );
    let words = |words: &[&str]| mayfly(&sandbox, NOW, &[&["register"], words].concat());
    let day = |day: &str| {
        let paper = [
            "add",
            "password_leak",
            "--of",
            "004",
            "--as",
            "wu.head",
            "--field",
            "account=lin.ch",
        ];
        words(&[&paper[..], &["--day", day]].concat())
    };
    check(day("2026-11-03"), 65, "REGISTER-DAY");
    // What raises a duty is not older than the membership here.
    check(day("2026-11-01"), 65, "DUTY-DAY");
    check(words(&["show", "1"]), 65, "REGISTER-UNKNOWN");
    check(
        words(&["end", "1", "--reason", "x", "--as", "wu.head"]),
        65,
        "REGISTER-UNKNOWN",
    );
    check(
        words(&["end", "1", "--reason", "", "--as", "wu.head"]),
        65,
        "STOP-REASON",
    );
    check(words(&["list", "--kind", "no_such"]), 65, "REGISTER-KIND");
    check(words(&["list", "--of", "099"]), 65, "MEMBER-UNKNOWN");
    check(
        words(&["use", "--from", "2026-11-02", "--to", "2026-11-01"]),
        65,
        "REGISTER-DAY",
    );
    assert_eq!(size(), before, "the journal has grown");
    let rows = "SELECT CAST(COUNT(*) AS TEXT) FROM paper";
    assert_eq!(sandbox.database.ask(&sandbox.data(), rows), ["0"]);
    // The control.
    leak("004", "wu.head", &good, &[]).expect(0);
    assert_ne!(size(), before);
}

#[test]
fn papers_are_printed_for_people_and_for_spreadsheets() {
    let sandbox = staffed();
    let filing = ["place==1+1", "confidential_place=＝A1", "keeper=chen.yl"];
    add(&sandbox, ["paper_filing", "004", "wu.head"], &filing, &[]).expect(0);
    let say = |words: &[&str]| {
        let all = [&["--at", NOW, "register"], words].concat();
        sandbox.mayfly(all).expect(0).stdout
    };
    let text = say(&["list", "--lang", "zh-TW"]);
    assert!(text.starts_with("序號  日期       機構  文件"), "{text}");
    assert!(
        text.contains("裝夾處所：=1+1") && text.ends_with("\n1 件文件\n"),
        "{text}"
    );
    let csv = say(&["list", "--csv"]);
    assert!(csv.starts_with("paper,day,of,kind,fields,"), "{csv}");
    assert!(
        csv.contains("1,2026-11-02,004,paper_filing,confidential_place=＝A1; keeper=chen.yl; place==1+1,"),
        "{csv}"
    );
    let kinds = say(&["kinds"]);
    assert!(
        kinds.contains("unit_head:account(unit_head) querier:account(querier) mail_no"),
        "{kinds}"
    );
    assert!(kinds.ends_with(" kinds\n") && say(&["kinds", "--csv"]).contains("country:TW"));
    let used = say(&["use", "--from", "2026-01-01", "--to", "2026-12-31"]);
    assert!(used.contains("012     虛構銀行乙  0"), "{used}");
    assert_eq!(mayfly(&sandbox, NOW, &["register", "list", "--csv"]).code, 2);
}
