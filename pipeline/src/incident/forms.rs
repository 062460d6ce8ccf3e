//! Incidents as they are handed out: their list, one of them as text, and the list of affected queries. *Pure.*

use mayfly_consent::Language;

use super::{
    affected::{Affected, Line},
    drill::Drilled,
    notice,
    release::Reading,
    report::Report,
};
use crate::{
    duty::forms as duty_forms,
    printed::{Printed, moment, of, outcome, stamp},
    roc::offset,
};

/// Incidents for people.
pub fn list(reports: &[Report], language: Language) -> Printed<7> {
    let row = |report: &Report| {
        [
            report.incident.to_string(),
            notice::nature(report.nature, language).to_owned(),
            state(&report.state, language).to_owned(),
            report.target.said(language),
            stamp(report.opened_at, language),
            report.opened_by.clone(),
            report.reason.clone(),
        ]
    };
    Printed {
        columns: [
            ["incident", "Incident", "編號"],
            ["nature", "Kind", "性質"],
            ["state", "State", "狀態"],
            ["of", "Of", "對象"],
            ["opened_at", "Opened", "成立時間"],
            ["opened_by", "By", "承辦人"],
            ["reason", "Reason", "事由"],
        ],
        lines: reports.iter().map(row).collect(),
    }
}

/// One of them for people.
pub fn text(report: &Report, language: Language) -> String {
    let name = |en, zh| of(language, en, zh);
    let stopped = match report.stopped {
        true => name("in force", "生效中"),
        false => name("lifted", "已解除"),
    };
    let act = |at, by: &str, entry: i64| match language {
        Language::En => format!("{} by {by}, entry {entry}", moment(at, language)),
        Language::ZhTw => format!("{}　{by}，軌跡序號 {entry}", moment(at, language)),
    };
    let mut text = format!(
        "{} {}   {}   {}   {}\n\n  {}\n  {} {}\n  {} {}\n  {} {}{}{stopped}\n",
        name("incident", "事件"),
        report.incident,
        notice::nature(report.nature, language),
        state(&report.state, language),
        report.target.said(language),
        report.reason,
        name("known    ", "知悉時間"),
        moment(report.known_at, language),
        name("opened   ", "成立    "),
        act(report.opened_at, &report.opened_by, report.entry),
        name("stop     ", "停止    "),
        report.stop,
        name(", ", "，"),
    );
    for reading in &report.releases {
        text.push_str(&format!(
            "  {} {}\n",
            name("release  ", "放行量測"),
            release(reading, language)
        ));
    }
    for notice in &report.notices {
        let due = notice.due_at.map_or_else(String::new, |at| match language {
            Language::En => format!(", by {}", moment(at, language)),
            Language::ZhTw => format!("，期限 {}", moment(at, language)),
        });
        let state = match notice.state {
            None => name("its years are over", "已逾保存年限"),
            Some(state) => duty_forms::state(state, language),
        };
        let artefact = notice.artefact.as_ref();
        let artefact =
            artefact.map_or_else(String::new, |artefact| format!("{}{artefact}", name(", ", "，")));
        text.push_str(&format!(
            "  {} {}{}{}{state}{due}{}{}{artefact}\n",
            name("notice   ", "通報    "),
            name("to ", ""),
            recipient(&notice.to, language),
            name(": ", "："),
            name("; ", "；"),
            notice.duty,
        ));
    }
    for done in &report.steps {
        text.push_str(&match language {
            Language::En => format!(
                "  {:<9} {} ({}, {}, entry {})\n",
                done.what,
                done.note,
                done.by,
                stamp(done.at, language),
                done.entry
            ),
            Language::ZhTw => format!(
                "  {} {}（{}，{}，軌跡序號 {}）\n",
                step(&done.what),
                done.note,
                done.by,
                stamp(done.at, language),
                done.entry
            ),
        });
    }
    if let Some(closed) = &report.closed {
        let papers = match closed.report.as_str() {
            "" => String::new(),
            papers => format!("{}{papers}", name(", report ", "，報告 ")),
        };
        text.push_str(&format!(
            "  {} {}{papers}\n",
            name("closed   ", "結案    "),
            act(closed.at, &closed.by, closed.entry)
        ));
    }
    text
}

/// A reading in one line.
pub fn release(reading: &Reading, language: Language) -> String {
    let (waiting, queries, deliveries) = (reading.on_the_way, reading.released, reading.deliveries);
    match (reading.elapsed_micros, language) {
        (None, Language::En) => {
            format!("{waiting} queries that had passed the gate before the stop are still on the way")
        }
        (None, Language::ZhTw) => format!("停止前已通過關卡而仍在途之查詢 {waiting} 筆"),
        (Some(_), _) if queries + deliveries == 0 => {
            of(language, "nothing left after the stop", "停止後無任何放行").into()
        }
        (Some(micros), Language::En) => format!(
            "{queries} queries and {deliveries} deliveries, the last {:.6} s after the stop was committed",
            micros as f64 / 1e6
        ),
        (Some(micros), Language::ZhTw) => format!(
            "查詢 {queries} 筆、交付 {deliveries} 次，最後一次在停止寫定後 {:.6} 秒",
            micros as f64 / 1e6
        ),
    }
}

