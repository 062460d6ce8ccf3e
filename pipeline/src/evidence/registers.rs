//! The registers of a pack: the 授權表 of its first and last day and what changed, members, stops, duties, clauses. *Edge.*

use mayfly_consent::Language;
use sqlx::AnyConnection;

use super::{asked::Asked, staging::Staging};
use crate::{
    access::{
        forms, members, people,
        stop::{self, Target},
    },
    app::House,
    clauses,
    duty::{
        forms as duty_forms,
        list::{self, Filter},
        state::State,
    },
    error::{Error, Result},
    printed::Printed,
};

/// Writes them.
///
/// # Errors
/// Those of the tables, the database and the disk.
pub async fn write(house: &House, conn: &mut AnyConnection, asked: &Asked, staging: &Staging) -> Result<()> {
    let member = asked.member.as_deref();
    let mut days = vec![asked.from, asked.to];
    days.dedup();
    for on in days {
        let lines = people::table(house, on, member).await?;
        let table = forms::table(&lines, &house.regime, Language::En).csv();
        staging.put(&format!("registers/authorisations-{on}.csv"), &table)?;
    }
    let changes = people::changes(house, asked.from, asked.to, member).await?;
    let changes = forms::changes(&changes, &house.regime, Language::En).csv();
    staging.put("registers/authorisation-changes.csv", &changes)?;
    staging.put("registers/members.csv", &members(conn, asked).await?)?;
    let mut stops = stop::list(&mut *conn, false).await?;
    stops.retain(|stop| match &stop.target {
        Target::Member(code) => asked.is_of(code),
        Target::Person(account) => asked.is_of(account.split('/').next().unwrap_or_default()),
        Target::Item(_) | Target::Link | Target::Drill(_) => true,
    });
    let stops = serde_json::to_string_pretty(&stops).map_err(|_| Error::Bug("a stop has no JSON form"))?;
    staging.put("registers/stops.json", &format!("{stops}\n"))?;
    duties(house, asked, staging).await?;
    let clauses = clauses::list::list(house, "").await?;
    staging.put("clauses.csv", &clauses::forms::sheet(&clauses).csv())
}

async fn members(conn: &mut AnyConnection, asked: &Asked) -> Result<String> {
    let mut lines = Vec::new();
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
