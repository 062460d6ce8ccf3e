//! What breaks a rule is refused with code, sentence and remedy, and leaves nothing behind. *Edge.*

use super::*;

#[test]
fn what_breaks_a_rule_of_the_table_is_refused_and_changes_nothing() {
    let sandbox = staffed();
    let before = shown(
        &sandbox,
        &["changes", "--from", "2022-01-01", "--to", "2030-01-01"],
    );
    let check = |words: &[&str], hands: &[&str], exit: i32, code: &str| {
        let all = [&["--at", NOW, "people"], words, hands, &["--reason", "test"]].concat();
        let told = sandbox.mayfly(all).expect(exit);
        assert!(
            told.stderr.contains(&format!("({code})\n")),
            "{words:?}: {}",
            told.stderr
        );
        assert_eq!(
            told.stderr.trim_end().lines().count(),
            2,
            "a sentence and a remedy: {}",
            told.stderr
        );
        assert_eq!(
            shown(
                &sandbox,
                &["changes", "--from", "2022-01-01", "--to", "2030-01-01"]
            ),
            before
        );
    };
    let usual = ["--as", "lu.adm", "--approved-by", "wu.head"];
    let begin =
        |holder: &'static str, more: &[&'static str]| [&["begin", holder, "--name", "新虛構"], more].concat();
    let querier = ["--role", "querier", "--from"];
    let from = |day: &'static str| [&querier[..], &[day]].concat();

    check(
        &begin("004/new.q", &from("2026-11-01")),
        &usual,
        65,
        "PEOPLE-BACKDATED",
    );
    check(
        &["end", "004/chen.yl", "--on", "2026-11-01"],
        &usual,
        65,
        "PEOPLE-BACKDATED",
    );
    check(
        &begin("004/chen.yl", &from("2026-12-01")),
        &usual,
        65,
        "PEOPLE-OVERLAP",
    );
    check(
        &["end", "004/nobody", "--on", "2026-12-01"],
        &usual,
        65,
        "PEOPLE-UNKNOWN",
    );
    check(
        &["end", "004/tsai.ex", "--on", "2026-12-01"],
        &usual,
        65,
        "PEOPLE-UNKNOWN",
    );
    // She has left; her account's name stays hers.
    let other = [&from("2026-11-02")[..], &["--person", "P004-99"]].concat();
    check(&begin("004/tsai.ex", &other), &usual, 65, "PEOPLE-HANDED-OVER");
    // A name means one person: chen.yl is P004-01's account, and P004-01 no account of somebody else's.
    let account = [&from("2026-11-02")[..], &["--person", "chen.yl"]].concat();
    check(&begin("004/new.q", &account), &usual, 65, "PEOPLE-NAMESAKE");
    let person = [&from("2026-11-02")[..], &["--person", "P004-99"]].concat();
    check(&begin("004/P004-01", &person), &usual, 65, "PEOPLE-NAMESAKE");
    for reserved in ["004/operator", "004/Operator", "004/schedule"] {
        check(
            &begin(reserved, &["--role", "querier", "--from", "2026-11-02"]),
            &usual,
            65,
            "PEOPLE-RESERVED",
        );
    }
    let second = [&from("2026-11-02")[..], &["--person", "P004-01"]].concat();
    check(
        &begin("004/chen.two", &second),
        &usual,
        65,
        "PEOPLE-SECOND-ACCOUNT",
    );
    let card = [
        "--role",
        "card_custodian",
        "--role",
        "password_custodian",
        "--from",
        "2026-11-02",
    ];
    check(&begin("004/new.q", &card), &usual, 65, "PEOPLE-TOGETHER");
    let approver = ["--role", "approver", "--from", "2026-11-02"];
    check(&begin("004/new.a", &approver), &usual, 65, "PEOPLE-LEVEL");
    check(
        &begin("004/new.q", &["--role", "operator", "--from", "2026-11-02"]),
        &usual,
        65,
        "PEOPLE-ROLE",
    );
    check(
        &begin("099/new.q", &from("2026-11-02")),
        &usual,
        65,
        "MEMBER-UNKNOWN",
    );
    check(
        &begin("jcic/new.q", &from("2026-11-02")),
        &usual,
        65,
        "PEOPLE-HOLDER",
    );
    check(
        &begin("004/A123456789", &from("2026-11-02")),
        &usual,
        65,
        "PEOPLE-HOLDER",
    );
    let number = [&from("2026-11-02")[..], &["--title", "A123456789"]].concat();
    check(&begin("004/new.q", &number), &usual, 65, "PEOPLE-CELL");
    let backwards = [&from("2026-11-03")[..], &["--to", "2026-11-03"]].concat();
    check(&begin("004/new.q", &backwards), &usual, 65, "PEOPLE-CELL");

    // Two hands: the right ones, today, not stopped, of two people, and not one's own.
    let good = begin("004/new.q", &from("2026-11-02"));
    let hands = |by, approved_by| ["--as", by, "--approved-by", approved_by];
    check(&good, &hands("chen.yl", "wu.head"), 77, "PEOPLE-HANDS");
    check(&good, &hands("lu.adm", "wang.dg"), 77, "PEOPLE-HANDS");
    check(&good, &hands("lu.adm", "nobody"), 77, "PEOPLE-HANDS");
    check(&good, &hands("operator", "wu.head"), 77, "PEOPLE-HANDS");
    check(&good, &hands("mo.both", "mo.both"), 77, "PEOPLE-SELF");
    check(
        &["end", "004/hu.head", "--on", "2026-12-01"],
        &hands("lu.adm", "hu.head"),
        77,
        "PEOPLE-SELF",
    );
    sandbox
        .at(
            NOW,
            ["stop", "add", "person", "--reason", "test"],
            ["004/wu.head"],
        )
        .expect(0);
    check(&good, &usual, 77, "PEOPLE-HANDS");
    // The control: with the other head it is taken.
    let all = [
        &["--at", NOW, "people"],
        &good[..],
        &hands("lu.adm", "hu.head"),
        &["--reason", "test"],
    ]
    .concat();
    sandbox.mayfly(all).expect(0);
    assert_ne!(
        shown(
            &sandbox,
            &["changes", "--from", "2022-01-01", "--to", "2030-01-01"]
        ),
        before
    );
}

