//! Enters a paper: by who may, with what it asks for, and with the duty that it raises, closes or both; or ends one. *SQL.*

use std::{collections::BTreeSet, path::Path};

use jiff::civil::Date;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    fields::{self, Fields, Known},
    list,
    store::{self, Paper},
};
use crate::{
    access::{known, members, persons::Persons, rows, stopping::check_reason},
    app::House,
    db::{Tx, meta},
    duty::{
        artefact, close, owner,
        raise::{self, Raise},
    },
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::{
        papers::{OnlyIf, PaperRule},
        people::{Party, Role},
    },
};

/// A paper that is to be entered.
pub struct New<'n> {
    /// Its kind, as the regime names it.
    pub kind: &'n str,
    /// Whose it is: institution code, or `bureau`.
    pub of: &'n str,
    /// Its own date.
    pub day: Date,
    /// What is said of it, each `NAME=VALUE`.
    pub fields: &'n [String],
    /// The paper itself.
    pub file: Option<&'n Path>,
    /// The paper it follows.
    pub follows: Option<i64>,
    /// A duty that it closes besides.
    pub duty: Option<&'n str>,
    /// Who enters it.
    pub by: &'n str,
}

/// What the journal keeps of a paper.
#[derive(Serialize)]
struct Entered<'a> {
    kind: &'a str,
    of: &'a str,
    day: Date,
    fields: &'a Fields,
    sha256: &'a str,
    follows: Option<i64>,
    duty: &'a str,
    by: &'a str,
}

/// What the journal keeps of the end of one.
#[derive(Serialize)]
struct Ended<'a> {
    ended: i64,
    kind: &'a str,
    reason: &'a str,
    by: &'a str,
}

/// Enters `new`, in one transaction with the duty it raises and those it closes.
///
/// # Errors
/// `REGISTER-KIND`, `REGISTER-FIELD`, `REGISTER-FILE`, `REGISTER-FOLLOWS`, `REGISTER-DAY`, `REGISTER-RIGHT`, `MEMBER-UNKNOWN`; those of
/// raising and closing duties; `GATE-CLOCK`.
pub async fn add(house: &House, new: &New<'_>) -> Result<Paper> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    let rule = rule(house, new)?;
    if new.day > today {
        return Err(refused(
            "REGISTER-DAY",
            "the paper is of a day that is to come",
            "give the date on the paper, today's or an earlier one (--day)",
        ));
    }
    let sha256 = match (new.file, rule.file) {
        (Some(path), _) => artefact::of_file(path).transpose()?.ok_or_else(no_file)?,
        (None, true) => return Err(no_file()),
        (None, false) => String::new(),
    };
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let number = meta::take_numbers(&mut *conn, meta::PAPERS, 1).await?;
    let recipients = match Party::of(new.of) {
        Party::Member => {
            let member = members::one(&mut *conn, new.of).await?;
            member.ok_or_else(list::unknown_member)?.age_recipients
        }
        _ => Vec::new(),
    };
    let people = rows::of_member(&mut *conn, new.of).await?;
    let holders = holders(house, &mut tx, rule, new.of, today).await?;
    let new = &New {
        by: known::own(new.by, desk(role(house, rule)?, new.of)),
        ..*new
    };
    check_right(&holders, new.by)?;
    let conn = tx.connection();
    let known = Known {
        people: &people,
        recipients: &recipients,
        today,
    };
    let fields = fields::read(&house.regime, rule, new.fields, &known)?;
    let before = before(&mut *conn, rule, new, &holders).await?;
    let is_met = |only: &OnlyIf| fields.get(&only.field) == Some(&only.is);
    let raises = rule
        .raises
        .as_ref()
        .filter(|_| rule.only_if.as_ref().is_none_or(is_met));
    let duty = match raises {
        Some(duty) => {
            let event = Raise {
                rule: duty,
                day: new.day,
                of: new.of,
                reason: &format!("{} paper:{number}", rule.title),
                by: new.by,
                due_at: None,
            };
            raise::raise_within(house, &mut *conn, &event, now).await?
        }
        None => String::new(),
    };
    let is_after = |other: &PaperRule| other.follows.as_ref() == Some(&rule.id);
    let waits = !duty.is_empty() && house.regime.papers.iter().any(is_after);
    let entered = Entered {
        kind: &rule.id,
        of: new.of,
        day: new.day,
        fields: &fields,
        sha256: &sha256,
        follows: new.follows,
        duty: &duty,
        by: new.by,
    };
    let reference = format!("paper:{number}");
    let act = Act {
        kind: Kind::Paper,
        member: new.of,
        reference: &reference,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let paper = Paper {
        number,
        kind: rule.id.clone(),
        of: new.of.to_owned(),
        day: new.day,
        fields,
        sha256,
        follows: new.follows,
        ended_on: (!rule.stands && !waits).then_some(today),
        duty,
        entered_at: now,
        entered_by: new.by.to_owned(),
        entry: journal::store::column(entry)?,
    };
    if rule.stands {
        for old in store::all(&mut *conn, Some(new.of)).await? {
            if old.ended_on.is_none() && replaces(rule, &paper, &old) {
                store::end(&mut *conn, old.number, today).await?;
            }
        }
    }
    store::insert(&mut *conn, &paper).await?;
    let mut closes: Vec<&str> = new.duty.into_iter().collect();
    if let Some(before) = &before {
        if !store::end(&mut *conn, before.number, today).await? {
            return Err(Error::Bug("a paper vanished while it was followed"));
        }
        closes.push(&before.duty);
    }
    for id in closes {
        close::close_within(house, &mut tx, id, reference.clone(), new.by, now).await?;
    }
    tx.commit().await?;
    tracing::info!(paper = number, kind = rule.id, "entered");
    journal::signing::sign(house).await?;
    Ok(paper)
}

/// Ends the paper `number`, which stands, as of today.
///
/// # Errors
/// `REGISTER-UNKNOWN`, `REGISTER-ENDED`, `REGISTER-RIGHT`, `STOP-REASON`; `GATE-CLOCK`.
pub async fn end(house: &House, number: i64, reason: &str, by: &str) -> Result<Paper> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let mut paper = store::one(&mut *conn, number).await?.ok_or_else(list::unknown)?;
    let rule = house
        .regime
        .paper(&paper.kind)
        .filter(|rule| rule.stands && paper.ended_on.is_none());
    let rule = rule.ok_or_else(stands_no_more)?;
    let by = known::own(by, desk(role(house, rule)?, &paper.of));
    check_right(&holders(house, &mut tx, rule, &paper.of, today).await?, by)?;
    let conn = tx.connection();
    let reference = format!("paper:{number}");
    let act = Act {
        kind: Kind::Paper,
        member: &paper.of,
        reference: &reference,
    };
    let ended = Ended {
        ended: number,
        kind: &paper.kind,
        reason,
        by,
    };
    act::enter(house, &mut *conn, &act, &ended, now).await?;
    if !store::end(&mut *conn, number, today).await? {
        return Err(stands_no_more());
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    paper.ended_on = Some(today);
    Ok(paper)
}

fn rule<'h>(house: &'h House, new: &New<'_>) -> Result<&'h PaperRule> {
    let of = match Party::of(new.of) {
        Party::Member => "member",
        _ => new.of,
    };
    let rule = house.regime.paper(new.kind).filter(|rule| rule.of == of);
    rule.ok_or_else(|| {
        refused(
            "REGISTER-KIND",
            "the regime has no paper of that kind for that one",
            "`mayfly register kinds` names the kinds, and whether they are a member's or the bureau's (--of)",
        )
    })
}

/// The accounts that may enter papers of `rule` for `of`, today.
async fn holders(
    house: &House,
    tx: &mut Tx,
    rule: &PaperRule,
    of: &str,
    today: Date,
) -> Result<BTreeSet<String>> {
    let role = role(house, rule)?;
    let persons = Persons::load(tx, desk(role, of), today).await?;
    let holders = persons.all_able(|line| owner::has(line, role));
    Ok(holders.into_iter().map(str::to_owned).collect())
}

/// The role that enters papers of `rule`.
fn role<'h>(house: &'h House, rule: &PaperRule) -> Result<&'h Role> {
    let role = house.regime.roles.iter().find(|role| role.id == rule.by);
    role.ok_or(Error::Bug("a paper is entered by a role that is not there"))
}

