//! `duty list|show|close|raise|calendar import`. *Edge.*

use jiff::civil::Date;
use mayfly_consent::Language;

use super::{
    Opening,
    args::{CalendarCommand, DutyCommand},
    of_desk,
    out::Out,
    placed,
};
use crate::{
    app::House,
    duty::{
        close, forms, import,
        list::{self, Filter, Listed},
        raise::{self, Raise},
        state::State,
    },
    error::{Exit, Result},
    printed,
};

pub(super) async fn run(opening: &Opening, command: DutyCommand, out: &Out) -> Result<Exit> {
    match command {
        DutyCommand::List {
            due,
            overdue,
            all,
            owner,
            clause,
            member,
            on,
            csv,
        } => {
            let states = match (due, overdue, all) {
                (_, _, true) => State::ALL.into(),
                (false, false, false) => vec![State::Open, State::Due, State::Overdue],
                _ => [(due, State::Due), (overdue, State::Overdue)]
                    .into_iter()
                    .filter_map(|(asked, state)| asked.then_some(state))
                    .collect(),
            };
            let filter = Filter {
                states,
                owner,
                clause,
                member,
            };
            let house = opening.to_look().await?;
            let on = on.unwrap_or_else(|| house.today(house.clock.now()));
            let listed = list::list(&house, on, &filter).await?;
            if csv {
                out.csv(&forms::table(&listed, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let lines: Vec<_> = listed.iter().map(forms::line).collect();
            let value = serde_json::json!({ "on": on, "duties": lines });
            out.show(&value, || match listed.len() {
                0 => none(on, out.language),
                count => {
                    let on = printed::day(on, out.language);
                    let table = text(&house, &listed, out);
                    match out.language {
                        Language::En => format!("{table}\n{count} duties on {on}\n"),
                        Language::ZhTw => format!("{table}\n{on} 應辦事項 {count} 項\n"),
                    }
                }
            })?;
        }
        DutyCommand::Show { duty } => {
            let house = opening.to_look().await?;
            let listed = list::show(&house, &duty, house.today(house.clock.now())).await?;
            tell(&house, listed, out)?;
        }
        DutyCommand::Close {
            duty,
            artefact,
            account,
        } => {
            let house = opening.to_act().await?;
            let listed = close::close(&house, &duty, &artefact, placed(&account)?).await?;
            tell(&house, listed, out)?;
        }
        DutyCommand::Raise {
            rule,
            event_day,
            of,
            reason,
            account,
        } => {
            let event = Raise {
                rule: &rule,
                day: event_day,
                of: &of,
                reason: &reason,
                by: of_desk(
                    of.split_once('/').map_or(of.as_str(), |(place, _)| place),
                    &account,
                )?,
                due_at: None,
            };
            let house = opening.to_act().await?;
            let listed = raise::raise(&house, &event).await?;
            tell(&house, listed, out)?;
        }
        DutyCommand::Calendar(CalendarCommand::Import { file, account }) => {
            let house = opening.to_act().await?;
            let imported = import::import(&house, &file, of_desk("bureau", &account)?).await?;
            out.show(&imported, || {
                let changed = imported.changed;
                match out.language {
                    Language::En => format!("{changed} days new or changed\n"),
                    Language::ZhTw => format!("新增或變更 {changed} 日\n"),
                }
            })?;
        }
    }
    Ok(Exit::Done)
}

fn tell(house: &House, listed: Listed<'_>, out: &Out) -> Result<()> {
    let listed = [listed];
    out.show(&forms::line(&listed[0]), || {
        format!("{}\n{}", listed[0].duty.id, text(house, &listed, out))
    })
}

fn none(on: Date, language: Language) -> String {
    let day = printed::day(on, language);
    match language {
        Language::En => format!("no such duties on {day}\n"),
        Language::ZhTw => format!("{day} 沒有符合的應辦事項\n"),
    }
}

fn text(house: &House, listed: &[Listed<'_>], out: &Out) -> String {
    forms::table(listed, &house.regime, out.language).text(out.language)
}
