//! The supervisor's view (監督): members and how far they are covered, the clause matrix as it stands now, and the evidence pack to take
//! away; nothing is changed here. *Edge.*

use std::{path::PathBuf, sync::Arc};

use askama::Template;
use axum::extract::State;
use jiff::civil::Date;
use mayfly_consent::{Language, day::taipei_day};

use super::{
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    taken::taken,
    theirs::{day as day_of, nothing},
};
use crate::{
    access::members,
    app::House,
    audit::{self, Month},
    clauses::{forms, list},
    duty::{
        list::{self as duties, Filter},
        state::State as Standing,
    },
    error::Result,
    evidence::{asked::Asked, pack},
    http::door::Shared,
    printed::{Printed, day, of},
    regime::people::Right,
};

#[derive(Template)]
#[template(path = "oversight.html")]
struct Oversight<'a> {
    frame: &'a Frame,
    may_stop: bool,
    /// The month before this one, which a pack is of unless somebody says otherwise.
    days: (Date, Date),
    shown: Shown,
}

/// Members and clauses, ready to be read.
struct Shown {
    members: Table,
    /// How many clauses stand so: name and count.
    counts: Vec<(&'static str, usize)>,
    clauses: Table,
}

/// Members, coverage and clauses.
pub(super) async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    if reader.is_of_member() {
        return Err(nothing());
    }
    reader.only(&[Right::Inspect, Right::Audit])?;
    let language = reader.frame.language;
    let shown = door.act(move |house| async move { read(&house, language).await });
    let month = Month::of_day(taipei_day(reader.frame.now)).previous();
    page::shown(&Oversight {
        days: (month.first_day(), month.last_day()),
        frame: &reader.frame,
        may_stop: reader.may(Right::Stop),
        shown: shown.await?,
    })
}

/// The evidence pack of the days asked for, of one member or of all.
pub(super) async fn evidence(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    if reader.is_of_member() {
        return Err(nothing());
    }
    let asked = Asked {
        from: day_of(fields.one("from")?)?,
        to: day_of(fields.one("to")?)?,
        member: fields
            .maybe("member")
            .filter(|code| !code.is_empty())
            .map(str::to_owned),
    };
    let by = reader.name();
    let name = format!("evidence-{}-{}", asked.from, asked.to);
    let write = move |house: Arc<House>, folder: PathBuf| async move {
        pack::pack(&house, &asked, &folder, &by).await?;
        Ok(())
    };
    taken(&door, name, write).await
}

async fn read(house: &House, language: Language) -> Result<Shown> {
    let standings = list::list(house, "").await?;
    let count = |state: list::State| {
        standings
            .iter()
            .filter(|standing| standing.state == state)
            .count()
    };
    let name = |en, zh| of(language, en, zh);
    let counts = vec![
        (name("kept", "遵循"), count(list::State::Kept)),
        (name("due", "待辦"), count(list::State::Due)),
        (name("overdue", "逾期"), count(list::State::Overdue)),
        (name("open", "未完成"), count(list::State::Open)),
        (
            name("organisational", "組織面"),
            count(list::State::Organisational),
        ),
    ];
    Ok(Shown {
        members: Table::of(&members(house, language).await?, language),
        counts,
        clauses: Table::of(&forms::table(&standings, language), language),
    })
}

/// Each member: since when, its control rules, what is due and overdue, and how far the last month's queries were looked at.
async fn members(house: &House, language: Language) -> Result<Printed<7>> {
    let today = house.today(house.clock.now());
    let last = Month::of_day(today).previous();
    let mut reader = house.db.reader().await?;
    let mut lines = Vec::new();
    for code in members::codes(&mut reader).await? {
        let Some(member) = members::one(&mut reader, &code).await? else {
            continue;
        };
        let filter = Filter {
            states: vec![Standing::Due, Standing::Overdue],
            member: Some(code.clone()),
            ..Filter::default()
        };
        let listed = duties::list(house, today, &filter).await?;
        let overdue = listed
            .iter()
            .filter(|listed| listed.state == Standing::Overdue)
            .count();
        let sample = audit::store::one(&mut reader, &code, last).await?;
        let covered = sample.filter(|sample| sample.state != audit::store::State::Committed);
        lines.push([
            code,
            member.name,
            day(member.valid_from, language),
            member.control_rules.map_or_else(String::new, |(version, on)| {
                format!("{version}　{}", day(on, language))
            }),
            (listed.len() - overdue).to_string(),
            overdue.to_string(),
            covered.map_or_else(String::new, |sample| {
                format!("{last}　{} / {}", sample.sample_size, sample.population)
            }),
        ]);
    }
    Ok(Printed {
        columns: [
            ["member", "Member", "代號"],
            ["name", "Name", "使用單位"],
            ["from", "Since", "加入日"],
            ["control_rules", "Control rules", "控管要點"],
            ["due", "Due", "待辦"],
            ["overdue", "Overdue", "逾期"],
            ["covered", "Looked at", "抽核筆數／查詢筆數"],
        ],
        lines,
    })
}
