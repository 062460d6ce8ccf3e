//! Sheets as people see them: how far each has come, and, for who may, its lines. *SQL.*

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Name,
    lines::{self, Line, Next},
    looked::{check_reader, looked},
    one,
    sign::desk,
    store::{self, Mark, Sheet, State, Wanted},
};
use crate::{
    access::members,
    app::House,
    duty::{calendar::Calendar, facts, period::Due},
    error::{Error, Result},
    ids,
    journal::entry::Kind,
    regime::{Regime, control::SheetRules},
};

/// A sheet and what is to be said of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Sheet)]
pub struct Report {
    /// Its number.
    pub sheet: i64,
    /// Institution code.
    pub member: String,
    /// The week.
    pub week: String,
    /// The querier's account.
    pub querier: String,
    /// The unit for which they asked; empty where their authorisation names none.
    pub unit: String,
    /// How many queries are on it.
    pub queries: u64,
    /// `unsigned`, `signed` or `approved`.
    pub state: &'static str,
    /// The last day on which it is not overdue.
    pub due: Date,
    /// Whether that has passed, and it still waits for somebody.
    pub overdue: bool,
    /// From which day on its querier may not query, while it is unsigned.
    pub stops_from: Option<Date>,
    /// SHA-256 of its content.
    pub sha256: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Journal index of its making.
    pub make_entry: u64,
    /// Who signed it, if anybody did.
    pub signed: Option<Marked>,
    /// Who approved it.
    pub approved: Option<Marked>,
    /// The journal indexes of its queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<String>,
    /// Its first lines, for who may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<Line>>,
    /// The querier's name, beside the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// That somebody signed or approved.
#[derive(Serialize, ToSchema)]
#[schema(as = Mark)]
pub struct Marked {
    /// Who: an account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Journal index.
    pub entry: u64,
}

/// How a sheet stands on a day.
#[derive(PartialEq, Eq, Debug)]
pub struct Standing {
    /// The last day on which it is not overdue.
    pub due: Date,
    /// Whether that has passed, and it still waits for somebody.
    pub overdue: bool,
    /// From which day on its querier may not query, while it is unsigned.
    pub stops_from: Option<Date>,
}

/// How a sheet stands `today` that is due on `due` and whose days count from `from`.
pub fn standing(rules: &SheetRules, (from, due): (Date, Date), state: State, today: Date) -> Standing {
    Standing {
        due,
        overdue: state != State::Approved && today > due,
        stops_from: (state == State::Unsigned).then(|| rules.stops_from(from)),
    }
}

/// The sheet of that name; its first lines are shown only to `account`, if that may see them, and that is entered in the
/// journal first.
///
/// # Errors
/// `SHEET-UNKNOWN`; with an account `SHEET-RIGHT`, `GATE-CLOCK`, `SHEET-CHANGED`.
pub async fn show(house: &House, name: &Name<'_>, account: Option<&str>) -> Result<Report> {
    let mut reader = house.db.reader().await?;
    let sheet = one(&mut reader, name).await?;
    let calendar = facts::calendar(&mut reader).await?;
    let mut report = report(house, &calendar, &sheet)?;
    report.entries = Some(store::entries(&mut reader, sheet.number).await?);
    let Some(account) = account else {
        return Ok(report);
    };
    let now = house.trusted_now()?;
    let desk = desk(house, &mut reader, name.member, now).await?;
    check_reader(house, &mut reader, (&desk, &sheet), account, now).await?;
    looked(house, Kind::Read, &sheet, account).await?;
    let mut shown = Vec::new();
    lines::each(house, &mut reader, &sheet, |line| {
        shown.push(line);
        Ok(match shown.len() < LINES_MAX {
            true => Next::More,
            false => Next::Enough,
        })
    })
    .await?;
    report.lines = Some(shown);
    report.name = Some(desk.name_of(&sheet.querier).to_owned());
    Ok(report)
}

/// The sheets that are `wanted`, newest week first.
///
/// # Errors
/// `MEMBER-UNKNOWN`; `DB-*`.
pub async fn list(house: &House, wanted: &Wanted) -> Result<Vec<Report>> {
    let mut reader = house.db.reader().await?;
    members::check(&mut reader, wanted.member.as_deref()).await?;
    let calendar = facts::calendar(&mut reader).await?;
    let sheets = store::list(&mut reader, wanted).await?;
    sheets
        .iter()
        .map(|sheet| report(house, &calendar, sheet))
        .collect()
}

/// What is to be said of `sheet` after an act on it.
///
/// # Errors
/// `DB-*`.
pub async fn of(house: &House, sheet: &Sheet) -> Result<Report> {
    let calendar = facts::calendar(&mut *house.db.reader().await?).await?;
    report(house, &calendar, sheet)
}

/// The day by which `sheet` is signed and approved: that of the duty it closes.
///
/// # Errors
/// A bug: such a regime is refused when it is read.
pub fn due(regime: &Regime, calendar: &Calendar, sheet: &Sheet) -> Result<Date> {
    let rule = regime.sheet_duty();
    let rule = rule.ok_or(Error::Bug("a regime without the duty of its sheets was read"))?;
    Ok(Due::of(rule, calendar, sheet.counts_from()).on)
}

/// What is to be said of `sheet`, with the working days of `calendar`.
///
/// # Errors
/// As [`due`].
pub fn report(house: &House, calendar: &Calendar, sheet: &Sheet) -> Result<Report> {
    let today = house.today(house.clock.now());
    let state = sheet.state();
    let days = (sheet.counts_from(), due(&house.regime, calendar, sheet)?);
    let standing = standing(house.regime.sheets()?, days, state, today);
    let marked = |mark: &Option<Mark>| {
        mark.as_ref().map(|mark| Marked {
            by: mark.by.clone(),
            at: mark.at,
            entry: mark.entry,
        })
    };
    Ok(Report {
        sheet: sheet.number,
        member: sheet.member.clone(),
        week: sheet.week.to_string(),
        querier: sheet.querier.clone(),
        unit: sheet.unit.clone(),
        queries: sheet.queries,
        state: state.word(),
        due: standing.due,
        overdue: standing.overdue,
        stops_from: standing.stops_from,
        sha256: ids::hex(&sheet.sha256),
        made_at: sheet.made_at,
        make_entry: sheet.make_entry,
        signed: marked(&sheet.signed),
        approved: marked(&sheet.approved),
        entries: None,
        lines: None,
        name: None,
    })
}

/// Most lines that are shown; all of them are in an export.
pub const LINES_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_overdue_after_seven_days_and_stops_its_querier_after_fourteen() {
        let rules = Regime::jcic_2024().unwrap().sheet.unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let sunday = day("2026-11-08");
        let of = |state, today| standing(&rules, (sunday, day("2026-11-15")), state, day(today));
        for (state, today, overdue, stops) in [
            (State::Unsigned, "2026-11-15", false, true),
            (State::Unsigned, "2026-11-16", true, true),
            (State::Signed, "2026-11-16", true, false),
            (State::Approved, "2026-11-16", false, false),
        ] {
            let expected = Standing {
                due: day("2026-11-15"),
                overdue,
                stops_from: stops.then(|| day("2026-11-23")),
            };
            assert_eq!(of(state, today), expected, "{today}");
        }
    }
}
