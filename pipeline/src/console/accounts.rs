//! Accounts at the door (帳號): how they stand; unlocking and first passwords, with another person; the word that one has leaked. *Edge.*

use askama::Template;
use axum::extract::State;

use super::{
    fault::{Fault, Told},
    form::{Fields, Form},
    frame::Frame,
    incidents::after_step,
    page::{self, Answer},
    people::theirs,
    reader::Reader,
    table::Table,
    theirs::{Asked, Typed, nothing},
};
use crate::{
    access::people::{Holder, Mover},
    error::Error,
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
    /// The form that was refused, and what was typed into it.
    form: &'static str,
    typed: Typed,
    refused: Option<Told>,
}

impl Accounts<'_> {
    /// What was typed as the reason into `form`, which was refused; nothing into another.
    fn said(&self, form: &str) -> &str {
        match self.form == form {
            true => self.typed.at("reason"),
            false => "",
        }
    }

    /// Whether `account` was chosen in `form`, which was refused.
    fn chose(&self, form: &str, account: &str) -> bool {
        self.form == form && self.typed.has("account", account)
    }
}

/// How the accounts of a place stand.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, asked: Asked) -> Answer {
    let own = reader.holder().at;
    let at = asked.text("at").unwrap_or(&own).to_owned();
    shown(&door, &reader, at, ("", Typed::default()), None).await
}

/// The page of the accounts at `at`, with what was typed into a form of it and refused.
async fn shown(
    door: &Shared,
    reader: &Reader,
    at: String,
    (form, typed): (&'static str, Typed),
    refused: Option<Told>,
) -> Answer {
    reader.only(&[Right::ManageAccounts])?;
    let own = reader.holder().at;
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
    let status = refused.as_ref().map(|told| told.status);
    let view = Accounts {
        frame: &reader.frame,
        is_of_member: reader.is_of_member(),
        locked: locked.map(name).collect(),
        accounts: accounts.iter().map(name).collect(),
        table: Table::of(&forms::table(&accounts, language), language),
        at,
        form,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

/// The page once more, with what was typed into `form` and why it was refused.
async fn again(door: &Shared, reader: &Reader, form: &'static str, fields: &Fields, error: Error) -> Answer {
    let at = theirs(reader, fields.one("account")?)?.at;
    let told = Fault::from(error).told(reader.frame.language);
    let typed = Typed::of(fields, &["account", "reason"]);
    shown(door, reader, at, (form, typed), Some(told)).await
}

/// Applies for the unlocking of an account (五(一)5).
pub(super) async fn unlock(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    let step =
        door.act(move |house| async move { desk::unlock(&house, &holder, &mover(&by, &reason)).await });
    match step.await {
        Ok(step) => Ok(after_step(&step, "/accounts?done=unlocked")),
        Err(error) => again(&door, &reader, "unlock", &fields, error).await,
    }
}

/// Applies for a first password (五(一)10).
pub(super) async fn first(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    let step = door.act(move |house| async move { desk::first(&house, &holder, &mover(&by, &reason)).await });
    match step.await {
        Ok(step) => Ok(after_step(&step, "/accounts")),
        Err(error) => again(&door, &reader, "first", &fields, error).await,
    }
}

/// Notes that a password may be known to others (五(一)7): one person is enough.
pub(super) async fn leaked(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let (holder, by, reason) = read(&reader, &fields)?;
    let done = door.act(move |house| async move { desk::leaked(&house, &holder, &by, &reason).await });
    match done.await {
        Ok(()) => Ok(page::after("/accounts?done=leaked")),
        Err(error) => again(&door, &reader, "leaked", &fields, error).await,
    }
}

/// Whose account, who does it, and why.
fn read(reader: &Reader, fields: &Fields) -> Result<(Holder, String, String), Fault> {
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