/// The same rules for a file, as long as a place is being founded: a new account comes with its past, a known one is not
/// changed behind its back.
#[test]
fn a_staff_file_that_breaks_a_rule_of_the_table_is_refused_whole() {
    let sandbox = Sandbox::with_master_data();
    let others = BOOK.lines().filter(|line| !line.contains("administrator"));
    let book: String = others.map(|line| format!("{line}\n")).collect();
    let book = sandbox.file("book.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    let import = |lines: &str| {
        let header = BOOK.lines().next().unwrap();
        let file = sandbox.file(
            "more.csv",
            format!("{header}\n004,good.one,良虛構,,Y,,,2024-01-01,wu.head,,,,,,\n{lines}\n"),
        );
        sandbox.at(NOW, ["--json", "staff", "import"], [file])
    };
    let check = |line: &str, code: &str| {
        let told = import(line).expect(65).stderr;
        assert!(
            told.contains("more.csv line 3: ") && told.contains(&format!("({code})\n")),
            "{line}: {told}"
        );
    };
    check(
        "004,tsai.ex,別虛人,,Y,,,2026-11-02,wu.head,,,P004-99,,,",
        "PEOPLE-HANDED-OVER",
    );
    check(
        "004,tsai.ex,蔡虛明,,Y,,,2026-11-01,wu.head,,,P004-04,,,",
        "PEOPLE-BACKDATED",
    );
    check(
        "004,chen.yl,陳虛玲,徵信專員,Y,,,2024-01-01,wu.head,2026-11-01,wu.head,P004-01,徵信部,,",
        "PEOPLE-BACKDATED",
    );
    check(
        "004,new.q,新虛構,,Y,,,2024-01-01,wu.head,,,chen.yl,,,",
        "PEOPLE-NAMESAKE",
    );
    check(
        "004,P004-01,新虛構,,Y,,,2024-01-01,wu.head,,,P004-98,,,",
        "PEOPLE-NAMESAKE",
    );
    check(
        "004,operator,新虛構,,Y,,,2024-01-01,wu.head,,,P004-98,,,",
        "PEOPLE-RESERVED",
    );
    check(
        "supervisor,schedule,新虛構,,,,,2024-01-01,board,,,,,,supervisor_auditor",
        "PEOPLE-RESERVED",
    );
    check("004,self.a,自虛核,,Y,,,2024-01-01,self.a,,,,,,", "PEOPLE-SELF");
    check(
        "004,ko.two,柯虛卡,,,,,2024-01-01,wu.head,,,P004-14,,,password_custodian",
        "PEOPLE-TOGETHER",
    );
    check(
        "004,x,虛構,,,,,2024-01-01,wu.head,,,,,,administrator",
        "PEOPLE-ROLE",
    );
    check("bureau,x,虛構,,Y,,,2024-01-01,yu.cmp,,,,,,", "PEOPLE-ROLE");
    check(
        "004,chen.yl,陳虛玲,,Y,,,2024-06-01,wu.head,,,P004-01,,,",
        "IMPORT-OVERLAP",
    );
    // From today on both may change; and the good line, refused with each of the others, is new now.
    let told =
        import("004,chen.yl,陳虛玲,徵信專員,Y,,,2024-01-01,wu.head,2026-11-02,wu.head,P004-01,徵信部,,")
            .expect(0);
    assert_eq!(told.json()["changed"], 2);
}

