//! People (人員): the 授權表 on any day, what changed, who leaves with what is open; where authorisations begin and end. *Edge.*

use askama::Template;
use axum::extract::State;
use jiff::{ToSpan, civil::Date};
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    incidents::after_step,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    theirs::{Asked, Typed, day, nothing},
};
use crate::{
    access::{
        authorisation::Authorisation,
        forms,
        people::{self, Beginning, Holder, Mover},
    },
    accounts::{self, tasks},
    app::House,
    error::Result,
    http::door::Shared,
    regime::people::{Party, Right},
};

#[derive(Template)]
#[template(path = "people.html")]
struct People<'a> {
    frame: &'a Frame,
    is_of_member: bool,
    manages: bool,
    days: Days,
    shown: Shown,
    typed: Typed,
    refused: Option<Told>,
}

/// The days that are asked for, and whose people.
#[derive(Clone)]
struct Days {
    on: Date,
    from: Date,
    to: Date,
    at: Option<String>,
}

/// The tables, ready to be read.
struct Shown {
    table: Table,
    changes: Table,
    leavers: Vec<Leaver>,
    /// Accounts that the reader could end.
    accounts: Vec<String>,
    /// Roles there: id, title.
    roles: Vec<(String, String)>,
    today: Date,
}

/// Somebody who leaves, and what is open with them.
struct Leaver {
    name: String,
    account: String,
    day: String,
    tasks: Table,
}

/// Who sees the people of a place.
pub(super) const READERS: [Right; 5] = [
    Right::ManageAccounts,
    Right::Authorise,
    Right::SignOff,
    Right::Audit,
    Right::Inspect,
];

/// The tables.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, asked: Asked) -> Answer {
    let days = Days::of(&asked, &reader)?;
    shown(&door, &reader, days, Typed::default(), None).await
}

/// Applies for an authorisation.
pub(super) async fn begin(
    State(door): State<Shared>,
    reader: Reader,
    asked: Asked,
    Form(fields): Form,
) -> Answer {
    reader.only(&READERS)?;
    let text = |name: &str| {
        let typed = fields.maybe(name).map(str::trim).filter(|text| !text.is_empty());
        typed.map(str::to_owned)
    };
    let to = text("to").map(|to| day(&to)).transpose()?;
    let named = named(&reader, fields.one("at")?, fields.one("account")?.trim());
    let (name, title, person) = (text("name"), text("title"), text("person"));
    let (unit, level, roles) = (text("unit"), text("level"), fields.all("role"));
    let (roles, from) = (roles.map(str::to_owned).collect(), day(fields.one("from")?)?);
    let (by, reason) = (reader.holder().account, fields.one("reason")?.trim().to_owned());
    let applied = match named? {
        Err(error) => Err(error),
        Ok(holder) => {
            let beginning = Beginning {
                holder,
                roles,
                name,
                title,
                person,
                unit,
                level,
                from,
                to,
            };
            let act = door.act(move |house| async move {
                let mover = Mover {
                    by: &by,
                    reason: &reason,
                    approval: None,
                };
                people::begin_approved(&house, &beginning, &mover).await
            });
            act.await
        }
    };
    match applied {
        Ok(step) => Ok(after_step(&step, "/people?done=begun")),
        Err(error) => {
            let names = [
                "account", "name", "title", "person", "unit", "level", "from", "to", "reason", "role",
            ];
            let told = Fault::from(error).told(reader.frame.language);
            let days = Days::of(&asked, &reader)?;
            shown(&door, &reader, days, Typed::of(&fields, &names), Some(told)).await
        }
    }
}

/// Applies for the end of an authorisation.
pub(super) async fn end(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    reader.only(&READERS)?;
    let holder = theirs(&reader, fields.one("account")?)?;
    let (by, reason, on) = (
        reader.holder().account,
        fields.one("reason")?.trim().to_owned(),
        day(fields.one("on")?)?,
    );
    let step = door.act(move |house| async move {
        let mover = Mover {
            by: &by,
            reason: &reason,
            approval: None,
        };
        people::end_approved(&house, &holder, on, &mover).await
    });
    Ok(after_step(&step.await?, "/people?done=ended"))
}

