//! `doctor`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, out::Out};
use crate::{
    doctor::{Check, Health, examine},
    error::{Exit, Result},
    printed::{of, width},
    schedule, wording,
};

pub(super) async fn run(opening: &Opening, out: &Out) -> Result<Exit> {
    let checks = examine(&opening.dir, opening.at, schedule::has_run(&opening.dir)).await;
    let sick = checks.iter().any(|check| check.health == Health::Bad);
    out.show(&checks, || {
        let mut text = String::new();
        for check in &checks {
            let mark = match check.health {
                Health::Good => of(out.language, "good", "正常"),
                Health::Bad => of(out.language, "BAD ", "異常"),
            };
            let what = looked_at(check.what, out.language);
            let room = " ".repeat(WHAT.saturating_sub(width(what)));
            let (finding, remedy) = found(check, out.language);
            text.push_str(&format!("{mark}  {what}{room} {finding}\n"));
            if let Some(remedy) = remedy {
                text.push_str(&format!("      {:<WHAT$} {remedy}\n", ""));
            }
        }
        text
    })?;
    Ok(if sick { Exit::Findings } else { Exit::Done })
}

/// What a check has found, and what to do.
fn found(check: &Check, language: Language) -> (String, Option<String>) {
    let (Some(code), Some(todo)) = (check.code, &check.remedy) else {
        return (good(&check.finding, language), None);
    };
    // It ends with the code, which is no part of the sentence.
    let end = format!(" ({code})");
    let sentence = check.finding.strip_suffix(&end).unwrap_or(&check.finding);
    let said = wording::said(code, sentence.into(), todo.clone(), language);
    (format!("{}{end}", said.sentence), Some(said.remedy))
}

/// What a check has found that is in order. A word alone stands in no table: it may be somebody's account.
fn good(finding: &str, language: Language) -> String {
    match (finding, language) {
        ("configured", Language::ZhTw) => "已設定".into(),
        ("open", Language::ZhTw) => "開啟中".into(),
        (finding, language) => wording::line(finding, language),
    }
}

/// The name of a check.
fn looked_at(what: &str, language: Language) -> &str {
    match (what, language) {
        ("configuration", Language::ZhTw) => "組態",
        ("keys", Language::ZhTw) => "金鑰",
        ("custody", Language::ZhTw) => "金鑰保管",
        ("memory", Language::ZhTw) => "記憶體",
        ("schema", Language::ZhTw) => "資料格式",
        ("server", Language::ZhTw) => "資料庫伺服器",
        ("places", Language::ZhTw) => "檔案位置",
        ("clock", Language::ZhTw) => "時鐘",
        ("disk", Language::ZhTw) => "磁碟",
        ("data directory", Language::ZhTw) => "資料目錄",
        ("provider", Language::ZhTw) => "資料提供機關",
        ("door", Language::ZhTw) => "HTTP 服務",
        ("database", Language::ZhTw) => "資料庫",
        ("gate", Language::ZhTw) => "關卡",
        ("journal", Language::ZhTw) => "軌跡",
        ("schedule", Language::ZhTw) => "排程",
        ("margins", Language::ZhTw) => "刪除餘裕",
        ("segments", Language::ZhTw) => "封存段",
        (what, _) => what,
    }
}

/// Columns that the name of a check takes.
const WHAT: usize = 14;
