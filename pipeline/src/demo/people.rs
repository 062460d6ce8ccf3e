//! First passwords for the demonstration's people, one of each role, each given in two hands like any other. *Edge.*

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use crate::{
    access::people::{Holder, Mover},
    app::House,
    approval::{Step, steps},
    error::{Error, Result},
    places,
    signin::desk::{self, State},
};

/// Somebody who may sign in.
pub struct Guest {
    /// `PLACE/ACCOUNT`.
    pub account: &'static str,
    /// Their part, in English and in Chinese.
    pub part: (&'static str, &'static str),
    by: &'static str,
    given_by: &'static str,
}

/// Gives each of [`GUESTS`] a first password who has none, and writes it into the file that is returned, for its owner only.
///
/// # Errors
/// As [`desk::first`]; `FILE-IO`.
pub async fn let_in(house: &House) -> Result<PathBuf> {
    let path = house.dir.join(places::FIXTURES).join(PASSWORDS);
    for guest in &GUESTS {
        let holder = Holder::parse(guest.account)?;
        let standings = desk::list(house, &holder.at).await?;
        let mut known = standings.iter().filter(|known| known.account == holder.account);
        if known.next().is_none_or(|known| known.state != State::None) {
            continue;
        }
        let mut mover = Mover {
            by: guest.by,
            reason: "demonstration",
            approval: None,
        };
        let first = match desk::first(house, &holder, &mover).await? {
            Step::Done(first) => first,
            Step::Applied(applied) => {
                steps::decide(house, &[applied.approval], guest.given_by, None).await?;
                mover.approval = Some(applied.approval);
                match desk::first(house, &holder, &mover).await? {
                    Step::Done(first) => first,
                    Step::Applied(_) => return Err(Error::Bug("what was approved is applied for again")),
                }
            }
        };
        let line = format!("{}  {}\n", guest.account, first.password.expose());
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(Error::io("write the demonstration's first passwords"))?;
    }
    Ok(path)
}

const fn guest(
    account: &'static str,
    part: (&'static str, &'static str),
    by: &'static str,
    given_by: &'static str,
) -> Guest {
    Guest {
        account,
        part,
        by,
        given_by,
    }
}

/// One of each role.
pub const GUESTS: [Guest; 10] = [
    guest("004/chen.yl", ("querier", "查詢人員"), "lu.adm", "wu.head"),
    guest("004/wang.dg", ("approver", "授權核定人員"), "lu.adm", "wu.head"),
    guest("004/hsu.rv", ("reviewer", "覆核人員"), "lu.adm", "wu.head"),
    guest("004/wu.head", ("unit head", "單位主管"), "lu.adm", "wang.dg"),
    guest(
        "004/lu.adm",
        ("account administrator", "帳號管理人員"),
        "mo.adm",
        "wu.head",
    ),
    guest(
        "004/na.aud",
        ("internal auditor", "內部稽核人員"),
        "lu.adm",
        "wu.head",
    ),
    guest("bureau/he.cmp", ("compliance", "專責人員"), "xu.adm", "jin.cmp"),
    guest(
        "bureau/gu.op",
        ("operator", "資料連結作業承辦人員"),
        "xu.adm",
        "jin.cmp",
    ),
    guest(
        "bureau/xu.adm",
        ("administrator", "系統管理者"),
        "tu.adm",
        "jin.cmp",
    ),
    guest(
        "supervisor/fan.fsc",
        ("supervisor's auditor", "監督機關查核人員"),
        "xu.adm",
        "jin.cmp",
    ),
];
const PASSWORDS: &str = "passwords.txt";
