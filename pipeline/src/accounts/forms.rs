//! A review of accounts, and what is open with one, as they are handed out. *Pure.*

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use serde::Serialize;

use super::{
    review::{Account, Review, State},
    store::Check,
    tasks::Task,
};
use crate::{
    access::authorisation::Authorisation,
    duty::owner,
    printed::{Printed, day, of, stamp},
    regime::{Regime, people::Role},
};

/// A review for programs.
#[derive(Serialize)]
pub struct ReviewLine<'l> {
    duty: &'l str,
    first: Date,
    last: Date,
    closed: bool,
    accounts: Vec<AccountLine<'l>>,
}

#[derive(Serialize)]
struct AccountLine<'l> {
    account: &'l str,
    name: &'l str,
    unit: &'l str,
    roles: Vec<String>,
    from: Date,
    to: Option<Date>,
    queries: i64,
    last_query: Option<Timestamp>,
    state: &'static str,
    check: Option<&'l Check>,
}

/// A review for programs.
pub fn line<'l>(review: &'l Review, regime: &Regime) -> ReviewLine<'l> {
    let accounts = review.accounts.iter().map(|account| AccountLine {
        account: &account.line.account,
        name: &account.line.name,
        unit: &account.line.unit,
        roles: roles(&account.line, regime, Language::En),
        from: account.line.from,
        to: account.line.to,
        queries: account.queries,
        last_query: account.last_query,
        state: account.state.name(),
        check: account.check.as_ref(),
    });
    ReviewLine {
        duty: &review.duty,
        first: review.period.first,
        last: review.period.last,
        closed: review.closed,
        accounts: accounts.collect(),
    }
}

/// A review for people: each account with its rights, its use in the period, and what was said of it.
pub fn table(review: &Review, regime: &Regime, language: Language) -> Printed<12> {
    let row = |account: &Account| {
        let (line, check) = (&account.line, account.check.as_ref());
        [
            line.account.clone(),
            line.name.clone(),
            line.unit.clone(),
            roles(line, regime, language).join(" "),
            day(line.from, language),
            line.to.map_or_else(String::new, |to| day(to, language)),
            account.queries.to_string(),
            account
                .last_query
                .map_or_else(String::new, |at| stamp(at, language)),
            state(account.state, language).to_owned(),
            check.map_or_else(String::new, |check| check.by.clone()),
            check.map_or_else(String::new, |check| stamp(check.at, language)),
            check.map_or_else(String::new, |check| check.remark.clone()),
        ]
    };
    Printed {
        columns: [
            ["account", "Account", "使用者帳號"],
            ["name", "Name", "姓名"],
            ["unit", "Unit", "單位"],
            ["roles", "Roles", "權限"],
            ["from", "From", "起日"],
            ["to", "To", "迄日"],
            ["queries", "Queries", "查詢筆數"],
            ["last_query", "Last query", "最後查詢"],
            ["state", "State", "審查結果"],
            ["checked_by", "Checked by", "審查人"],
            ["checked_at", "Checked at", "審查時間"],
            ["remark", "Remark", "備註"],
        ],
        lines: review.accounts.iter().map(row).collect(),
    }
}

/// What is open with an account, for people.
pub fn tasks(tasks: &[Task], regime: &Regime, language: Language) -> Printed<5> {
    let row = |task: &Task| {
        [
            match task.what {
                "duty" => of(language, task.what, "應辦事項"),
                "sheet" => of(language, task.what, "查詢紀錄單"),
                "review" => of(language, task.what, "自行抽核"),
                "paper" => of(language, task.what, "文件"),
                what => of(language, what, "角色"),
            }
            .to_owned(),
            task.which.clone(),
            about(task, regime, language),
            task.due.map_or_else(String::new, |due| day(due, language)),
            if task.taken_over_by.is_empty() {
                "-".into()
            } else {
                task.taken_over_by.join(" ")
            },
        ]
    };
    Printed {
        columns: [
            ["what", "What", "類別"],
            ["which", "Which", "編號"],
            ["title", "Title", "事項"],
            ["due", "Due", "期限"],
            ["taken_over_by", "Taken over by", "承接人"],
        ],
        lines: tasks.iter().map(row).collect(),
    }
}

/// What a task is about, as the regime titles it.
fn about(task: &Task, regime: &Regime, language: Language) -> String {
    let title = match task.what {
        "duty" => {
            let id = task.which.split('/').next();
            let rule = regime.duties.iter().find(|rule| Some(rule.id.as_str()) == id);
            rule.map(|rule| rule.said(language))
        }
        "sheet" => regime.sheet_duty().map(|rule| rule.said(language)),
        "review" => return of(language, "monthly sample", "每月抽核樣本").to_owned(),
        "paper" => {
            let kind = task.which.split(' ').nth(1);
            let rule = kind.and_then(|kind| regime.paper(kind));
            rule.map(|rule| rule.said(language))
        }
        _ => {
            let role = regime.roles.iter().find(|role| role.id == task.which);
            return match (role, language) {
                (Some(role), Language::ZhTw) => role.title.clone(),
                _ => task.which.replace('_', " "),
            };
        }
    };
    title.map_or_else(String::new, Cow::into_owned)
}

fn roles(line: &Authorisation, regime: &Regime, language: Language) -> Vec<String> {
    let has = |role: &&Role| owner::has(line, role);
    let roles = regime.roles.iter().filter(has);
    roles
        .map(|role| match language {
            Language::En => role.id.clone(),
            Language::ZhTw => role.title.clone(),
        })
        .collect()
}

fn state(state: State, language: Language) -> &'static str {
    match (state, language) {
        (state, Language::En) => state.name(),
        (State::Unchecked, Language::ZhTw) => "未審查",
        (State::Kept, Language::ZhTw) => "維持",
        (State::ToChange, Language::ZhTw) => "待異動",
        (State::Changed, Language::ZhTw) => "已異動",
    }
}
