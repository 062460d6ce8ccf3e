//! Reviews that are not in order: who may not, what does not fit, what is too early or was done: each leaves no trace. *Edge.*

use super::{
    CLOSED, VALUE, asked, audit, draw, freeze,
    review::{act, clear, drawn, item},
    run_rows,
};
use crate::{
    batch_file::BatchRow,
    support::{NOW, Sandbox},
};

/// `audit WORDS…` is refused with `code`, a sentence and a remedy, and the journal does not grow.
fn refused(sandbox: &Sandbox, at: &str, words: &[&str], exit: i32, code: &str) {
    let size = || {
        sandbox
            .database
            .ask(&sandbox.data(), "SELECT CAST(size AS TEXT) FROM journal_head")
    };
    let before = size();
    let run = audit(sandbox, at, words).expect(exit);
    assert!(run.stderr.contains(code), "{words:?}: {}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 2, "{words:?}: {}", run.stderr);
    assert_eq!(size(), before, "{words:?}");
}

#[test]
fn each_refusal_of_a_review_has_its_code_and_changes_nothing() {
    let sandbox = drawn();
    let check = |words: &[&str], exit: i32, code: &str| refused(&sandbox, CLOSED, words, exit, code);
    let of = |name: &'static str, words: &[&'static str]| [&[name, "004", "2026-11"], words].concat();
    let verdict =
        |words: &[&'static str]| [&["verdict", "004", "2026-11"], words, &["--as", "hsu.rv"]].concat();
    // The record is not in the sample.
    for place in ["0", "11", "18446744073709551615"] {
        check(&of("item", &[place, "--as", "hsu.rv"]), 65, "REVIEW-ITEM");
        check(&verdict(&[place, "--verdict", "in_order"]), 65, "REVIEW-ITEM");
    }
    // Who has no right, who is not named, who is named already.
    check(&of("item", &["1", "--as", "chen.yl"]), 77, "SAMPLE-RIGHT");
    check(
        &of("verdict", &["1", "--verdict", "in_order", "--as", "wu.head"]),
        77,
        "SAMPLE-RIGHT",
    );
    check(&of("item", &["1", "--as", "ye.rv"]), 77, "REVIEW-UNNAMED");
    check(
        &of("verdict", &["1", "--verdict", "in_order", "--as", "ye.rv"]),
        77,
        "REVIEW-UNNAMED",
    );
    check(&of("verdicts", &["--as", "ye.rv"]), 77, "REVIEW-UNNAMED");
    check(&of("name", &["ye.rv", "--as", "wang.dg"]), 77, "SAMPLE-NAMED");
    check(&of("name", &["si.rv", "--as", "si.rv"]), 77, "SAMPLE-NAMED");
    check(&of("name", &["wang.dg", "--as", "wu.head"]), 77, "SAMPLE-RIGHT");
    check(&of("name", &["hsu.rv", "--as", "wu.head"]), 65, "REVIEW-NAMED");
    check(
        &["name", "012", "2026-11", "kao.a", "--as", "wu.head"],
        75,
        "SAMPLE-UNFROZEN",
    );
    // A stopped unit head names nobody.
    let stop = [
        "add",
        "person",
        "004/hu.head",
        "--reason",
        "調查中",
        "--as",
        "operator",
    ];
    sandbox.at(CLOSED, ["stop"], stop).expect(0);
    check(&of("name", &["ye.rv", "--as", "hu.head"]), 77, "SAMPLE-NAMED");
    check(&of("sign-off", &["--as", "hu.head"]), 77, "REVIEW-HEAD");
    act(&sandbox, CLOSED, "name", &["ye.rv", "--as", "wu.head"]).expect(0);

    // What is said does not fit, or comes before the record was opened.
    check(&verdict(&["1", "--verdict", "in_order"]), 75, "REVIEW-UNOPENED");
    item(&sandbox, CLOSED, "1", "hsu.rv");
    check(&verdict(&["1", "--verdict", "fine"]), 65, "REVIEW-VERDICT");
    check(&verdict(&["1", "--verdict", "finding"]), 65, "REVIEW-REASON");
    check(
        &verdict(&["1", "--verdict", "finding", "--reason", "no_cases"]),
        65,
        "REVIEW-REASON",
    );
    check(
        &verdict(&["1", "--verdict", "in_order", "--reason", "other"]),
        65,
        "REVIEW-REASON",
    );
    check(
        &verdict(&["1", "--verdict", "in_order", "--remark", "A123456789"]),
        65,
        "REVIEW-REMARK",
    );
    // One reviewer's opening is not another's.
    check(
        &of("verdict", &["1", "--verdict", "in_order", "--as", "ye.rv"]),
        75,
        "REVIEW-UNOPENED",
    );
    act(
        &sandbox,
        CLOSED,
        "verdict",
        &["1", "--verdict", "finding", "--reason", "other", "--as", "hsu.rv"],
    )
    .expect(0);
    check(
        &verdict(&["1", "--verdict", "finding", "--reason", "other"]),
        65,
        "REVIEW-TWICE",
    );

    // Steps of a finding, out of order and by the wrong people.
    let paper = sandbox.file("paper.pdf", "done");
    let (paper, empty) = (paper.to_str().unwrap(), sandbox.file("empty.pdf", ""));
    let close = |by: &str| ["finding", "close", "1", "--artefact", paper, "--as", by].map(str::to_owned);
    let closing = |by: &str, exit: i32, code: &str| {
        let words = close(by);
        check(&words.each_ref().map(String::as_str), exit, code);
    };
    closing("wu.head", 65, "FINDING-STATE");
    check(
        &["finding", "correct", "2", "--as", "wang.dg"],
        65,
        "FINDING-UNKNOWN",
    );
    check(&["finding", "correct", "1", "--as", "kao.a"], 77, "FINDING-RIGHT");
    check(
        &["finding", "correct", "1", "--as", "tsai.ex"],
        77,
        "FINDING-RIGHT",
    );
    audit(&sandbox, CLOSED, &["finding", "correct", "1", "--as", "ye.rv"]).expect(0);
    check(
        &["finding", "correct", "1", "--as", "wang.dg"],
        65,
        "FINDING-STATE",
    );
    closing("wang.dg", 77, "FINDING-RIGHT");
    closing("ye.rv", 77, "FINDING-SELF");
    for file in [empty.to_str().unwrap(), "nowhere.pdf", "."] {
        check(
            &["finding", "close", "1", "--artefact", file, "--as", "wu.head"],
            65,
            "FINDING-ARTEFACT",
        );
    }
    audit(&sandbox, CLOSED, &close("wu.head").each_ref().map(String::as_str)).expect(0);
    closing("wu.head", 65, "FINDING-STATE");

    // Signed when all is said, by the unit head and nobody else, once.
    let folder = sandbox.path("report");
    let report = [
        "report",
        "004",
        "2026-11",
        "--to",
        folder.to_str().unwrap(),
        "--as",
        "wu.head",
    ];
    check(&report, 75, "REVIEW-UNSIGNED");
    check(&of("sign-off", &["--as", "wu.head"]), 75, "REVIEW-OPEN");
    check(&of("sign-off", &["--as", "hsu.rv"]), 77, "REVIEW-HEAD");
    act(&sandbox, CLOSED, "name", &["si.rv", "--as", "wu.head"]).expect(0);
    clear(&sandbox, CLOSED, 2, "si.rv");
    check(&of("sign-off", &["--as", "si.rv"]), 77, "REVIEW-SELF");
    for place in 3..=10 {
        clear(&sandbox, CLOSED, place, "hsu.rv");
    }
    act(&sandbox, CLOSED, "sign-off", &["--as", "wu.head"]).expect(0);
    check(&of("sign-off", &["--as", "wu.head"]), 65, "REVIEW-SIGNED");
    check(&verdict(&["2", "--verdict", "unclear"]), 65, "REVIEW-SIGNED");
    check(&of("extend", &["12", "--as", "hsu.rv"]), 65, "REVIEW-SIGNED");
    check(&of("name", &["ye.rv", "--as", "wu.head"]), 65, "REVIEW-SIGNED");
    check(&["pace", "999", "2026-11"], 65, "MEMBER-UNKNOWN");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("x"), "x").unwrap();
    check(&report, 65, "EXPORT-FOLDER");
}

