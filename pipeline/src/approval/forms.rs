//! Approvals as they are shown: for programs, for people, for spreadsheets. *Pure.*

use jiff::Timestamp;
use mayfly_consent::Language;
use serde::Serialize;

use super::{
    judge::{Standing, standing},
    store::Approval,
};
use crate::{
    ids,
    printed::{Printed, moment},
    regime::people::Act,
};

/// An approval for programs.
#[derive(Serialize)]
pub struct Line<'a> {
    approval: i64,
    act: &'static str,
    at: &'a str,
    subject: &'a str,
    state: Standing,
    sha256: String,
    applied_by: &'a str,
    applied_at: Timestamp,
    expires_at: Timestamp,
    decided_by: Option<&'a str>,
    decided_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
    entry: i64,
}

/// `approval` as it stands at `now`, for programs.
pub fn line(approval: &Approval, now: Timestamp) -> Line<'_> {
    Line {
        approval: approval.number,
        act: approval.act.name(),
        at: &approval.desk,
        subject: &approval.subject,
        state: standing(approval, now),
        sha256: ids::hex(&approval.digest),
        applied_by: &approval.applied_by,
        applied_at: approval.applied_at,
        expires_at: approval.expires_at,
        decided_by: Some(approval.decided_by.as_str()).filter(|by| !by.is_empty()),
        decided_at: approval.decided_at,
        used_at: approval.used_at,
        entry: approval.entry,
    }
}

/// `approvals` as they stand at `now`, for people.
pub fn table(approvals: &[Approval], now: Timestamp, language: Language) -> Printed<9> {
    let row = |approval: &Approval| {
        [
            approval.number.to_string(),
            state(standing(approval, now), language).to_owned(),
            act(approval.act, language).to_owned(),
            format!("{} {}", approval.desk, approval.subject),
            approval.applied_by.clone(),
            moment(approval.applied_at, language),
            moment(approval.expires_at, language),
            approval.decided_by.clone(),
            approval
                .decided_at
                .map_or_else(String::new, |at| moment(at, language)),
        ]
    };
    Printed {
        columns: [
            ["approval", "approval", "編號"],
            ["state", "state", "狀態"],
            ["act", "act", "事項"],
            ["subject", "about", "對象"],
            ["applied_by", "applied by", "申請人"],
            ["applied_at", "applied", "申請時間"],
            ["expires_at", "until", "有效至"],
            ["decided_by", "decided by", "核准人"],
            ["decided_at", "decided", "核准時間"],
        ],
        lines: approvals.iter().map(row).collect(),
    }
}

/// What is applied for, for people.
pub fn act(act: Act, language: Language) -> &'static str {
    match (language, act) {
        (Language::En, act) => act.name(),
        (Language::ZhTw, Act::Authorisation) => "授權異動",
        (Language::ZhTw, Act::Unlock) => "帳號解鎖",
        (Language::ZhTw, Act::FirstPassword) => "核發初始密碼",
        (Language::ZhTw, Act::Token) => "核發介接憑證",
        (Language::ZhTw, Act::BreakGlass) => "緊急開啟回覆",
        (Language::ZhTw, Act::LiftStop) => "解除停止",
        (Language::ZhTw, Act::Hold) => "保留紀錄或解除保留",
        (Language::ZhTw, Act::Export) => "匯出結果",
        (Language::ZhTw, Act::AnswerGrant) => "授權使用回覆",
        (Language::ZhTw, Act::Batch) => "查詢批次送件",
    }
}

/// How an approval stands, for people.
pub fn state(standing: Standing, language: Language) -> &'static str {
    match (language, standing) {
        (Language::En, standing) => standing.name(),
        (Language::ZhTw, Standing::Open) => "待核准",
        (Language::ZhTw, Standing::Given) => "已核准",
        (Language::ZhTw, Standing::Refused) => "已駁回",
        (Language::ZhTw, Standing::Used) => "已使用",
        (Language::ZhTw, Standing::Expired) => "已逾期",
    }
}
