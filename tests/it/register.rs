//! The register of papers: what is entered by whom, what follows from it, what is on file, and what is refused. *Edge.*
//!
//! `cards` are cards and their passwords, `selection` is which consents a member is asked to show, `refused` what the register does not take, and how it is shown.

mod cards;
mod refused;
mod selection;

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox, fixtures};

/// Heads and an account administrator of 004, and the bureau's people.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
012,sun.head,孫虛主,單位主管,,,,2024-01-01,ma.gm,,,P012-10,徵信部,,unit_head
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
";

fn staffed() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("book.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    sandbox
}

/// A paper (kind, whose, by whom) and what it says.
type Said<'s> = ([&'s str; 3], &'s [&'s str]);

/// `WORDS…` at `at`, as JSON.
fn mayfly(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json"], words].concat())
}

/// `register add KIND --of OF --as BY` with `fields` and `more`, of the day of [`NOW`].
fn add(sandbox: &Sandbox, paper: [&str; 3], fields: &[&str], more: &[&str]) -> Run {
    let [kind, of, by] = paper;
    let mut words = vec![
        "register",
        "add",
        kind,
        "--of",
        of,
        "--as",
        by,
        "--day",
        "2026-11-02",
    ];
    for field in fields {
        words.extend(["--field", field]);
    }
    words.extend(more);
    mayfly(sandbox, NOW, &words)
}

fn duty(sandbox: &Sandbox, id: &str) -> Value {
    mayfly(sandbox, NOW, &["duty", "show", id]).expect(0).json()
}

fn waiting(sandbox: &Sandbox) -> Vec<i64> {
    let papers = mayfly(sandbox, NOW, &["register", "list"]).expect(0).json();
    let numbers = papers.as_array().unwrap().iter();
    numbers.map(|paper| paper["paper"].as_i64().unwrap()).collect()
}

/// 四(二)1(1), 4, 六(一)1, 3, 八(四): what joining asks for is met while the paper stands, and not after it was ended.
#[test]
fn what_has_to_be_on_file_is_a_duty_until_it_is() {
    let sandbox = staffed();
    let state = |id: &str| duty(&sandbox, id)["state"].as_str().unwrap().to_owned();
    let ids = [
        "deletion_procedure/004/2026-11-02",
        "paper_filing/004/2026-11-02",
        "recipient_country/004/2026-11-02",
        "link_application/bureau/2026-11-02",
    ];
    assert_eq!(ids.map(&state), ["open"; 4]);
    let paper = sandbox.file("rules.pdf", b"delete within a month");
    let paper = paper.to_str().unwrap();
    let first = add(
        &sandbox,
        ["deletion_procedure", "004", "wu.head"],
        &["version=3"],
        &["--file", paper],
    );
    let first = first.expect(0).json();
    assert_eq!(first["sha256"].as_str().unwrap().len(), 64);
    let filing = [
        "place=徵信部 3F-2",
        "confidential_place=保險櫃 1",
        "keeper=chen.yl",
    ];
    add(&sandbox, ["paper_filing", "004", "hu.head"], &filing, &[]).expect(0);
    let key = "recipient=age1wmhcfw88uunhcmd938vxd2s263g9tq45n4apnvxaj5uqmhkuup4qktd3r8";
    let abroad = add(
        &sandbox,
        ["recipient_country", "004", "wu.head"],
        &[key, "country=US"],
        &[],
    );
    assert!(abroad.expect(65).stderr.contains("(REGISTER-FIELD)\n"));
    add(
        &sandbox,
        ["recipient_country", "004", "wu.head"],
        &[key, "country=TW"],
        &[],
    )
    .expect(0);
    let letter = ["letter_no=金管銀字第1號", "subject=申請介接"];
    add(
        &sandbox,
        ["link_application", "bureau", "yu.cmp"],
        &letter,
        &["--file", paper],
    )
    .expect(0);
    assert_eq!(ids.map(&state), ["closed"; 4]);
    // A newer version takes the place of the older one.
    add(
        &sandbox,
        ["deletion_procedure", "004", "wu.head"],
        &["version=4"],
        &["--file", paper],
    )
    .expect(0);
    assert_eq!(waiting(&sandbox), [2, 3, 4, 5]);
    assert_eq!(duty(&sandbox, ids[0])["artefact"], "paper:5");
    let end = ["register", "end", "5", "--reason", "廢止", "--as", "wu.head"];
    mayfly(&sandbox, NOW, &end).expect(0);
    assert_eq!(state(ids[0]), "open");
    assert!(
        mayfly(&sandbox, NOW, &end)
            .expect(65)
            .stderr
            .contains("(REGISTER-ENDED)\n")
    );
    // A key that is added is asked about as well.
    let members = fixtures().join("demo/members.csv");
    let members = std::fs::read_to_string(members).unwrap();
    let new = age::x25519::Identity::generate().to_public();
    let known = key.trim_start_matches("recipient=");
    let members = members.replace(known, &format!("{known} {new}"));
    let members = sandbox.file("members.csv", members);
    sandbox.at(NOW, ["member", "import"], [members]).expect(0);
    assert_eq!(state(ids[2]), "open");
}