/// What is left to say of a drill.
pub fn drilled(drilled: &Drilled, language: Language) -> String {
    let (number, seconds) = (
        drilled.drill,
        drilled.reading.elapsed_micros.unwrap_or(0) as f64 / 1e6,
    );
    let mut text = match language {
        Language::En => {
            format!("drill {number}: the stop held {seconds:.6} s after its commit, and is lifted\n")
        }
        Language::ZhTw => format!("演練 {number}：停止於寫定後 {seconds:.6} 秒生效，並已解除\n"),
    };
    if let Some(duty) = &drilled.duty {
        text.push_str(&match (drilled.closed, language) {
            (true, Language::En) => format!("closed {duty}\n"),
            (true, Language::ZhTw) => format!("已結案 {duty}\n"),
            (false, Language::En) => format!(
                "left {duty} as it is: its owner closes it, if it is open, with --artefact drill:{number}\n"
            ),
            (false, Language::ZhTw) => {
                format!("{duty} 維持原狀：尚未結案者，由負責人員以 --artefact drill:{number} 結案\n")
            }
        });
    }
    text
}

/// The first of the affected queries for people.
pub fn affected(found: &Affected, language: Language) -> String {
    let table = Printed {
        columns: std::array::from_fn(|column| [AFFECTED_HEADER[column], NAMES[column][0], NAMES[column][1]]),
        lines: found
            .lines
            .iter()
            .map(|line| {
                let mut cells = cells(line);
                cells[2] = stamp(line.at, language);
                cells[8] = outcome(line.outcome, language).to_owned();
                cells
            })
            .collect(),
    };
    let mut text = String::new();
    if !found.lines.is_empty() {
        text = format!("{}\n", table.text(language));
    }
    let (queries, subjects) = (found.queries, found.subjects);
    let (from, until) = (moment(found.from, language), moment(found.until, language));
    text.push_str(&match language {
        Language::En => {
            format!("{queries} queries about {subjects} subjects, from {from} and before {until}\n")
        }
        Language::ZhTw => format!("自 {from} 起、{until} 之前：查詢 {queries} 筆，當事人 {subjects} 人\n"),
    });
    if found.looked_at < found.in_journal {
        let (all, kept) = (found.in_journal, found.looked_at);
        text.push_str(&match language {
            Language::En => {
                format!("the list is not whole: of {all} queries in the journal {kept} records are kept\n")
            }
            Language::ZhTw => format!("名單不完整：軌跡中查詢 {all} 筆，留存紀錄僅 {kept} 筆\n"),
        });
    }
    text
}

/// How far an incident has come.
pub fn state(word: &str, language: Language) -> &str {
    match (word, language) {
        ("open", Language::ZhTw) => "處理中",
        ("confirmed", Language::ZhTw) => "結案：屬實",
        ("unfounded", Language::ZhTw) => "結案：查無實據",
        ("drilled", Language::ZhTw) => "演練完成",
        ("broken_off", Language::ZhTw) => "演練中止",
        ("closed", Language::ZhTw) => "結案",
        (word, _) => word,
    }
}

/// Whom a notice is to.
pub fn recipient(word: &str, language: Language) -> &str {
    match (word, language) {
        ("supervisor", Language::ZhTw) => "監督機關",
        ("provider", Language::ZhTw) => "資料提供機關",
        ("bureau", Language::ZhTw) => "管理機構",
        (word, _) => word,
    }
}

/// The name of a step in Chinese.
pub fn step(word: &str) -> &str {
    match word {
        "finding" => "查明事項",
        "measure" => "處置措施",
        "warning" => "警告",
        "suspension" => "停查",
        "revocation" => "撤銷會員資格",
        word => word,
    }
}

/// The cells of an affected query.
pub fn cells(line: &Line) -> [String; 10] {
    [
        line.subject.to_string(),
        line.member.clone(),
        offset(line.at),
        line.case_no.clone(),
        line.consent_ref.clone(),
        line.masked.clone(),
        line.account.clone(),
        line.item.clone(),
        line.outcome.to_owned(),
        line.query.clone(),
    ]
}

/// The header of the list of affected queries.
pub const AFFECTED_HEADER: [&str; 10] = [
    "subject",
    "member",
    "at",
    "case_no",
    "consent_ref",
    "subject_id_masked",
    "account",
    "item",
    "outcome",
    "query_id",
];
const NAMES: [[&str; 2]; 10] = [
    ["Subject", "當事人"],
    ["Member", "使用單位"],
    ["At", "查詢時間"],
    ["Case", "案號"],
    ["Consent", "同意書編號"],
    ["Identity no.", "身分證號（遮罩）"],
    ["Account", "帳號"],
    ["Item", "項目"],
    ["Outcome", "結果"],
    ["Query", "查詢編號"],
];
