//! Duties (應辦事項): as a list and as the month on one sheet, and where they are closed with what shows them to be done. *Edge.*

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use jiff::{ToSpan, civil::Date};
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    theirs::{Asked, Typed},
};
use crate::{
    access::people::Holder,
    app::House,
    audit::Month,
    duty::{
        calendar::Calendar,
        close, facts, forms,
        list::{self, Filter, Listed},
        mine,
        state::State as Standing,
    },
    error::Result,
    http::door::Shared,
    printed,
    regime::people::Right,
};

#[derive(Template)]
#[template(path = "duties.html")]
struct Duties<'a> {
    frame: &'a Frame,
    /// Whether more than the reader's own can be asked for.
    is_wide: bool,
    asked: Question,
    shown: Shown,
    typed: Typed,
    refused: Option<Told>,
}

/// What is asked for.
#[derive(Clone)]
struct Question {
    state: String,
    owner: String,
    clause: String,
    at: String,
    month: Month,
}

/// Duties, ready to be read.
struct Shown {
    table: Table,
    /// The roles that own duties: id and title.
    owners: Vec<(String, String)>,
    /// What the reader can close now: name and what it asks for.
    closable: Vec<(String, String)>,
    title: String,
    before: String,
    after: String,
    weeks: Vec<Vec<Day>>,
}

/// A day on the sheet of the month.
struct Day {
    number: i8,
    class: String,
    duties: Vec<Entry>,
}

/// A duty on its last day.
struct Entry {
    class: &'static str,
    title: String,
    about: String,
}

/// Whose duties somebody sees.
#[derive(Clone)]
enum Scope {
    /// Those that they may close themselves.
    Own,
    /// Those of their member.
    Of(String),
    /// Everybody's.
    All,
}

/// List and month.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, asked: Asked) -> Answer {
    let asked = Question::of(&asked, &reader);
    shown(&door, &reader, asked, Typed::default(), None).await
}

/// Closes a duty with a reference, or the SHA-256 of a file that stays with its owner.
pub(super) async fn close(
    State(door): State<Shared>,
    reader: Reader,
    asked: Asked,
    Form(fields): Form,
) -> Answer {
    let holder = reader.holder();
    let (duty, artefact) = (
        fields.one("duty")?.to_owned(),
        fields.one("artefact")?.trim().to_owned(),
    );
    let closed = door.act(move |house| async move {
        close::close_far(&house, &duty, &artefact, &holder)
            .await
            .map(drop)
    });
    match closed.await {
        Ok(()) => Ok(page::after("/duties?done=closed")),
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            let typed = Typed::of(&fields, &["duty", "artefact"]);
            let asked = Question::of(&asked, &reader);
            shown(&door, &reader, asked, typed, Some(told)).await
        }
    }
}

