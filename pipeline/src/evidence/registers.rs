//! The registers of a pack: the 授權表 of its first and last day and what changed, members, stops, incidents, papers, duties, clauses. *Edge.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use sqlx::AnyConnection;

use super::{allowed, asked::Asked, held};
use crate::{
    access::{
        export::{self, Which},
        forms as access_forms, members, people,
        stop::{self, Target},
    },
    app::House,
    clauses,
    duty::{
        forms as duty_forms,
        list::{self, Filter},
        state::State,
    },
    error::Result,
    incident,
    output::folder::Staging,
    printed::Printed,
    register,
};

/// Writes them.
///
/// # Errors
/// Those of the tables, the database and the disk.
pub async fn write(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    now: Timestamp,
) -> Result<()> {
    let member = asked.member.as_deref();
    let folder = staging.folder("registers")?;
    let mut tables = vec![Which::Changes(asked.from, asked.to), Which::Table(asked.from)];
    if asked.to != asked.from {
        tables.push(Which::Table(asked.to));
    }
    for table in &tables {
        export::write(house, table, member, &folder, now).await?;
    }
    staging.put(
        &format!("registers/{}", held::LATER),
        &entered_later(house, asked, now).await?,
    )?;
    staging.put(
        &format!("registers/{}", held::MEMBERS),
        &members(house, conn, asked).await?,
    )?;
    let mut stops = stop::list(&mut *conn, false).await?;
    // One of an item, of the link, or a drill is of all members; what is said of an incident with it may be about any of them.
    stops.retain(|stop| whose(&stop.target).is_none_or(|member| asked.is_of(member)));
    staging.put_json("registers/stops.json", &stops)?;
    let mut incidents = incident::report::list(house, false).await?;
    incidents.retain(|incident| {
        let ended = incident
            .closed
            .as_ref()
            .map_or(Date::MAX, |closed| house.today(closed.at));
        let theirs = whose(&incident.target).map_or(asked.member.is_none(), |member| asked.is_of(member));
        theirs && asked.meets(house.today(incident.opened_at), ended)
    });
    staging.put_json("registers/incidents.json", &incidents)?;
    let wanted = register::list::Filter {
        of: asked.member.clone(),
        all: true,
        ..Default::default()
    };
    let mut papers = register::list::list(house, &wanted).await?;
    papers.retain(|paper| {
        let ended = paper.ended_on.unwrap_or(Date::MAX);
        asked.meets(house.today(paper.entered_at), ended)
    });
    let papers = register::forms::table(&papers, &house.regime, Language::En);
    staging.put("registers/papers.csv", &papers.csv())?;
    allowed::write(house, &mut *conn, asked, staging, now).await?;
    duties(house, asked, staging).await?;
    let clauses = clauses::list::list(house, "").await?;
    staging.put("clauses.csv", &clauses::forms::sheet(&clauses).csv())
}

/// The member that a stop is of, alone.
fn whose(target: &Target) -> Option<&str> {
    match target {
        Target::Member(code) => Some(code),
        Target::Person(account) => account.split('/').next(),
        Target::Item(_) | Target::Link | Target::Drill(_) => None,
    }
}

/// The changes of the 授權表 of days until the last of those asked for that were entered after it.
async fn entered_later(house: &House, asked: &Asked, now: Timestamp) -> Result<String> {
    let mut later = Vec::new();
    if let Ok(next) = asked.to.tomorrow().map(|next| next.min(house.today(now)))
        && next > asked.to
    {
        later = people::changes(house, next, house.today(now), asked.member.as_deref()).await?;
        later.retain(|change| change.day <= asked.to);
    }
    Ok(access_forms::changes(&later, &house.regime, Language::En).csv())
}

async fn members(house: &House, conn: &mut AnyConnection, asked: &Asked) -> Result<String> {
    let mut lines = Vec::new();
    let rules = house.regime.sheet.as_ref();
    let nil = if rules.is_some_and(|rules| rules.nil_sheets.value) {
        "Y"
    } else {
        ""
    };
    for code in members::codes(&mut *conn).await? {
        let Some(member) = members::one(&mut *conn, &code)
            .await?
            .filter(|_| asked.is_of(&code))
        else {
            continue;
        };
        let (version, date) = member
            .control_rules
            .map_or_else(Default::default, |(version, date)| (version, date.to_string()));
        lines.push([
            member.code,
            member.name,
            member.valid_from.to_string(),
            member.valid_to.map_or_else(String::new, |day| day.to_string()),
            version,
            date,
            nil.to_owned(),
            rules.map_or_else(String::new, |rules| rules.make_hour.value.to_string()),
        ]);
    }
    let table = Printed {
        columns: [
            ["code", "Code", "代號"],
            ["name", "Name", "名稱"],
            ["valid_from", "From", "起日"],
            ["valid_to", "To", "迄日"],
            ["control_rules_version", "Control rules", "控管要點版本"],
            ["control_rules_date", "Of", "控管要點日期"],
            [held::NIL_SHEETS, "Nil sheets", "無查詢亦產製紀錄單"],
            [held::MAKE_HOUR, "Sheets made at", "紀錄單產製時"],
        ],
        lines,
    };
    Ok(table.csv())
}

/// The duties with a day of their period or their due day among those asked for, as they stood on the last.
async fn duties(house: &House, asked: &Asked, staging: &Staging) -> Result<()> {
    let filter = Filter {
        states: State::ALL.into(),
        member: asked.member.clone(),
        ..Filter::default()
    };
    let mut duties = list::list(house, asked.to, &filter).await?;
    duties.retain(|listed| {
        let (period, due) = (&listed.duty.period, listed.duty.due);
        asked.meets(period.first, period.last) || asked.meets(due, due)
    });
    let table = duty_forms::table(&duties, &house.regime, Language::En);
    staging.put("duties.csv", &table.csv())
}
