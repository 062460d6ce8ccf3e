//! Today (今日): what needs the reader now, with its time; and how the house stands, as pictures. *Edge.*

use std::sync::Arc;

use askama::Template;
use axum::{Extension, extract::State};
use jiff::Timestamp;
use mayfly_consent::Language;

use super::{
    frame::Frame,
    memory::{Memory, Seen},
    page::{self, Answer},
    plot,
    reader::Reader,
    table::Table,
};
use crate::{
    access::people::Holder,
    app::House,
    approval::{self, store::Approval},
    audit::{self, waiting::What},
    batch::{
        Counts,
        daily::{self, Daily},
    },
    duty::{self, list::Listed, state::State as Standing},
    error::{Error, Result},
    http::door::Shared,
    printed::{day, instant, of, outcome},
    purge,
    regime::people::{Act, Party, Right},
    sheet::{self, waiting::Waiting},
    signin::{self, desk},
};

#[derive(Template)]
#[template(path = "today.html")]
struct Today<'a> {
    frame: &'a Frame,
    day: &'a Day,
}

/// What there is on a day for one reader.
pub(super) struct Day {
    /// What needs them now.
    now: Vec<Task>,
    /// What will.
    coming: Vec<Task>,
    /// How much more will.
    later: usize,
    /// For who unlocks: the accounts there that are locked.
    locked: Option<Table>,
    /// The pictures, which are markup.
    margins: Option<String>,
    /// How many more there are, with more time.
    more: usize,
    queries: Option<String>,
    outcomes: Option<String>,
}

/// Something to do.
struct Task {
    due: String,
    /// Whether its time is over.
    is_late: bool,
    word: &'static str,
    title: String,
    about: String,
    clause: String,
    /// Where it is done.
    place: String,
}

/// The first page of whoever is signed in.
pub(super) async fn page(
    State(door): State<Shared>,
    Extension(memory): Extension<Arc<Memory>>,
    reader: Reader,
) -> Answer {
    let (holder, language) = (reader.holder(), reader.frame.language);
    let unlocks = reader.may(Right::ManageAccounts);
    let seen = Seen::by(&holder, reader.frame.is_chinese(), reader.frame.now.as_second());
    let day = door.act(move |house| async move {
        let changes = house.db.changes().await?;
        let read = async {
            let mut day = read(&house, &holder, language).await?;
            if unlocks {
                day.locked = locked(&house, &holder.at, language).await?;
            }
            Ok(Some(Arc::new(day)))
        };
        memory.today.find(changes, seen, read).await
    });
    let day = day.await?.ok_or(Error::Bug("a day of nobody"))?;
    page::shown(&Today {
        frame: &reader.frame,
        day: &day,
    })
}

async fn read(house: &House, holder: &Holder, language: Language) -> Result<Day> {
    let now = house.clock.now();
    let mut tasks = Vec::new();
    for approval in approval::waiting::for_decision(house, holder).await? {
        tasks.push(Task::decision(
            &approval,
            of(language, "to approve", "待核准"),
            language,
        ));
    }
    for approval in approval::waiting::for_use(house, holder).await? {
        tasks.push(Task::decision(
            &approval,
            of(language, "approved", "已核准"),
            language,
        ));
    }
    let is_member = Party::of(&holder.at) == Party::Member;
    let sheets = match is_member {
        true => sheet::waiting::for_holder(house, holder).await?,
        false => Vec::new(),
    };
    tasks.extend(sheets.iter().map(|sheet| Task::sheet(sheet, language)));
    if is_member {
        let samples = audit::waiting::for_holder(house, holder).await?;
        tasks.extend(samples.iter().map(|sample| Task::sample(sample, language)));
    }
    let of_sheets = house.regime.sheet_duty().map(|rule| rule.id.clone());
    let (mut coming, mut later) = (Vec::new(), 0);
    for listed in duty::mine::of(house, holder).await? {
        // The sheet itself stands there already.
        let is_there = !sheets.is_empty() && Some(&listed.duty.rule.id) == of_sheets.as_ref();
        match listed.state {
            Standing::Due | Standing::Overdue if is_there => {}
            Standing::Due | Standing::Overdue => tasks.push(Task::duty(&listed, language)),
            _ if coming.len() < COMING => coming.push(Task::duty(&listed, language)),
            _ => later += 1,
        }
    }
    // What is late first; within that, in the order in which it was found: decisions, sheets, duties by day.
    tasks.sort_by_key(|task| !task.is_late);
    let (queries, outcomes) = match Party::of(&holder.at) {
        Party::Provider => (None, None),
        _ => pictures(house, is_member.then_some(holder.at.as_str()), now, language).await?,
    };
    let mut margins = purge::margins_of(house)?;
    let more = margins.len().saturating_sub(BARS);
    margins.truncate(BARS);
    Ok(Day {
        now: tasks,
        coming,
        later,
        locked: None,
        more,
        margins: (!margins.is_empty()).then(|| plot::margins(&margins, now, language)),
        queries,
        outcomes,
    })
}

async fn locked(house: &House, place: &str, language: Language) -> Result<Option<Table>> {
    let mut accounts = desk::list(house, place).await?;
    accounts.retain(|account| account.state == desk::State::Locked);
    let table = || Table::of(&signin::forms::table(&accounts, language), language);
    Ok((!accounts.is_empty()).then(table))
}

