//! Duties as they are handed out: for programs, for people, for spreadsheets. *Pure.*

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use serde::Serialize;
use utoipa::ToSchema;

use super::{calendar::Moved, duties::Cause, list::Listed, state::State};
use crate::{
    printed::{Printed, day},
    regime::Regime,
    roc::hour,
    wording,
};

/// A duty for programs.
#[derive(Serialize, ToSchema)]
#[schema(as = Duty)]
pub struct Line<'l> {
    duty: &'l str,
    rule: &'l str,
    title: &'l str,
    title_en: Cow<'l, str>,
    clause: &'l str,
    of: &'l str,
    account: &'l str,
    owner: &'l str,
    period: &'l str,
    period_first: Date,
    period_last: Date,
    due: Date,
    /// The instant on that day, where hours are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    /// `fixed`, `moved`, or `unknown`: nobody knows the calendar of that year, and the day stays where it is.
    calendar: &'static str,
    asks_for: &'l str,
    #[schema(value_type = Option<String>)]
    reason: Option<Cow<'l, str>>,
    state: State,
    closable_from: Date,
    artefact: Option<&'l str>,
    closed_on: Option<Date>,
    closed_at: Option<Timestamp>,
    closed_by: Option<&'l str>,
    entry: Option<i64>,
}

/// A duty for programs.
pub fn line<'l>(listed: &'l Listed<'_>) -> Line<'l> {
    let (duty, closing) = (&listed.duty, listed.closing.as_ref());
    Line {
        duty: &duty.id,
        rule: &duty.rule.id,
        title: &duty.rule.title,
        title_en: duty.rule.said(Language::En),
        clause: &duty.rule.clause,
        of: &duty.of,
        account: &duty.account,
        owner: &duty.rule.owner,
        period: &duty.period.name,
        period_first: duty.period.first,
        period_last: duty.period.last,
        due: duty.due,
        due_at: duty.due_at,
        calendar: calendar(duty.moved),
        asks_for: &duty.rule.artefact,
        reason: duty.cause.as_ref().map(|cause| reason(cause, Language::En)),
        state: listed.state,
        closable_from: duty.closable_from(),
        artefact: closing.map(|closing| closing.artefact.as_str()),
        closed_on: closing.map(|closing| closing.on),
        closed_at: closing.and_then(|closing| closing.at),
        closed_by: closing.map(|closing| closing.by.as_str()),
        entry: closing.and_then(|closing| closing.entry),
    }
}

/// Its place in a list, by due day and name.
pub fn cursor(line: &Line<'_>) -> String {
    format!("{}/{}", line.due, line.duty)
}

/// Duties for people; days as readers of `language` write them.
pub fn table(listed: &[Listed<'_>], regime: &Regime, language: Language) -> Printed<12> {
    let row = |listed: &Listed<'_>| {
        let (duty, closing) = (&listed.duty, listed.closing.as_ref());
        [
            state(listed.state, language).to_owned(),
            match duty.due_at {
                Some(at) => format!("{} {}", day(duty.due, language), hour(at)),
                None => day(duty.due, language),
            },
            duty.id.clone(),
            duty.rule.said(language).into_owned(),
            duty.cause
                .as_ref()
                .map_or_else(String::new, |cause| reason(cause, language).into_owned()),
            owner(&duty.rule.owner, regime, language),
            asks_for(&duty.rule.artefact, language).to_owned(),
            duty.rule.clause.clone(),
            remark(duty.moved, language).to_owned(),
            closing.map_or_else(String::new, |closing| day(closing.on, language)),
            closing.map_or_else(String::new, |closing| closing.by.clone()),
            closing.map_or_else(String::new, |closing| closing.artefact.clone()),
        ]
    };
    Printed {
        columns: [
            ["state", "State", "狀態"],
            ["due", "Due", "期限"],
            ["duty", "Duty", "編號"],
            ["title", "Title", "事項"],
            ["reason", "Reason", "事由"],
            ["owner", "Owner", "負責人員"],
            ["asks_for", "Asks for", "應備文件"],
            ["clause", "Clause", "條款"],
            ["calendar", "Calendar", "日曆"],
            ["closed_on", "Closed on", "結案日"],
            ["closed_by", "Closed by", "結案人"],
            ["artefact", "Artefact", "佐證"],
        ],
        lines: listed.iter().map(row).collect(),
    }
}

/// What closes a duty, for people.
fn asks_for(artefact: &str, language: Language) -> &str {
    match (artefact, language) {
        ("account_review", Language::ZhTw) => "帳號審查",
        ("authorisation", Language::ZhTw) => "新增授權",
        ("certificate", Language::ZhTw) => "證書",
        ("document", Language::ZhTw) => "紀錄文件",
        ("drill", Language::ZhTw) => "停用演練",
        ("letter", Language::ZhTw) => "函文",
        ("paper", Language::ZhTw) => "登記文件",
        ("reconciliation", Language::ZhTw) => "勾稽",
        ("report", Language::ZhTw) => "報告",
        ("review", Language::ZhTw) => "抽核簽核",
        ("sheet", Language::ZhTw) => "查詢紀錄單",
        (word, _) => word,
    }
}

/// How a duty stands, for people.
pub fn state(state: State, language: Language) -> &'static str {
    match (state, language) {
        (state, Language::En) => state.name(),
        (State::Open, Language::ZhTw) => "未到期",
        (State::Due, Language::ZhTw) => "待辦",
        (State::Overdue, Language::ZhTw) => "逾期",
        (State::Closed, Language::ZhTw) => "結案",
    }
}

fn reason(cause: &Cause, language: Language) -> Cow<'_, str> {
    match (cause, language) {
        (Cause::Raised { reason, .. }, Language::En) => Cow::Borrowed(reason),
        // What the house itself gives as a reason is in the table; a person's words stay.
        (Cause::Raised { reason, .. }, Language::ZhTw) if reason.starts_with("incident ") => {
            wording::line(reason, language).into()
        }
        (Cause::Raised { reason, .. }, Language::ZhTw) => Cow::Borrowed(reason),
        (Cause::Found(number), Language::En) => format!("finding {number}").into(),
        (Cause::Found(number), Language::ZhTw) => format!("缺失 {number}").into(),
    }
}

fn owner(id: &str, regime: &Regime, language: Language) -> String {
    let title = regime.roles.iter().find(|role| role.id == id);
    match (language, title) {
        (Language::ZhTw, Some(role)) => role.title.clone(),
        _ => id.to_owned(),
    }
}

fn calendar(moved: Moved) -> &'static str {
    match moved {
        Moved::No => "fixed",
        Moved::Yes => "moved",
        Moved::Unknown => "unknown",
    }
}

fn remark(moved: Moved, language: Language) -> &'static str {
    match (moved, language) {
        (Moved::No, _) => "",
        (Moved::Yes, Language::En) => "moved",
        (Moved::Yes, Language::ZhTw) => "順延",
        (Moved::Unknown, Language::En) => "unknown",
        (Moved::Unknown, Language::ZhTw) => "無日曆資料",
    }
}
