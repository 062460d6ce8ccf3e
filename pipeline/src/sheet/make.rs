//! Makes the sheets of a member and week, all at once and once only (六(一)6, D11). *SQL.*

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Week,
    content::{self, ActName, Done, Of},
    entries::Entries,
    made,
    store::{self, Sheet},
    unit::{Entered, Units},
};
use crate::{
    access::{
        changes::{self, What},
        maker::Maker,
        members::{self, Member},
        rows,
    },
    app::House,
    batch::chunks,
    db::meta,
    duty::facts,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
    regime::control::Every,
};

/// The sheets of a member and week.
#[derive(Serialize)]
pub struct MadeWeek {
    /// Institution code.
    pub member: String,
    /// The week.
    pub week: String,
    /// How many sheets it has.
    pub sheets: u64,
    /// Whether they were made just now.
    pub new: bool,
}

/// Makes the sheets of `week` of `member`, unless that was done; `by` is who wanted it.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `SHEET-OPEN`, `SHEET-WEEK` for a week before the first one, `PEOPLE-ABSENT`, `GATE-CLOCK`, `DB-*`.
pub async fn make(house: &House, member: &str, week: Week, by: Maker<'_>) -> Result<MadeWeek> {
    let now = house.trusted_now()?;
    let made = |sheets, new| MadeWeek {
        member: member.to_owned(),
        week: week.to_string(),
        sheets,
        new,
    };
    let rules = house.regime.sheets()?;
    if rules.every.value != Every::Week {
        return Err(no_weeks());
    }
    if !week.is_closed(now, rules.make_hour.value) {
        return Err(still_open(week));
    }
    // Whoever holds the one writer has no gate in the midst of its transaction, and the gate takes no draft that is older
    // than a minute: from here on, every query of the week is in the journal.
    let mut tx = house.db.begin().await?;
    by.check(&mut tx, member, house.today(now)).await?;
    tx.commit().await?;
    let mut reader = house.db.reader().await?;
    let Some(of) = members::one(&mut reader, member).await? else {
        return Err(unknown_member());
    };
    let begun = first_week(house, &mut reader, &of, now).await?;
    if week < begun {
        return Err(before(begun));
    }
    if let Some(sheets) = made::made(&mut reader, member, week).await? {
        return Ok(made(sheets, false));
    }
    // The schedule would make every week from there on.
    if let Some(first) = made::weeks(&mut reader, member).await?.first()
        && week < *first
    {
        return Err(before(first.next()));
    }
    let of_querier = collect(house, &mut reader, member, week).await?;
    drop(reader);

    let mut tx = house.db.begin().await?;
    by.check(&mut tx, member, house.today(now)).await?;
    let conn = tx.connection();
    if let Some(sheets) = made::made(&mut *conn, member, week).await? {
        return Ok(made(sheets, false));
    }
    begin_in(house, &mut *conn, &of, now).await?;
    let count = of_querier.len();
    let mut sheets = Vec::with_capacity(count);
    if count > 0 {
        let first = meta::take_numbers(&mut *conn, meta::SHEETS, count as i64).await?;
        for (number, ((querier, unit), entries)) in (first..).zip(of_querier) {
            let (entries, queries) = entries.finish();
            let of = Of {
                member,
                week,
                querier: &querier,
                unit: &unit,
            };
            let sha256 = content::hash(&of, queries, &entries);
            let sheet = Sheet {
                number,
                member: member.to_owned(),
                week,
                sha256,
                queries,
                querier,
                unit,
                made_at: now,
                make_entry: 0,
                signed: None,
                approved: None,
            };
            sheets.push((sheet, entries));
        }
        let references: Vec<String> = sheets
            .iter()
            .map(|(sheet, _)| ActName::Make.reference(sheet.number))
            .collect();
        let acts: Vec<_> = sheets
            .iter()
            .zip(&references)
            .map(|((sheet, _), reference)| {
                let act = Act {
                    kind: Kind::Sheet,
                    member,
                    reference,
                };
                (act, Done::to(sheet, by.name(), false))
            })
            .collect();
        let first_entry = act::enter_all(house, &mut *conn, &acts, now).await?;
        drop(acts);
        for (entry, (sheet, entries)) in (first_entry..).zip(&mut sheets) {
            sheet.make_entry = entry;
            store::insert(&mut *conn, sheet, entries).await?;
        }
    }
    made::insert_week(&mut *conn, (member, week), count as u64, now).await?;
    // The gate reads which sheets wait for whom.
    meta::registers_changed(&mut *conn).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(made(count as u64, true))
}