async fn shown(
    door: &Shared,
    reader: &Reader,
    asked: Question,
    typed: Typed,
    refused: Option<Told>,
) -> Answer {
    let (scope, holder, language) = (scope(reader), reader.holder(), reader.frame.language);
    let is_wide = matches!(scope, Scope::All);
    let question = asked.clone();
    let shown =
        door.act(move |house| async move { read(&house, &scope, &holder, &question, language).await });
    let status = refused.as_ref().map(|told| told.status);
    let view = Duties {
        frame: &reader.frame,
        is_wide,
        asked,
        shown: shown.await?,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

/// Who looks after a place, or checks it, sees what is due there; everybody else their own.
fn scope(reader: &Reader) -> Scope {
    let looks_after = [
        Right::ManageAccounts,
        Right::Authorise,
        Right::SignOff,
        Right::Audit,
    ];
    match reader.is_of_member() {
        true if reader.may_any(&looks_after) => Scope::Of(reader.holder().at),
        false if reader.may_any(&[Right::Audit, Right::Inspect]) => Scope::All,
        _ => Scope::Own,
    }
}

impl Question {
    fn of(asked: &Asked, reader: &Reader) -> Self {
        let text = |name| asked.text(name).unwrap_or("").to_owned();
        Self {
            state: text("state"),
            owner: text("owner"),
            clause: text("clause"),
            at: text("at"),
            month: asked
                .text("month")
                .and_then(Month::parse)
                .unwrap_or_else(|| Month::of(reader.frame.now)),
        }
    }

    fn states(&self) -> Vec<Standing> {
        match self.state.as_str() {
            "due" => vec![Standing::Due],
            "overdue" => vec![Standing::Overdue],
            "all" => Standing::ALL.into(),
            _ => vec![Standing::Open, Standing::Due, Standing::Overdue],
        }
    }

    fn filter(&self, scope: &Scope, states: Vec<Standing>) -> Filter {
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Filter {
            states,
            owner: text(&self.owner),
            clause: text(&self.clause),
            member: match scope {
                Scope::Of(member) => Some(member.clone()),
                Scope::All | Scope::Own => text(&self.at),
            },
        }
    }
}

async fn read(
    house: &House,
    scope: &Scope,
    holder: &Holder,
    asked: &Question,
    language: Language,
) -> Result<Shown> {
    let today = house.today(house.clock.now());
    let own = mine::of(house, holder).await?;
    let closable = own.iter().filter(|listed| listed.duty.closable_from() <= today);
    let closable = closable.map(|listed| {
        let duty = &listed.duty;
        let about = format!("{}　{}　{}", title(listed, language), duty.id, duty.rule.artefact);
        (duty.id.clone(), about)
    });
    let owners = house
        .regime
        .roles
        .iter()
        .filter(|role| house.regime.duties.iter().any(|rule| rule.owner == role.id));
    let owners = owners.map(|role| match language {
        Language::En => (role.id.clone(), role.id.clone()),
        Language::ZhTw => (role.id.clone(), role.title.clone()),
    });
    let (closable, owners) = (closable.collect(), owners.collect());
    let last = asked.month.first_day().last_of_month();
    let (listed, of_month) = match scope {
        Scope::Own => {
            let states = asked.states();
            let mut listed = mine::of(house, holder).await?;
            listed.retain(|listed| states.contains(&listed.state));
            (listed, own)
        }
        Scope::Of(_) | Scope::All => {
            let listed = list::list(house, today, &asked.filter(scope, asked.states())).await?;
            let all = asked.filter(scope, Standing::ALL.into());
            (listed, list::list(house, last.max(today), &all).await?)
        }
    };
    let now: BTreeMap<String, Standing> = match scope {
        Scope::Own => BTreeMap::new(),
        Scope::Of(_) | Scope::All => {
            let all = asked.filter(scope, Standing::ALL.into());
            let all = list::list(house, today, &all).await?;
            all.into_iter()
                .map(|listed| (listed.duty.id, listed.state))
                .collect()
        }
    };
    let state = |listed: &Listed<'_>| match scope {
        Scope::Own => listed.state,
        // What begins later in the month has time.
        _ => now.get(&listed.duty.id).copied().unwrap_or(Standing::Open),
    };
    let calendar = facts::calendar(&mut *house.db.reader().await?).await?;
    let mut by_day: BTreeMap<Date, Vec<Entry>> = BTreeMap::new();
    for listed in of_month
        .iter()
        .filter(|listed| asked.month == Month::of_day(listed.duty.due))
    {
        let entry = Entry {
            class: match state(listed) {
                Standing::Overdue => "late",
                Standing::Closed => "done",
                Standing::Open | Standing::Due => "",
            },
            title: title(listed, language),
            about: listed.duty.id.clone(),
        };
        by_day.entry(listed.duty.due).or_default().push(entry);
    }
    let first = asked.month.first_day();
    Ok(Shown {
        table: Table::of(&forms::table(&listed, &house.regime, language), language),
        owners,
        closable,
        title: match language {
            Language::En => first.strftime("%B %Y").to_string(),
            Language::ZhTw => format!("民國{}年{}月", i32::from(first.year()) - 1911, first.month()),
        },
        before: asked.month.previous().to_string(),
        after: asked.month.next().to_string(),
        weeks: weeks(asked.month, today, &calendar, by_day),
    })
}

/// The weeks that have a day of the month, from Monday on.
fn weeks(
    month: Month,
    today: Date,
    calendar: &Calendar,
    mut by_day: BTreeMap<Date, Vec<Entry>>,
) -> Vec<Vec<Day>> {
    let first = month.first_day();
    let back = i64::from(first.weekday().to_monday_zero_offset());
    let mut day = first.saturating_sub(back.days());
    let mut weeks = Vec::new();
    while day <= first.last_of_month() {
        let mut week = Vec::with_capacity(7);
        for _ in 0..7 {
            let is_rest = match calendar.is_workday(day) {
                Some(works) => !works,
                None => day.weekday().to_monday_zero_offset() > 4,
            };
            let marks = [
                (is_rest, "rest"),
                (day == today, "now"),
                (Month::of_day(day) != month, "other"),
            ];
            let marks = marks.into_iter().filter(|(is_so, _)| *is_so);
            week.push(Day {
                number: day.day(),
                class: marks.map(|(_, name)| name).collect::<Vec<_>>().join(" "),
                duties: by_day.remove(&day).unwrap_or_default(),
            });
            day = day.saturating_add(1.days());
        }
        weeks.push(week);
    }
    weeks
}

fn title(listed: &Listed<'_>, language: Language) -> String {
    listed.duty.rule.said(language).into_owned()
}

impl Duties<'_> {
    /// The names of the days of a week.
    fn days(&self) -> [&'static str; 7] {
        [
            ("Mon", "一"),
            ("Tue", "二"),
            ("Wed", "三"),
            ("Thu", "四"),
            ("Fri", "五"),
            ("Sat", "六"),
            ("Sun", "日"),
        ]
        .map(|(en, zh)| printed::of(self.frame.language, en, zh))
    }
}