/// D8, by person: who queried or approved the record says nothing of it, whatever accounts they have meanwhile.
#[test]
fn nobody_gives_a_verdict_on_their_own_record() {
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person\n\
        004,own.q,甲,徵信專員,Y,,,2024-01-01,wu.head,,,P-1\n\
        004,own.r,甲,徵信專員,,,Y,2024-01-01,wu.head,,,P-1\n\
        004,own.a,乙,徵信科長,,Y,Y,2024-01-01,wu.head,,,P-2\n";
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file("staff.csv", staff);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    let rows: Vec<BatchRow> = (1..=3)
        .map(|number| {
            BatchRow::valid(number)
                .with("querier", "own.q")
                .with("approver", "own.a")
        })
        .collect();
    run_rows(&sandbox, NOW, "004-1151102-01.csv", &rows);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    for account in ["own.r", "own.a"] {
        for words in [
            &["item", "004", "2026-11", "1", "--as", account][..],
            &[
                "verdict",
                "004",
                "2026-11",
                "1",
                "--verdict",
                "in_order",
                "--as",
                account,
            ],
            &["name", "004", "2026-11", account, "--as", "wu.head"],
        ] {
            refused(&sandbox, CLOSED, words, 77, "SAMPLE-OWN");
        }
    }
    // The control: the named reviewer, who had nothing to do with it.
    clear(&sandbox, CLOSED, 1, "hsu.rv");
}

