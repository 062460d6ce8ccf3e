//! The 授權表 and the 授權異動明細紀錄表 as they are handed out: columns modelled on those that banks know (五(一)1, 2). *Pure.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use serde::Serialize;

use super::{
    authorisation::Authorisation,
    changes::{Entered, What},
};
use crate::{
    printed::{Printed, day, stamp},
    regime::Regime,
};

/// A line of the 授權表.
#[derive(Serialize)]
pub struct TableLine<'l> {
    member: &'l str,
    unit: &'l str,
    name: &'l str,
    title: &'l str,
    person: &'l str,
    account: &'l str,
    query: bool,
    approve: bool,
    review: bool,
    roles: &'l [String],
    level: &'l str,
    from: Date,
    approved_by: &'l str,
    to: Option<Date>,
    ended_by: &'l str,
}

/// A line of the 授權異動明細紀錄表.
#[derive(Serialize)]
pub struct ChangeLine<'l> {
    change: i64,
    day: Date,
    what: What,
    member: &'l str,
    unit: &'l str,
    name: &'l str,
    title: &'l str,
    person: &'l str,
    account: &'l str,
    query: bool,
    approve: bool,
    review: bool,
    roles: &'l [String],
    level: &'l str,
    approved_by: &'l str,
    entered_by: &'l str,
    entered_at: Timestamp,
    reason: &'l str,
    entry: i64,
}

/// The lines of the 授權表 for programs.
pub fn table_lines(lines: &[Authorisation]) -> Vec<TableLine<'_>> {
    lines
        .iter()
        .map(|line| TableLine {
            member: &line.member,
            unit: &line.unit,
            name: &line.name,
            title: &line.title,
            person: &line.person,
            account: &line.account,
            query: line.query,
            approve: line.approve,
            review: line.review,
            roles: &line.roles,
            level: &line.level,
            from: line.from,
            approved_by: &line.approved_by,
            to: line.to,
            ended_by: &line.ended_by,
        })
        .collect()
}

/// The lines of the 授權異動明細紀錄表 for programs.
pub fn change_lines(changes: &[Entered]) -> Vec<ChangeLine<'_>> {
    changes
        .iter()
        .map(|change| ChangeLine {
            change: change.number,
            day: change.day,
            what: change.what,
            member: &change.line.member,
            unit: &change.line.unit,
            name: &change.line.name,
            title: &change.line.title,
            person: &change.line.person,
            account: &change.line.account,
            query: change.line.query,
            approve: change.line.approve,
            review: change.line.review,
            roles: &change.line.roles,
            level: &change.line.level,
            approved_by: &change.approved_by,
            entered_by: &change.entered_by,
            entered_at: change.entered_at,
            reason: &change.reason,
            entry: change.entry,
        })
        .collect()
}

/// The 授權表 for people; days as readers of `language` write them.
pub fn table(lines: &[Authorisation], regime: &Regime, language: Language) -> Printed<15> {
    let row = |line: &Authorisation| {
        [
            line.member.clone(),
            line.unit.clone(),
            line.name.clone(),
            line.title.clone(),
            line.person.clone(),
            line.account.clone(),
            mark(line.query),
            mark(line.approve),
            mark(line.review),
            roles(line, regime, language),
            line.level.clone(),
            day(line.from, language),
            line.approved_by.clone(),
            line.to.map_or_else(String::new, |to| day(to, language)),
            line.ended_by.clone(),
        ]
    };
    Printed {
        columns: [
            MEMBER,
            UNIT,
            NAME,
            TITLE,
            PERSON,
            ACCOUNT,
            QUERY,
            APPROVE,
            REVIEW,
            ROLES,
            LEVEL,
            ["from", "From", "起日"],
            ["approved_by", "Approved by", "起日核准人"],
            ["to", "To", "迄日"],
            ["ended_by", "Ended by", "迄日核准人"],
        ],
        lines: lines.iter().map(row).collect(),
    }
}

/// The 授權異動明細紀錄表 for people.
pub fn changes(changes: &[Entered], regime: &Regime, language: Language) -> Printed<19> {
    let row = |change: &Entered| {
        let line = &change.line;
        [
            change.number.to_string(),
            day(change.day, language),
            match (change.what, language) {
                (What::Begin, Language::En) => "begin",
                (What::End, Language::En) => "end",
                (What::Begin, Language::ZhTw) => "新增",
                (What::End, Language::ZhTw) => "終止",
            }
            .to_owned(),
            line.member.clone(),
            line.unit.clone(),
            line.name.clone(),
            line.title.clone(),
            line.person.clone(),
            line.account.clone(),
            mark(line.query),
            mark(line.approve),
            mark(line.review),
            roles(line, regime, language),
            line.level.clone(),
            change.approved_by.clone(),
            change.entered_by.clone(),
            stamp(change.entered_at, language),
            change.reason.clone(),
            change.entry.to_string(),
        ]
    };
    Printed {
        columns: [
            ["change", "No.", "序號"],
            ["day", "Holds from", "生效日"],
            ["what", "Change", "異動別"],
            MEMBER,
            UNIT,
            NAME,
            TITLE,
            PERSON,
            ACCOUNT,
            QUERY,
            APPROVE,
            REVIEW,
            ROLES,
            LEVEL,
            ["approved_by", "Approved by", "核准人"],
            ["entered_by", "Entered by", "登錄人"],
            ["entered_at", "Entered at", "登錄時間"],
            ["reason", "Reason", "事由"],
            ["entry", "Entry", "軌跡序號"],
        ],
        lines: changes.iter().map(row).collect(),
    }
}

fn mark(given: bool) -> String {
    if given { "Y".into() } else { String::new() }
}

fn roles(line: &Authorisation, regime: &Regime, language: Language) -> String {
    match language {
        Language::En => line.roles.join(" "),
        Language::ZhTw => {
            let titles: Vec<&str> = line.others(regime).map(|role| role.title.as_str()).collect();
            titles.join("、")
        }
    }
}

const MEMBER: [&str; 3] = ["member", "At", "機構"];
const UNIT: [&str; 3] = ["unit", "Unit", "單位"];
const NAME: [&str; 3] = ["name", "Name", "姓名"];
const TITLE: [&str; 3] = ["title", "Title", "職稱"];
const PERSON: [&str; 3] = ["person", "Person", "員工編號"];
const ACCOUNT: [&str; 3] = ["account", "Account", "使用者帳號"];
const QUERY: [&str; 3] = ["query", "Query", "查詢"];
const APPROVE: [&str; 3] = ["approve", "Approve", "核定"];
const REVIEW: [&str; 3] = ["review", "Review", "覆核"];
const ROLES: [&str; 3] = ["roles", "Other roles", "其他"];
const LEVEL: [&str; 3] = ["level", "Level", "核定層級"];