/// `PLACE/ACCOUNT`, if its people are looked after where the reader stands: the others are not there.
pub(super) fn theirs(reader: &Reader, text: &str) -> std::result::Result<Holder, Fault> {
    let holder = Holder::parse(text)?;
    match holder.desk() == reader.holder().at {
        true => Ok(holder),
        false => Err(nothing()),
    }
}

/// An account to be typed anew: where its people are not the reader's, there is none.
fn named(reader: &Reader, at: &str, account: &str) -> std::result::Result<Result<Holder>, Fault> {
    match Holder::parse(&format!("{at}/{account}")) {
        Ok(holder) if holder.desk() != reader.holder().at => Err(nothing()),
        holder => Ok(holder),
    }
}

impl Days {
    fn of(asked: &Asked, reader: &Reader) -> std::result::Result<Self, Fault> {
        reader.only(&READERS)?;
        let today = mayfly_consent::day::taipei_day(reader.frame.now);
        let to = asked.day("to")?.unwrap_or(today);
        Ok(Self {
            on: asked.day("on")?.unwrap_or(today),
            from: asked
                .day("from")?
                .unwrap_or_else(|| to.saturating_sub(RECENT.days())),
            to,
            at: match reader.is_of_member() {
                true => Some(reader.holder().at),
                false => asked.text("at").map(str::to_owned),
            },
        })
    }
}

async fn shown(door: &Shared, reader: &Reader, days: Days, typed: Typed, refused: Option<Told>) -> Answer {
    let (language, holder, asked) = (reader.frame.language, reader.holder(), days.clone());
    let read = door.act(move |house| async move { read(&house, &asked, &holder, language).await });
    let status = refused.as_ref().map(|told| told.status);
    let view = People {
        frame: &reader.frame,
        is_of_member: reader.is_of_member(),
        manages: reader.may(Right::ManageAccounts),
        days,
        shown: read.await?,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

async fn read(house: &House, days: &Days, reader: &Holder, language: Language) -> Result<Shown> {
    let today = house.today(house.clock.now());
    let lines = people::table(house, days.on, days.at.as_deref()).await?;
    let changes = people::changes(house, days.from, days.to, days.at.as_deref()).await?;
    let of_today = people::table(house, today, days.at.as_deref()).await?;
    let mut leavers = Vec::new();
    for line in of_today.iter().filter(|line| line.to.is_some()).take(LEAVERS) {
        leavers.push(leaver(house, line, language).await?);
    }
    let holder = |line: &Authorisation| Holder {
        at: line.member.clone(),
        account: line.account.clone(),
    };
    let is_theirs = |line: &&Authorisation| holder(line).desk() == reader.at;
    let accounts = of_today.iter().filter(is_theirs);
    let is_of_member = Party::of(&reader.at) == Party::Member;
    let roles = house.regime.roles.iter();
    let roles = roles.filter(|role| (role.at == Party::Member) == is_of_member);
    Ok(Shown {
        table: Table::of(&forms::table(&lines, &house.regime, language), language),
        changes: Table::of(&forms::changes(&changes, &house.regime, language), language),
        leavers,
        accounts: accounts
            .map(|line| format!("{}/{}", line.member, line.account))
            .collect(),
        roles: roles
            .map(|role| match language {
                Language::En => (role.id.clone(), role.id.clone()),
                Language::ZhTw => (role.id.clone(), role.title.clone()),
            })
            .collect(),
        today,
    })
}

async fn leaver(house: &House, line: &Authorisation, language: Language) -> Result<Leaver> {
    let holder = Holder {
        at: line.member.clone(),
        account: line.account.clone(),
    };
    let open = tasks::open_with(house, &holder).await?;
    Ok(Leaver {
        name: line.name.clone(),
        account: format!("{}/{}", line.member, line.account),
        day: line
            .to
            .map_or_else(String::new, |to| crate::printed::day(to, language)),
        tasks: Table::of(&accounts::forms::tasks(&open, &house.regime, language), language),
    })
}

/// Changes of so many days are shown, unless others are asked for.
const RECENT: i64 = 30;
/// So many of those who leave are shown with what is open.
const LEAVERS: usize = 10;