/// 五(一)7, 九(二)2, 九(二)3(2).
#[test]
fn what_the_bureau_or_a_head_asks_for_is_answered_by_a_paper() {
    let sandbox = staffed();
    let file = sandbox.file("a.pdf", b"answer");
    let file = file.to_str().unwrap();
    // An audit without findings asks for nothing.
    let in_order = ["method=written", "result=in_order"];
    let audit = add(
        &sandbox,
        ["member_audit", "004", "yu.cmp"],
        &in_order,
        &["--file", file],
    );
    assert_eq!(audit.expect(0).json()["duty"], "");
    let steps: [(Said<'_>, Said<'_>); 3] = [
        (
            (
                ["member_audit", "004", "yu.cmp"],
                &["method=on_site", "result=findings"],
            ),
            (["member_audit_answer", "004", "wu.head"], &["done=已改善"]),
        ),
        (
            (
                ["self_check_asked", "004", "yu.cmp"],
                &["items=授權書抽查", "letter_no=聯徵字第2號"],
            ),
            (["self_check_returned", "004", "hu.head"], &["result=in_order"]),
        ),
        (
            (["password_leak", "004", "wu.head"], &["account=lin.ch"]),
            (["password_changed", "004", "lu.adm"], &["changed_on=2026-11-02"]),
        ),
    ];
    for ((asking, asks), (answering, answers)) in steps {
        let file = ["--file", file];
        let asked = add(&sandbox, asking, asks, &file).expect(0).json();
        let id = asked["duty"].as_str().unwrap();
        assert_ne!(duty(&sandbox, id)["state"], "closed", "{id}");
        let number = asked["paper"].to_string();
        let follows = [&file[..], &["--follows", &number]].concat();
        add(&sandbox, answering, answers, &follows).expect(0);
        assert_eq!(duty(&sandbox, id)["state"], "closed", "{id}");
    }
    assert!(waiting(&sandbox).is_empty());
    // What a password change asks for is asked for at once.
    let all = mayfly(&sandbox, NOW, &["duty", "list", "--all", "--clause", "五(一)7"])
        .expect(0)
        .json();
    assert_eq!(all["duties"][0]["due"], "2026-11-02");
}

/// 四(三): the use of each member, the yearly review of it, and what follows for one that does not query.
#[test]
fn a_member_that_does_not_query_shows_and_its_connection_is_ended() {
    let sandbox = staffed();
    sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
    let used = |from: &str, to: &str| {
        let uses = mayfly(&sandbox, NOW, &["register", "use", "--from", from, "--to", to])
            .expect(0)
            .json();
        let uses = uses.as_array().unwrap().clone();
        uses.iter()
            .map(|used| format!("{} {}", used["member"].as_str().unwrap(), used["queries"]))
            .collect::<Vec<_>>()
    };
    let all = used("2026-01-01", "2026-12-31");
    assert!(
        all[0].starts_with("004 ") && all[0] != "004 0" && all[1] == "012 0",
        "{all:?}"
    );
    assert_eq!(used("2025-01-01", "2025-12-31"), ["004 0", "012 0"]);
    let review = sandbox.file("review.pdf", b"review");
    let fields = ["year=2026", "queries=197", "need=needed"];
    let yearly = "yearly_use_review/bureau/2026";
    let more = ["--file", review.to_str().unwrap(), "--duty", yearly];
    add(&sandbox, ["use_review", "bureau", "yu.cmp"], &fields, &more).expect(0);
    assert_eq!(duty(&sandbox, yearly)["artefact"], "paper:1");
    let ended = add(&sandbox, ["no_need", "012", "yu.cmp"], &["last_query=無"], &[])
        .expect(0)
        .json();
    let id = ended["duty"].as_str().unwrap();
    assert_eq!(id, "end_of_connection/012/2026-11-02.2");
    let letter = [
        "duty",
        "close",
        id,
        "--artefact",
        "letter:聯徵字第3號",
        "--as",
        "yu.cmp",
    ];
    mayfly(&sandbox, NOW, &letter).expect(0);
    assert!(waiting(&sandbox).is_empty());
}

/// A paper that is done with is kept for five years, one that stands for as long as it does.
#[test]
fn a_paper_goes_five_years_after_it_was_done_with() {
    let sandbox = staffed();
    let file = sandbox.file("a.pdf", b"x");
    let file = ["--file", file.to_str().unwrap()];
    add(
        &sandbox,
        ["deletion_procedure", "004", "wu.head"],
        &["version=3"],
        &file,
    )
    .expect(0);
    add(
        &sandbox,
        ["member_audit", "004", "yu.cmp"],
        &["method=written", "result=in_order"],
        &file,
    )
    .expect(0);
    let asks = ["method=written", "result=findings"];
    add(&sandbox, ["member_audit", "004", "yu.cmp"], &asks, &file).expect(0);
    let kept = |at: &str| {
        sandbox.at(at, ["purge"], ["run"]).expect(0);
        let papers = mayfly(&sandbox, at, &["register", "list", "--all"])
            .expect(0)
            .json();
        let numbers = papers.as_array().unwrap().iter();
        numbers
            .map(|paper| paper["paper"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(kept("2031-11-02T10:00:00+08:00"), [1, 2, 3]);
    // The one that stands, and the one that nobody answered.
    assert_eq!(kept("2031-11-03T10:00:00+08:00"), [1, 3]);
}
