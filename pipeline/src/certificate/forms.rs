//! Certificates and record classes as they are shown to people. *Pure.*

use mayfly_consent::Language;
use mayfly_retention::{certificate::State, classes::Classes};

use super::stored::Stored;
use crate::printed::{Printed, instant, of};

/// Certificates, by number.
pub fn table(certificates: &[Stored], language: Language) -> Printed<6> {
    let row = |stored: &Stored| {
        let facts = &stored.certificate.facts;
        let state = match (facts.state, language) {
            (state, Language::En) => state.name(),
            (State::Erased, Language::ZhTw) => "金鑰已銷毀",
            (State::Deleted, Language::ZhTw) => "檔案已刪除",
        };
        [
            facts.cohort.name(),
            stored.certificate.number.to_string(),
            state.to_owned(),
            facts.records.expected.to_string(),
            instant(facts.bytes_removed_at, language),
            match facts.is_late() {
                true => of(language, "after the legal limit", "逾法定期限").to_owned(),
                false => String::new(),
            },
        ]
    };
    Printed {
        columns: [
            ["cohort", "Cohort", "批別"],
            ["number", "No.", "編號"],
            ["state", "State", "狀態"],
            ["records", "Records", "筆數"],
            ["removed_at", "Removed", "移除時間"],
            ["late", "Late", "逾期"],
        ],
        lines: certificates.iter().map(row).collect(),
    }
}

/// Record classes: what each holds, for how long, and the clauses that order it.
pub fn classes(classes: &Classes, language: Language) -> Printed<4> {
    let lines = classes.periods().map(|(class, period)| {
        let kept = match (period.keep_years, language) {
            (Some(years), Language::En) => format!("{years} years"),
            (Some(years), Language::ZhTw) => format!("{years} 年"),
            (None, _) => hours(classes, language),
        };
        [
            class.name().to_owned(),
            kept,
            period.clause.clone(),
            of(language, &period.what, &period.what_zh).to_owned(),
        ]
    });
    Printed {
        columns: [
            ["class", "Class", "類別"],
            ["kept", "Kept for", "保存期限"],
            ["clause", "Clause", "依據"],
            ["what", "What", "內容"],
        ],
        lines: lines.collect(),
    }
}

fn hours(classes: &Classes, language: Language) -> String {
    let Some(window) = classes.window() else {
        return String::new();
    };
    let (readable, gone) = (window.readable().as_hours(), window.destroy_by().as_hours());
    match language {
        Language::En => format!("readable for {readable} hours, gone by {gone}"),
        Language::ZhTw => format!("{readable} 小時內可讀，{gone} 小時內銷毀"),
    }
}