/// Queries a day and how they came out, if there were any.
async fn pictures(
    house: &House,
    member: Option<&str>,
    now: Timestamp,
    language: Language,
) -> Result<(Option<String>, Option<String>)> {
    let days = daily::of(&mut *house.db.reader().await?, member, house.today(now), DAYS).await?;
    let count = |daily: &Daily| u64::try_from(daily.counts.total()).unwrap_or(0);
    let bars: Vec<_> = days.iter().map(|daily| (daily.day, count(daily))).collect();
    if bars.iter().all(|(_, count)| *count == 0) {
        return Ok((None, None));
    }
    let sum = |of: fn(&Counts) -> i64| {
        u64::try_from(days.iter().map(|daily| of(&daily.counts)).sum::<i64>()).unwrap_or(0)
    };
    let parts = [
        (outcome("answered", language), sum(|counts| counts.answered)),
        (outcome("no_record", language), sum(|counts| counts.no_record)),
        (
            of(language, "refused", "未通過查核"),
            sum(|counts| counts.refused),
        ),
        (outcome("failed", language), sum(|counts| counts.failed)),
        (outcome("unresolved", language), sum(|counts| counts.unresolved)),
    ];
    Ok((
        Some(plot::queries(&bars, language)),
        Some(plot::outcomes(&parts, language)),
    ))
}

impl Task {
    fn decision(approval: &Approval, word: &'static str, language: Language) -> Self {
        let act = match language {
            Language::En => words(approval.act.name()),
            Language::ZhTw => approval::forms::act(approval.act, language).to_owned(),
        };
        Self {
            due: instant(approval.expires_at, language),
            is_late: false,
            word,
            title: format!("{act} ({})", approval.number),
            about: match language {
                Language::En => format!("{}; applied for by {}", approval.subject, approval.applied_by),
                Language::ZhTw => format!("{}；申請人 {}", approval.subject, approval.applied_by),
            },
            clause: String::new(),
            place: match approval.act {
                Act::Batch => format!("/batches/approvals/{}", approval.number),
                _ => format!("/approvals/{}", approval.number),
            },
        }
    }

    fn sheet(waiting: &Waiting, language: Language) -> Self {
        let sheet = &waiting.sheet;
        let whose = match sheet.unit.as_str() {
            "" => sheet.querier.clone(),
            unit => format!("{}（{unit}）", sheet.querier),
        };
        Self {
            due: day(sheet.due, language),
            is_late: sheet.overdue,
            word: match waiting.to_sign {
                true => of(language, "to sign", "待簽章"),
                false => of(language, "to approve", "待核章"),
            },
            title: format!("{} {}", of(language, "Weekly sheet", "查詢紀錄單"), sheet.week),
            about: match language {
                Language::En => format!("{whose}, {} queries", sheet.queries),
                Language::ZhTw => format!("{whose}，{} 筆", sheet.queries),
            },
            clause: "六(一)6, 九(三)1".to_owned(),
            place: format!("/sheets/{}", sheet.sheet),
        }
    }

    fn sample(waiting: &audit::waiting::Waiting, language: Language) -> Self {
        let sample = &waiting.sample;
        Self {
            due: match waiting.what {
                What::Draw => sample
                    .due
                    .parse()
                    .map_or_else(|_| sample.due.clone(), |due| day(due, language)),
                What::Name | What::Verdicts(_) | What::SignOff => String::new(),
            },
            is_late: matches!(waiting.what, What::Draw) && sample.overdue,
            word: match waiting.what {
                What::Name => of(language, "to name a reviewer", "待指定覆核人員"),
                What::Draw => of(language, "to draw", "待抽樣"),
                What::Verdicts(_) => of(language, "to review", "待抽核"),
                What::SignOff => of(language, "to sign off", "待核定"),
            },
            title: format!("{} {}", of(language, "Self-audit of", "自行抽核"), sample.month),
            about: match (&waiting.what, language) {
                (What::Verdicts(left), Language::En) => format!("{left} of {} records left", sample.size),
                (What::Verdicts(left), Language::ZhTw) => format!("尚餘 {left}／{} 筆", sample.size),
                (_, Language::En) => format!("{} of {} records", sample.size, sample.population),
                (_, Language::ZhTw) => format!("{} 筆中之 {} 筆", sample.population, sample.size),
            },
            clause: "九(三)2(1)".to_owned(),
            place: format!("/audit/{}", sample.month),
        }
    }

    fn duty(listed: &Listed<'_>, language: Language) -> Self {
        let duty = &listed.duty;
        Self {
            due: match duty.due_at {
                Some(at) => instant(at, language),
                None => day(duty.due, language),
            },
            is_late: listed.state == Standing::Overdue,
            word: duty::forms::state(listed.state, language),
            title: duty.rule.said(language).into_owned(),
            about: duty.id.clone(),
            clause: duty.rule.clause.clone(),
            place: match duty.rule.artefact.as_str() {
                "sheet" => "/sheets",
                "review" => "/audit",
                "account_review" => "/people/review",
                _ => "/duties",
            }
            .to_owned(),
        }
    }
}

/// The name of a rule as a heading: `weekly_sheet` is "Weekly sheet".
fn words(id: &str) -> String {
    let words = id.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Days of a picture.
const DAYS: u16 = 14;
/// Bars of the picture of what is held, those with the least time.
const BARS: usize = 20;
/// What is not due yet is shown up to so many; the list of duties has the others.
const COMING: usize = 6;
