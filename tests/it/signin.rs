//! Signing in at the door of the real binary: first passwords, changes, locks, sessions, and who ends them (五(一)4–10, 六(一)4). *Edge.*
//!
//! `person` is somebody with a browser, `passwords` what is done about passwords and locks, `sessions` how sessions begin and end.

mod passwords;
pub mod person;
mod sessions;

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox};

/// Two account administrators and a second head of 004, an administrator and a head of 012, and an administrator of the bureau.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
004,mo.adm,莫虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-13,資訊部,,account_administrator
012,du.adm,杜虛管,帳號管理人員,,,,2024-01-01,sun.head,,,P012-12,資訊部,,account_administrator
012,sun.head,孫虛主,單位主管,,,,2024-01-01,sun.gm,,,P012-13,徵信部,,unit_head
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,he.cmp,,,J-02,資訊部,,administrator
";

/// A sandbox with the demonstration's master data and the people of [`BOOK`].
pub fn staffed() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    staff(&sandbox);
    sandbox
}

/// Adds the people of [`BOOK`].
pub fn staff(sandbox: &Sandbox) {
    let book = sandbox.file("door.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
}

/// `account WORDS… --as BY` at `at` in two hands: applied for, given by `other`, done.
pub fn in_two_hands(sandbox: &Sandbox, at: &str, words: &[&str], (by, other): (&str, &str)) -> Run {
    let words = [
        &["--at", at, "--json", "account"],
        words,
        &["--as", by, "--reason", "申請"],
    ]
    .concat();
    let applied = sandbox.mayfly(&words).expect(75).json();
    let number = applied["approval"].to_string();
    sandbox
        .mayfly(["--at", at, "approval", "give", &number, "--as", other])
        .expect(0);
    sandbox.mayfly([&words[..], &["--approval", &number]].concat())
}

/// Gives `holder` a first password at `at`, and returns it from the notice.
pub fn first_password(sandbox: &Sandbox, at: &str, holder: &str) -> String {
    let place = sandbox.path(&format!("notice-{}", holder.replace('/', "-")));
    let _ = std::fs::remove_file(&place);
    let hands = match holder.split('/').next() {
        Some("bureau") => ("xu.adm", "jin.cmp"),
        Some("012") => ("du.adm", "sun.head"),
        _ => ("lu.adm", "wu.head"),
    };
    let words = ["first", holder, "--out", place.to_str().unwrap()];
    let done = in_two_hands(sandbox, at, &words, hands).expect(0);
    let notice = std::fs::read_to_string(&place).unwrap();
    let line = notice.lines().nth(1).unwrap();
    let password = line.rsplit(' ').next().unwrap().to_owned();
    assert_eq!(password.len(), 23, "{line}");
    assert!(!done.stdout.contains(&password) && !done.stderr.contains(&password));
    password
}

/// How `account` of 004 stands at `at`.
pub fn standing(sandbox: &Sandbox, at: &str, account: &str) -> Value {
    let all = sandbox
        .mayfly(["--at", at, "--json", "account", "list", "004"])
        .expect(0)
        .json();
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["account"] == account);
    found.cloned().unwrap_or(Value::Null)
}
