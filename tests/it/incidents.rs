//! Incidents: stopped with one command while a batch runs, measured, notified, listed, closed; and the drill. *Edge.*
//!
//! `running` opens one in the midst of a batch, `told` is its notices and their clocks, `affected` the list of its window, `ended` its way to
//! the end and what stays, `drilled` the drill, `refused` what is not done.

mod affected;
mod drilled;
mod ended;
mod refused;
mod running;
mod told;

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox};

/// People of the bureau who own its duties.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
";

/// A sandbox with the demonstration's master data and the people of [`BOOK`].
fn staffed() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("book.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    sandbox
}

/// `incident WORDS…` at `at`.
fn incident(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json", "incident"], words].concat())
}

/// Opens an incident of member 004 at [`NOW`]; what is shown of it.
fn opened(sandbox: &Sandbox, target: &[&str], more: &[&str]) -> Value {
    let words = [
        &["open"],
        target,
        &["--reason", "outbox copied", "--as", "yu.cmp"],
        more,
    ]
    .concat();
    incident(sandbox, NOW, &words).expect(0).json()
}

/// The duties that `duty list WORDS…` shows at `at`, by name.
fn duties(sandbox: &Sandbox, at: &str, words: &[&str]) -> Vec<String> {
    let run = sandbox.mayfly([&["--at", at, "--json", "duty", "list"], words].concat());
    let listed = run.expect(0).json();
    let duties = listed["duties"].as_array().unwrap().iter();
    duties
        .map(|duty| duty["duty"].as_str().unwrap().to_owned())
        .collect()
}
