//! Duties: what is due on a day, what closes it and what does not, and a year in which none is lost. *Edge.*
//!
//! `shown` is what a list says, `closed` what closing and raising do, `refused` what they do not.

mod closed;
mod refused;
mod shown;

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox};

/// People of 004, of the bureau and of the supervisor, with the roles that own duties.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,wu.head,吳虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-10,徵信部,,unit_head
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
004,na.aud,那虛稽,稽核人員,,,,2024-01-01,wu.head,,,P004-15,稽核部,,internal_auditor
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,yu.cmp,,,F-01,,,supervisor_auditor
";

/// A sandbox with the demonstration's master data and the people of [`BOOK`].
fn staffed() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("book.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    sandbox
}

/// `duty WORDS…` at `at`.
fn duty(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json", "duty"], words].concat())
}

/// The duties that `duty list WORDS…` shows at `at`.
fn listed(sandbox: &Sandbox, at: &str, words: &[&str]) -> Vec<Value> {
    let shown = duty(sandbox, at, &[&["list"], words].concat()).expect(0).json();
    shown["duties"].as_array().unwrap().clone()
}

/// Their names.
fn names(sandbox: &Sandbox, at: &str, words: &[&str]) -> Vec<String> {
    let listed = listed(sandbox, at, words);
    listed
        .iter()
        .map(|duty| duty["duty"].as_str().unwrap().to_owned())
        .collect()
}