/// Where those of `role` stand who enter papers of `of`.
fn desk<'o>(role: &Role, of: &'o str) -> &'o str {
    if role.at == Party::Bureau { "bureau" } else { of }
}

fn check_right(holders: &BTreeSet<String>, by: &str) -> Result<()> {
    if holders.contains(by) {
        return Ok(());
    }
    Err(denied(
        "this account may not enter or end such a paper today: it has not the role, or has been stopped",
        "name with --as an account that has the role today; `mayfly register kinds` names the role, `mayfly people table` its holders",
    ))
}

/// The paper that `new` follows.
async fn before(
    conn: &mut AnyConnection,
    rule: &PaperRule,
    new: &New<'_>,
    holders: &BTreeSet<String>,
) -> Result<Option<Paper>> {
    let wrong = || {
        refused(
            "REGISTER-FOLLOWS",
            "such a paper follows another one, of its kind and of the same member, that nothing has followed yet; the number given is none, or missing",
            "name it with --follows; `mayfly register list` has those that wait",
        )
    };
    let Some(number) = new.follows else {
        return if rule.must_follow { Err(wrong()) } else { Ok(None) };
    };
    let before = store::one(conn, number).await?.filter(|before| {
        rule.follows.as_ref() == Some(&before.kind)
            && before.of == new.of
            && before.ended_on.is_none()
            && before.day <= new.day
    });
    let before = before.ok_or_else(wrong)?;
    let named = rule.by_field.as_ref().and_then(|field| before.fields.get(field));
    // What was addressed to somebody who has not the role any more, another one takes over.
    if named.is_some_and(|named| named != new.by && holders.contains(named)) {
        return Err(denied(
            "the paper before names another account, which alone may enter what follows",
            "let the person enter it to whom it was addressed (`mayfly register show`)",
        ));
    }
    Ok(Some(before))
}

/// Whether `paper`, which stands under `rule`, takes the place of `old`.
fn replaces(rule: &PaperRule, paper: &Paper, old: &Paper) -> bool {
    let same = |field: &String| paper.fields.get(field) == old.fields.get(field);
    old.kind == paper.kind && rule.one_each.as_ref().is_none_or(same)
}

fn stands_no_more() -> Error {
    refused(
        "REGISTER-ENDED",
        "the paper does not stand: it was ended, another took its place, or its kind waits for a paper that follows it",
        "see `mayfly register list` for the papers that stand",
    )
}

fn no_file() -> Error {
    refused(
        "REGISTER-FILE",
        "the paper itself is asked for, and no file was given or it cannot be read",
        "name the file with --file; its SHA-256 is kept, the file stays where it is",
    )
}

fn refused(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Input {
        code,
        sentence: sentence.into(),
        remedy,
    }
}

fn denied(sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code: "REGISTER-RIGHT",
        sentence: sentence.into(),
        remedy,
    }
}