/// The regime's words are said by their titles to readers of Chinese, and in English words to others.
#[test]
fn verdicts_and_reasons_are_said_in_the_reader_s_language() {
    let sandbox = drawn();
    item(&sandbox, CLOSED, "1", "hsu.rv");
    let finding = [
        "1",
        "--verdict",
        "finding",
        "--reason",
        "no_case",
        "--as",
        "hsu.rv",
    ];
    act(&sandbox, CLOSED, "verdict", &finding).expect(0);
    let said = |lang: &str| {
        let words = ["audit", "verdicts", "004", "2026-11", "--as", "hsu.rv"];
        let run = sandbox.mayfly([&["--at", CLOSED, "--lang", lang], &words[..]].concat());
        run.expect(0).stdout
    };
    let (english, chinese) = (said("en"), said("zh-TW"));
    assert!(
        english.contains("finding   no case   hsu.rv") && !english.contains("no_case"),
        "{english}"
    );
    assert!(
        chinese.contains("缺失   查無案件   hsu.rv") && !chinese.contains("no_case"),
        "{chinese}"
    );
    // Nobody did anything in a month: that is said.
    let pace = |lang: &str| {
        let words = ["audit", "pace", "012", "2026-11"];
        let run = sandbox.mayfly([&["--at", CLOSED, "--lang", lang], &words[..]].concat());
        run.expect(0).stdout
    };
    assert!(pace("en").contains("nobody approved, reviewed or decided anything in 2026-11"));
    assert!(pace("zh-TW").contains("2026-11 月無人核准、判定或核駁"));
}

/// A reviewer is named by a unit head, also for the draw: by nobody else, and by none who was stopped or has left.
#[test]
fn only_a_unit_head_names_who_draws() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    let named_by = |head: &'static str| ["name", "004", "2026-11", "hsu.rv", "--as", head];
    for account in [
        "wang.dg",
        "chen.yl",
        "ma.gm",
        "nobody",
        "hsu.rv",
        "supervisor/fan.fsc",
    ] {
        refused(&sandbox, CLOSED, &named_by(account), 77, "SAMPLE-NAMED");
        let told = audit(&sandbox, CLOSED, &named_by(account)).stderr;
        assert!(told.contains("(--as)") && !told.contains("--named-by"), "{told}");
    }
    // Who is named, and not who names, has no right there.
    let stranger = ["name", "004", "2026-11", "chen.yl", "--as", "wu.head"];
    refused(&sandbox, CLOSED, &stranger, 77, "SAMPLE-RIGHT");
    let told = audit(&sandbox, CLOSED, &stranger).stderr;
    assert!(
        told.contains("who is to be named") && told.contains("REVIEWER"),
        "{told}"
    );
    let in_chinese = [&["--at", CLOSED, "--lang", "zh-TW", "audit"][..], &stranger].concat();
    let told = sandbox.mayfly(in_chinese).expect(77).stderr;
    assert!(told.contains("擬指定者今日在該使用單位沒有覆核權限"), "{told}");
    // The place before the account is understood.
    audit(&sandbox, CLOSED, &named_by("004/wu.head")).expect(0);
    let words = ["draw", "004", "2026-11", "--as", "hsu.rv", "--value", VALUE];
    let drawn = audit(&sandbox, CLOSED, &words).expect(0).json();
    assert_eq!(drawn["named_by"], "wu.head");
    let show = |account: &'static str| ["show", "004", "2026-11", "--as", account];
    audit(&sandbox, CLOSED, &show("004/hsu.rv")).expect(0);
    for account in ["supervisor/hsu.rv", "012/hsu.rv"] {
        refused(&sandbox, CLOSED, &show(account), 77, "SAMPLE-RIGHT");
    }
}
