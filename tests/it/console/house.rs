//! A house whose people all sign in by the console, and somebody of it at a page. *Edge.*

use super::browser::{Browser, Page};
use crate::{
    http::caller::Served,
    signin::in_two_hands,
    support::{NOW, Sandbox},
};

/// Whoever looks after people, signs for them and checks them, at both members, the bureau and the supervisor.
const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head
004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator
004,mo.adm,莫虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-13,資訊部,,account_administrator
004,na.aud,那虛稽,稽核人員,,,,2024-01-01,wu.head,,,P004-15,稽核部,,internal_auditor
012,du.adm,杜虛管,帳號管理人員,,,,2024-01-01,sun.head,,,P012-12,資訊部,,account_administrator
012,sun.head,孫虛主,單位主管,,,,2024-01-01,sun.gm,,,P012-13,徵信部,,unit_head
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,he.cmp,,,J-02,資訊部,,administrator
supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,he.cmp,,,F-01,,,supervisor_auditor
";
const WORDS: &str = "Tide-9-Harbour";

/// That house, and the first passwords of `holders`.
pub fn house(holders: &[&str]) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_master_data();
    furnish(&sandbox);
    let firsts = holders
        .iter()
        .map(|holder| first(&sandbox, NOW, holder))
        .collect();
    (sandbox, firsts)
}

/// Adds whoever looks after people, signs for them and checks them.
pub fn furnish(sandbox: &Sandbox) {
    let book = sandbox.file("desks.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
}

/// The first password of `holder` at `at`, from the notice: given by an administrator, with another person, neither of them the holder.
pub fn first(sandbox: &Sandbox, at: &str, holder: &str) -> String {
    let hands = match holder {
        "bureau/jin.cmp" => ("xu.adm", "he.cmp"),
        "004/lu.adm" => ("mo.adm", "wu.head"),
        "004/wu.head" => ("lu.adm", "hu.head"),
        holder if holder.starts_with("012/") => ("du.adm", "kao.a"),
        holder if holder.starts_with("004/") => ("lu.adm", "wu.head"),
        _ => ("xu.adm", "jin.cmp"),
    };
    let place = sandbox.path(&format!("notice-{}", holder.replace('/', "-")));
    let words = ["first", holder, "--out", place.to_str().unwrap()];
    in_two_hands(sandbox, at, &words, hands).expect(0);
    let notice = std::fs::read_to_string(&place).unwrap();
    notice
        .lines()
        .nth(1)
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned()
}

/// Somebody who has signed in for the first time.
pub fn signed_in<'s>(served: &'s Served, holder: &str, first: &str) -> Browser<'s> {
    let mut browser = Browser::new(served);
    browser.settle(holder, first, WORDS);
    browser
}

/// Sends `fields` to `path` with the proof of a page of theirs, whether or not that page has such a form.
#[track_caller]
pub fn force(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.open("/password");
    let form = page.form("/sign-out").unwrap();
    let proof = form.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut all = vec![("csrf".to_owned(), proof.to_owned())];
    all.extend(
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    browser.post(path, &all)
}