/// Notes where the weeks of `member` begin, unless that was done: the one before the first of which it has duties. Returns that
/// week; it has no sheets.
///
/// # Errors
/// `MEMBER-UNKNOWN`; `DUTY-DAY`, `DB-*`.
pub async fn begin(house: &House, member: &str, now: Timestamp) -> Result<Week> {
    let mut tx = house.db.begin().await?;
    let of = members::one(tx.connection(), member).await?;
    let of = of.ok_or_else(unknown_member)?;
    let week = begin_in(house, tx.connection(), &of, now).await?;
    tx.commit().await?;
    Ok(week)
}

/// The first week of which `member` has sheets: the one in which it joined or this house was opened, as its duties begin, and as
/// far back as closings are kept; an earlier one if it asked in that.
async fn first_week(
    house: &House,
    conn: &mut AnyConnection,
    member: &Member,
    now: Timestamp,
) -> Result<Week> {
    let today = house.today(now);
    let kept_from = facts::span(house, today, today)?.due_from;
    let opened = facts::opened(house, &mut *conn).await?;
    let began = Week::of_day(member.valid_from.max(opened).max(kept_from).min(today));
    let asked = made::first_query(conn, &member.code).await?;
    Ok(asked.map_or(began, |at| Week::of(at).min(began)))
}

async fn begin_in(house: &House, conn: &mut AnyConnection, member: &Member, now: Timestamp) -> Result<Week> {
    if let Some(first) = made::weeks(&mut *conn, &member.code).await?.first() {
        return Ok(*first);
    }
    let before = first_week(house, &mut *conn, member, now).await?.previous();
    made::insert_week(conn, (&member.code, before), 0, now).await?;
    Ok(before)
}

/// The journal indexes of each querier's queries by unit, one chunk in memory at a time; with nil sheets, of everybody who had the
/// right on a day of the week, for each unit for which they had it.
async fn collect(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    week: Week,
) -> Result<BTreeMap<(String, String), Entries>> {
    let units = units(&mut *conn, member, week).await?;
    let mut collected: BTreeMap<(String, String), Entries> = BTreeMap::new();
    if house.regime.sheets()?.nil_sheets.value {
        let held = units.held_in(week);
        collected
            .extend(held.map(|(querier, unit)| ((querier.to_owned(), unit.to_owned()), Entries::default())));
    }
    for chunk in chunks::between(&mut *conn, member, (week.start(), week.end())).await? {
        // A chunk has a few queriers and many queries.
        let mut of_chunk: BTreeMap<String, (String, String)> = BTreeMap::new();
        for (entry, querier) in store::queriers(&mut *conn, &chunk).await? {
            let of = of_chunk.entry(querier).or_insert_with_key(|querier| {
                (querier.clone(), units.at(querier, chunk.gated_at).to_owned())
            });
            match collected.get_mut(of) {
                Some(entries) => entries.push(entry),
                None => collected.entry(of.clone()).or_default().push(entry),
            }
        }
    }
    Ok(collected)
}

/// For which units the accounts of `member` asked in `week`.
///
/// # Errors
/// `DB-*`.
pub(super) async fn units(conn: &mut AnyConnection, member: &str, week: Week) -> Result<Units> {
    let mut entered = Entered::default();
    for change in changes::between(&mut *conn, week.first_day(), week.last_day(), Some(member)).await? {
        let key = (change.line.account.clone(), change.line.from);
        match change.what {
            What::Begin => entered.begun.insert(key, change.entered_at),
            What::End => {
                let last = entered.ended.get(&key).copied().unwrap_or(change.entered_at);
                entered.ended.insert(key, change.entered_at.max(last))
            }
        };
    }
    Ok(Units::of(rows::of_member(conn, member).await?, &entered))
}

fn unknown_member() -> Error {
    Error::Input {
        code: "MEMBER-UNKNOWN",
        sentence: "no such member is in the register".into(),
        remedy: "give the institution code of a member that was imported, such as 004",
    }
}

fn before(first: Week) -> Error {
    Error::Input {
        code: "SHEET-WEEK",
        sentence: format!("the sheets of this member begin with the week {first}"),
        remedy: "name that week or a later one: before it the member asked nothing",
    }
}

fn no_weeks() -> Error {
    Error::Operator {
        code: "REGIME-FILE",
        sentence:
            "the regime makes its sheets by another period than the week, which this version does not do"
                .into(),
        remedy: "have `every` of [sheet] in the regime file say `week`",
    }
}

fn still_open(week: Week) -> Error {
    Error::Operator {
        code: "SHEET-OPEN",
        sentence: format!("the week {week} is not closed yet, so its sheets cannot be made"),
        remedy: "wait until the Monday after it in Taipei, from the hour `make_hour` of the regime file on; `mayfly serve` then \
                 does it by itself",
    }
}
