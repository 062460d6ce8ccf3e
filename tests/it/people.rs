//! People and roles: who may do what on which day, what begins and ends in two hands, and the two tables of it (五(一)). *Edge.*
//!
//! `tables` is what is shown, `changes` what begins and ends and what it does at the gate, `refused` what does not,
//! `checks` the review of accounts, `named` how members and accounts are named.

mod changes;
mod checks;
mod named;
mod refused;
mod tables;

use crate::support::{NOW, Run, Sandbox};

/// Two heads, two account administrators and custodians of 004, and the first people of the bureau and the supervisor: the
/// books as they are taken over.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,wu.head,吳虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-10,徵信部,,unit_head
004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
004,mo.both,莫虛兼,副主管,,,,2024-01-01,wu.head,,,P004-13,資訊部,,account_administrator unit_head
004,ko.card,柯虛卡,保管人員,,,,2024-01-01,wu.head,,,P004-14,徵信部,,card_custodian
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,yu.cmp,,,F-01,,,supervisor_auditor
";

/// The hands that the acts of these tests are in, unless a test says otherwise.
const HANDS: [&str; 6] = [
    "--as",
    "lu.adm",
    "--approved-by",
    "wu.head",
    "--reason",
    "職務異動",
];

/// A sandbox with the demonstration's master data and the people of [`BOOK`].
fn staffed() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("book.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    sandbox
}

/// `people WORDS…` at `at`, in the usual hands.
fn act(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    let all = [&["--at", at, "--json", "people"], words, &HANDS].concat();
    sandbox.mayfly(all)
}

/// `people WORDS…` at [`NOW`] as JSON; nobody's hands.
fn shown(sandbox: &Sandbox, words: &[&str]) -> serde_json::Value {
    let all = [&["--at", NOW, "--json", "people"], words].concat();
    sandbox.mayfly(all).expect(0).json()
}
