//! Accounts at the door (帳號): how they stand; unlocking and first passwords, with another person; the word that one has leaked. *Edge.*

use askama::Template;
use axum::extract::State;

use super::{
    form::{Fields, Form},
    frame::Frame,
    incidents::after_step,
    page::{self, Answer},
    people::theirs,
    reader::Reader,
    table::Table,
    theirs::{Asked, nothing},
};
use crate::{
    access::people::{Holder, Mover},
    http::door::Shared,
    regime::people::{Party, Right},
    signin::{
        desk::{self, State as Standing},
        forms,
    },
};

#[derive(Template)]
#[template(path = "accounts.html")]
struct Accounts<'a> {
    frame: &'a Frame,
    is_of_member: bool,
    at: String,
    table: Table,
    /// Those that are locked.
    locked: Vec<String>,
    /// All of them.
    accounts: Vec<String>,
}

/// How the accounts of a place stand.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, asked: Asked) -> Answer {
    reader.only(&[Right::ManageAccounts])?;
    let own = reader.holder().at;
    let at = asked.text("at").unwrap_or(&own).to_owned();
    let is_theirs = match Party::of(&own) {
        Party::Member => at == own,
        _ => Party::of(&at) != Party::Member,
    };
    if !is_theirs {
        return Err(nothing());
    }
    let (place, language) = (at.clone(), reader.frame.language);
    let accounts = door.act(move |house| async move { desk::list(&house, &place).await });
    let accounts = accounts.await?;
    let name = |account: &desk::Standing| format!("{at}/{}", account.account);
    let locked = accounts
        .iter()
        .filter(|account| account.state == Standing::Locked);
    page::shown(&Accounts {
        frame: &reader.frame,
        is_of_member: reader.is_of_member(),
        locked: locked.map(name).collect(),
        accounts: accounts.iter().map(name).collect(),
        table: Table::of(&forms::table(&accounts, language), language),
        at,
    })
}

/// Applies for the unlocking of an account (五(一)5).
pub(super) async fn unlock(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    let step =
        door.act(move |house| async move { desk::unlock(&house, &holder, &mover(&by, &reason)).await });
    Ok(after_step(&step.await?, "/accounts?done=unlocked"))
}

/// Applies for a first password (五(一)10).
pub(super) async fn first(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    let step = door.act(move |house| async move { desk::first(&house, &holder, &mover(&by, &reason)).await });
    Ok(after_step(&step.await?, "/accounts"))
}

/// Notes that a password may be known to others (五(一)7): one person is enough.
pub(super) async fn leaked(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    door.act(move |house| async move { desk::leaked(&house, &holder, &by, &reason).await })
        .await?;
    Ok(page::after("/accounts?done=leaked"))
}

/// Whose account, who does it, and why.
fn read(reader: &Reader, fields: &Fields) -> Result<(Holder, String, String), super::fault::Fault> {
    let holder = theirs(reader, fields.one("account")?)?;
    let reason = fields.one("reason")?.trim().to_owned();
    Ok((holder, reader.holder().account, reason))
}

fn mover<'m>(by: &'m str, reason: &'m str) -> Mover<'m> {
    Mover {
        by,
        reason,
        approval: None,
    }
}
