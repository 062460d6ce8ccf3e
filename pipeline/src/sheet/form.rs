//! The columns of a sheet as banks know them, and the list of sheets (六(一)5, 6). *Pure.*

use mayfly_consent::Language;

use super::{lines::Line, report::Report};
use crate::printed::{Printed, day, outcome};

/// The columns of a sheet: names for machines, for readers of English and for those of Chinese.
pub const COLUMNS: [[&str; 3]; 13] = [
    ["no", "No.", "序號"],
    ["date", "Date", "日期"],
    ["time", "Time", "時間"],
    ["querier", "Querier", "查詢人員"],
    ["account", "Account", "帳號"],
    ["ip", "IP", "IP"],
    ["operation", "Operation", "作業代號"],
    ["condition", "Condition", "查詢條件"],
    ["case_no", "Case", "案號"],
    ["reason", "Reason", "事由"],
    ["outcome", "Outcome", "結果"],
    ["entry", "Entry", "軌跡序號"],
    ["seal", "Seal", "核章"],
];

/// The unit of a sheet, behind the columns of its files where it has one.
pub const UNIT: [&str; 3] = ["unit", "Unit", "單位"];

/// Which of [`COLUMNS`] is the outcome: it may come later than the sheet.
pub const OUTCOME: usize = 10;

/// The cells of `line`, of a querier whose name is `querier`; `language` says how days and outcomes are written.
pub fn cells(line: &Line, querier: &str, language: Language) -> [String; 13] {
    let date = match line.date.parse() {
        Ok(date) => day(date, language),
        Err(_) => line.date.clone(),
    };
    [
        line.place.to_string(),
        date,
        line.time.clone(),
        querier.to_owned(),
        line.account.clone(),
        line.ip.clone(),
        line.operation.clone(),
        line.condition.clone(),
        line.case_no.clone(),
        line.reason.clone(),
        outcome(line.outcome, language).to_owned(),
        line.entry.to_string(),
        String::new(),
    ]
}

/// The lines of a sheet for people.
pub fn table(lines: &[Line], querier: &str, language: Language) -> Printed<13> {
    Printed {
        columns: COLUMNS,
        lines: lines.iter().map(|line| cells(line, querier, language)).collect(),
    }
}

/// Sheets for people.
pub fn list(reports: &[Report], language: Language) -> Printed<11> {
    let row = |report: &Report| {
        let by = |mark: &Option<super::report::Marked>| mark.as_ref().map_or("", |mark| &mark.by).to_owned();
        [
            report.sheet.to_string(),
            report.week.clone(),
            report.member.clone(),
            report.querier.clone(),
            report.queries.to_string(),
            state(report.state, language).to_owned(),
            day(report.due, language),
            match (report.overdue, language) {
                (false, _) => "",
                (true, Language::En) => "overdue",
                (true, Language::ZhTw) => "逾期",
            }
            .to_owned(),
            by(&report.signed),
            by(&report.approved),
            report.unit.clone(),
        ]
    };
    Printed {
        columns: [
            ["sheet", "Sheet", "單號"],
            ["week", "Week", "週次"],
            ["member", "Member", "機構"],
            ["querier", "Querier", "查詢人員帳號"],
            ["queries", "Queries", "筆數"],
            ["state", "State", "狀態"],
            ["due", "Due", "應核章日"],
            ["overdue", "Overdue", "逾期"],
            ["signed_by", "Signed by", "查詢人員核章"],
            ["approved_by", "Approved by", "核定人員核章"],
            UNIT,
        ],
        lines: reports.iter().map(row).collect(),
    }
}

/// How far a sheet has come, for people.
pub fn state(word: &'static str, language: Language) -> &'static str {
    match (word, language) {
        ("unsigned", Language::ZhTw) => "待核章",
        ("signed", Language::ZhTw) => "待核定",
        ("approved", Language::ZhTw) => "已核定",
        (word, _) => word,
    }
}

/// An act on a sheet, for people.
pub fn act(word: &str, language: Language) -> &str {
    match (word, language) {
        ("make", Language::ZhTw) => "產製",
        ("sign", Language::ZhTw) => "核章",
        ("approve", Language::ZhTw) => "核定",
        (word, _) => word,
    }
}
