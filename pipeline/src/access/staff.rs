//! Founds places with `staff` files, idempotently: whom a place needs before two people can carry its 授權表 on (五(一)1, 2). *SQL.*

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{
    authorisation::Authorisation,
    breach::{Breach, Known},
    changes::{Change, What},
    founding::Standing,
    people::desk,
    rows,
    table::{self, Line, REGISTER_LINES, Table},
    units,
};
use crate::{
    error::{Error, Result},
    input,
    regime::{
        Regime,
        people::{Party, Right},
    },
};

/// One import of staff files: what it has found, and what it has changed.
pub struct Import<'h> {
    regime: &'h Regime,
    today: Date,
    /// How each place that looks after people stood before anything was taken of it.
    standings: HashMap<String, Standing>,
    /// Accounts that are new with it: their book is taken over as it is, with its past.
    fresh: HashSet<(String, String)>,
    /// Every change, to be entered in the journal.
    pub changes: Vec<Change>,
}

impl<'h> Import<'h> {
    /// An import on `today` under `regime`.
    pub fn new(regime: &'h Regime, today: Date) -> Self {
        Self {
            regime,
            today,
            standings: HashMap::new(),
            fresh: HashSet::new(),
            changes: Vec::new(),
        }
    }

    /// Reads a `staff` file; every line is checked before anything is taken.
    pub fn read(&self, path: &Path) -> Result<Vec<Authorisation>> {
        let mut table = Table::open(path, &REQUIRED, &OPTIONAL, REGISTER_LINES)?;
        let mut lines = Vec::new();
        while let Some(line) = table.next_line()? {
            lines.push(parse(&line, self.regime)?);
        }
        Ok(lines)
    }

    /// Takes `lines` into the 授權表; returns how many were new or ended. A line that contradicts or overlaps another
    /// authorisation of the account, breaks a rule of the table, or changes a place that two people carry on, refuses the file.
    pub async fn store(
        &mut self,
        conn: &mut AnyConnection,
        path: &Path,
        lines: &[Authorisation],
    ) -> Result<u64> {
        let mut changed = 0;
        for (line, number) in lines.iter().zip(2..) {
            changed += u64::from(
                self.take(&mut *conn, line, &|code, what| refuse(path, number, code, what))
                    .await?,
            );
        }
        Ok(changed)
    }

