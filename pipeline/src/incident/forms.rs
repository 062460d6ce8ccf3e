//! Incidents as they are handed out: their list, one of them as text, and the list of affected queries. *Pure.*

use mayfly_consent::Language;

use super::{
    affected::{Affected, Line},
    notice,
    release::Reading,
    report::Report,
};
use crate::{
    duty::state::State,
    printed::Printed,
    roc::{offset, taipei},
};

/// Incidents for people.
pub fn list(reports: &[Report], language: Language) -> Printed<7> {
    let row = |report: &Report| {
        let (kind, subject) = report.target.columns();
        [
            report.incident.to_string(),
            notice::nature(report.nature, language).to_owned(),
            report.state.clone(),
            format!("{kind} {subject}").trim_end().to_owned(),
            offset(report.opened_at),
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
    let (kind, subject) = report.target.columns();
    let stopped = if report.stopped { "in force" } else { "lifted" };
    let mut text = format!(
        "incident {}   {}   {}   {kind} {subject}\n\n  {}\n  known     {}\n  opened    {} by {}, entry {}\n  stop      {}, {stopped}\n",
        report.incident,
        notice::nature(report.nature, language),
        report.state,
        report.reason,
        taipei(report.known_at),
        taipei(report.opened_at),
        report.opened_by,
        report.entry,
        report.stop,
    );
    for reading in &report.releases {
        text.push_str(&format!("  release   {}\n", release(reading)));
    }
    for notice in &report.notices {
        let due = notice
            .due_at
            .map_or_else(String::new, |at| format!(", by {}", taipei(at)));
        text.push_str(&format!(
            "  notice    to {}: {}{due}; {}{}\n",
            notice.to,
            notice.state.map_or("its years are over", State::name),
            notice.duty,
            notice
                .artefact
                .as_ref()
                .map_or_else(String::new, |artefact| format!(", {artefact}")),
        ));
    }
    for step in &report.steps {
        text.push_str(&format!(
            "  {:<9} {} ({}, {}, entry {})\n",
            step.what,
            step.note,
            step.by,
            offset(step.at),
            step.entry
        ));
    }
    if let Some(closed) = &report.closed {
        text.push_str(&format!(
            "  closed    {} by {}, entry {}{}\n",
            taipei(closed.at),
            closed.by,
            closed.entry,
            match closed.report.as_str() {
                "" => String::new(),
                report => format!(", report {report}"),
            }
        ));
    }
    text
}

/// A reading in one line.
pub fn release(reading: &Reading) -> String {
    match reading.elapsed_micros {
        None => format!(
            "{} queries that had passed the gate before the stop are still on the way",
            reading.on_the_way
        ),
        Some(_) if reading.released + reading.deliveries == 0 => "nothing left after the stop".into(),
        Some(micros) => format!(
            "{} queries and {} deliveries, the last {:.6} s after the stop was committed",
            reading.released,
            reading.deliveries,
            micros as f64 / 1e6
        ),
    }
}

/// The first of the affected queries for people.
pub fn affected(found: &Affected, language: Language) -> String {
    let table = Printed {
        columns: std::array::from_fn(|column| [AFFECTED_HEADER[column], NAMES[column][0], NAMES[column][1]]),
        lines: found.lines.iter().map(cells).collect(),
    };
    let mut text = String::new();
    if !found.lines.is_empty() {
        text = format!("{}\n", table.text(language));
    }
    text.push_str(&format!(
        "{} queries about {} subjects, from {} and before {}\n",
        found.queries,
        found.subjects,
        taipei(found.from),
        taipei(found.until)
    ));
    if found.looked_at < found.in_journal {
        text.push_str(&format!(
            "the list is not whole: of {} queries in the journal {} records are kept\n",
            found.in_journal, found.looked_at
        ));
    }
    text
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