/// 五(一)2, 3: a file founds a place. Once two people can enter and approve there, only they change it, at their own members, at
/// the bureau, and at those whose people the bureau looks after; a file with one such line is refused whole.
#[test]
fn no_file_changes_a_place_that_two_people_carry_on() {
    let sandbox = staffed();
    let import = |at: &str, lines: &str| {
        let header = BOOK.lines().next().unwrap();
        let file = sandbox.file("more.csv", format!("{header}\n{lines}\n"));
        sandbox.at(at, ["--json", "staff", "import"], [file])
    };
    let range = ["changes", "--from", "2022-01-01", "--to", "2030-01-01"];
    let before = shown(&sandbox, &range);
    let good = "012,sun.head,孫虛主,單位主管,,,,2024-01-01,board,,,P012-10,徵信部,,unit_head";
    for line in [
        "004,new.q,新虛構,專員,Y,,,2026-11-02,wu.head,,,P004-50,徵信部,,",
        "004,new.q,新虛構,專員,Y,,,2020-01-01,nobody,,,P004-50,徵信部,,",
        "004,chen.two,陳虛玲,專員,,Y,,2024-01-01,wu.head,,,P004-01,徵信部,2,",
        "004,chen.yl,陳虛玲,徵信專員,Y,,,2024-01-01,wu.head,2026-12-01,wu.head,P004-01,徵信部,,",
        "bureau,ev.cmp,葉虛惡,專責人員,,,,2024-01-01,board,,,J-66,法遵部,,compliance",
        "supervisor,ev.fsc,葉虛監,查核人員,,,,2024-01-01,yu.cmp,,,F-66,,,supervisor_auditor",
    ] {
        let told = import(NOW, &format!("{good}\n{line}")).expect(65).stderr;
        assert!(
            told.contains("more.csv line 3: ")
                && told.contains("(PEOPLE-FOUNDED)\n")
                && told.contains("people begin"),
            "{line}: {told}"
        );
        assert_eq!(shown(&sandbox, &range), before, "{line}");
    }
    // A stop of both heads founds nothing anew; what stands there already is no change; another place is founded.
    for head in ["004/wu.head", "004/hu.head"] {
        let stop = ["stop", "add", "person", "--reason", "test"];
        sandbox.at(NOW, stop, [head]).expect(0);
    }
    let known = "004,ko.card,柯虛卡,保管人員,,,,2024-01-01,wu.head,,,P004-14,徵信部,,card_custodian";
    let new = "004,new.q,新虛構,專員,Y,,,2026-11-02,wu.head,,,P004-50,徵信部,,";
    let told = import(NOW, &format!("{known}\n{new}")).expect(65).stderr;
    assert!(told.contains("more.csv line 3: "), "{told}");
    let told = import(NOW, &format!("{known}\n{good}")).expect(0).json();
    assert_eq!(told["changed"], 1);
}

/// Where nobody is left who could, a file brings who is missing: from its day on, and one account a person.
#[test]
fn a_place_that_lost_its_people_gets_others_from_that_day_on() {
    let sandbox = staffed();
    // Whoever could enter is gone, one after the other.
    act(&sandbox, NOW, &["end", "004/mo.both", "--on", "2026-11-03"]).expect(0);
    act(&sandbox, NOW, &["end", "004/lu.adm", "--on", "2026-11-04"]).expect(0);
    let import = |at: &str, line: &str| {
        let header = BOOK.lines().next().unwrap();
        let file = sandbox.file("more.csv", format!("{header}\n{line}\n"));
        sandbox.at(at, ["--json", "staff", "import"], [file])
    };
    let line = |account: &str, person: &str, from: &str| {
        format!(
            "004,{account},新虛管,帳號管理人員,,,,{from},wu.head,,,{person},資訊部,,account_administrator"
        )
    };
    let later = "2026-11-04T10:00:00+08:00";
    let refused = |at: &str, line: &str, code: &str| {
        let told = import(at, line).expect(65).stderr;
        assert!(told.contains(&format!("({code})\n")), "{line}: {told}");
    };
    let on_time = line("ni.adm", "P004-60", "2026-11-04");
    refused("2026-11-03T23:59:59+08:00", &on_time, "PEOPLE-FOUNDED");
    refused(
        later,
        &line("ni.adm", "P004-60", "2026-11-03"),
        "PEOPLE-BACKDATED",
    );
    refused(
        later,
        &line("wu.adm", "P004-10", "2026-11-04"),
        "PEOPLE-SECOND-ACCOUNT",
    );
    import(later, &on_time).expect(0);
    refused(later, &line("no.adm", "P004-61", "2026-11-04"), "PEOPLE-FOUNDED");
}

/// What became of an account's years is gone with them, and its name is still nobody else's.
#[test]
fn an_account_name_outlives_its_years() {
    let sandbox = staffed();
    let years_later = "2031-11-03T10:00:00+08:00";
    sandbox.at(years_later, ["purge"], ["run"]).expect(0);
    let left = "SELECT CAST(COUNT(*) AS TEXT) FROM authorisation_change WHERE account = 'tsai.ex'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), left), ["0"]);
    let begin = |person: &str| {
        let words = [
            "begin",
            "004/tsai.ex",
            "--name",
            "新虛構",
            "--role",
            "querier",
            "--from",
            "2031-11-03",
            "--person",
        ];
        act(&sandbox, years_later, &[&words[..], &[person]].concat())
    };
    assert!(
        begin("P004-99")
            .expect(65)
            .stderr
            .contains("(PEOPLE-HANDED-OVER)")
    );
    begin("P004-04").expect(0);
}