    async fn take(
        &mut self,
        conn: &mut AnyConnection,
        line: &Authorisation,
        refuse: &(dyn Fn(&'static str, &str) -> Error + Sync),
    ) -> Result<bool> {
        let is_member = Party::of(&line.member) == Party::Member;
        if is_member && super::members::one(&mut *conn, &line.member).await?.is_none() {
            return Err(refuse("MEMBER-UNKNOWN", "its member is not in the register"));
        }
        let known = rows::of_holder(&mut *conn, &line.member, &line.account, &line.person).await?;
        if known.contains(line) {
            return Ok(false);
        }
        let breached = |breach: Breach| match breach {
            Breach::Overlap => refuse("IMPORT-OVERLAP", breach.what()),
            _ => refuse(breach.code(), breach.what()),
        };
        let fresh = (line.member.clone(), line.account.clone());
        let standing = self.standing(&mut *conn, desk(&line.member)).await?;
        if standing == Standing::Founded {
            return Err(carried_on(refuse(
                "PEOPLE-FOUNDED",
                "the place has people who enter and approve authorisations, so no file brings or changes one there (五(一)2)",
            )));
        }
        let is_known = standing == Standing::Bereft || !self.fresh.contains(&fresh);
        let late = |day: Date| {
            is_known
                .then(|| Breach::of_day(day, self.today, self.regime))
                .flatten()
        };
        let of_account = |other: &&Authorisation| other.account == line.account && other.from == line.from;
        match known.iter().find(of_account) {
            Some(open) if line.ends(open) => {
                if line.to.and_then(late).is_some() {
                    return Err(breached(Breach::EndedBack));
                }
                rows::end(&mut *conn, line, None).await?;
            }
            Some(_) => {
                return Err(refuse(
                    "IMPORT-CONFLICT",
                    "it contradicts the authorisation of that first day",
                ));
            }
            None => {
                let holder = rows::holder(&mut *conn, &line.member, &line.account).await?;
                let facts = Known {
                    lines: &known,
                    holder: holder.as_deref(),
                    is_namesake: rows::is_namesake(&mut *conn, line).await?,
                };
                if let Some(breach) = Breach::of_beginning(line, &facts, self.regime) {
                    return Err(breached(breach));
                }
                if !units::is_known(&mut *conn, self.regime, &line.member, &line.unit).await? {
                    return Err(breached(Breach::Unit));
                }
                let beyond = match standing {
                    Standing::Bereft => Breach::of_accounts(line, &facts, self.regime),
                    Standing::Founding | Standing::Founded => None,
                };
                let is_new = standing == Standing::Founding && holder.is_none();
                let begins_late = (!is_new).then(|| late(line.from)).flatten();
                if let Some(breach) = beyond.or(begins_late) {
                    return Err(breached(breach));
                }
                if is_new {
                    self.fresh.insert(fresh);
                }
                rows::insert(&mut *conn, line).await?;
                rows::give(&mut *conn, &line.member, &line.account, &line.person).await?;
                self.changes.push(Change::of(line, What::Begin));
            }
        }
        if line.to.is_some() {
            self.changes.push(Change::of(line, What::End));
        }
        Ok(true)
    }
}

impl Import<'_> {
    /// How `desk` stood before this import.
    async fn standing(&mut self, conn: &mut AnyConnection, desk: &str) -> Result<Standing> {
        if let Some(standing) = self.standings.get(desk) {
            return Ok(*standing);
        }
        let lines = rows::of_member(conn, desk).await?;
        let standing = Standing::of(&lines, self.regime, self.today);
        self.standings.insert(desk.to_owned(), standing);
        Ok(standing)
    }
}

/// What is to be done with a line of a place that two people carry on.
fn carried_on(error: Error) -> Error {
    match error {
        Error::Input { code, sentence, .. } => Error::Input {
            code,
            sentence,
            remedy: "let two of them do it: `mayfly people begin|end AT/ACCOUNT … --as WHO --approved-by WHO`; nothing of the file was taken",
        },
        other => other,
    }
}

fn parse(line: &Line<'_>, regime: &Regime) -> Result<Authorisation> {
    let account = line.text(1, "account", 32)?;
    if mayfly_consent::cells::account(account).is_err() {
        return Err(line.refuse(
            "IMPORT-CELL",
            "account is not made of A-Z a-z 0-9 . _ -, or is an identity number",
        ));
    }
    let person = line.optional_text(11, "person", 64)?;
    let (from, to) = (line.day(7, "from")?, line.optional_day(9, "to")?);
    if to.is_some_and(|to| to <= from) {
        return Err(line.refuse("IMPORT-CELL", "to is not later than from"));
    }
    let ended_by = line.optional_text(10, "ended_by", 64)?;
    if to.is_some() == ended_by.is_empty() {
        return Err(line.refuse(
            "IMPORT-CELL",
            "to and ended_by go together: an end has its approver (五(一)2)",
        ));
    }
    let code = line.cell(0);
    let member = match Party::of(code) {
        Party::Member => line.text(0, "member", 3)?,
        _ => code,
    };
    let mut read = Authorisation {
        member: member.to_owned(),
        account: account.to_owned(),
        name: line.text(2, "name", 50)?.to_owned(),
        title: line.optional_text(3, "title", 50)?.to_owned(),
        query: line.flag(4, "query")?,
        approve: line.flag(5, "approve")?,
        review: line.flag(6, "review")?,
        from,
        approved_by: line.text(8, "approved_by", 64)?.to_owned(),
        to,
        ended_by: ended_by.to_owned(),
        person: if person.is_empty() { account } else { person }.to_owned(),
        unit: line.optional_text(12, "unit", 50)?.to_owned(),
        level: line.optional_text(13, "level", 20)?.to_owned(),
        roles: Vec::new(),
    };
    if Party::of(member) != Party::Member && (read.query || read.approve || read.review) {
        return Err(line.refuse("PEOPLE-ROLE", "only a member's people query, approve and review"));
    }
    for (right, given) in [
        (Right::Query, read.query),
        (Right::Approve, read.approve),
        (Right::Review, read.review),
    ] {
        if let Some(role) = regime.member_role(right).filter(|_| given) {
            read.add(regime, role);
        }
    }
    for id in line.optional_text(14, "roles", 200)?.split_ascii_whitespace() {
        let Some(role) = regime.role(id, Party::of(member)) else {
            return Err(line.refuse(
                "PEOPLE-ROLE",
                "roles names one that the regime does not have there",
            ));
        };
        read.add(regime, role);
    }
    Ok(read)
}

fn refuse(path: &Path, line: u32, code: &'static str, what: &str) -> Error {
    table::refuse(&input::name_of(path), line, code, what)
}

const REQUIRED: [&str; 11] = [
    "member",
    "account",
    "name",
    "title",
    "query",
    "approve",
    "review",
    "from",
    "approved_by",
    "to",
    "ended_by",
];
const OPTIONAL: [&str; 4] = ["person", "unit", "level", "roles"];
