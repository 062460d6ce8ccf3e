//! Grants as they are shown: for programs, for people, for spreadsheets. *Pure.*

use jiff::Timestamp;
use mayfly_consent::Language;
use serde::Serialize;

use super::grant::{Grant, Scope};
use crate::printed::{Printed, moment};

/// A grant for programs.
#[derive(Serialize)]
pub struct Line<'g> {
    grant: i64,
    account: &'g str,
    #[serde(flatten)]
    scope: &'g Scope,
    from: Timestamp,
    until: Timestamp,
    reason: &'g str,
    approved_by: &'g str,
    granted_at: Timestamp,
    entry: i64,
}

/// `grant` for programs.
pub fn line(grant: &Grant) -> Line<'_> {
    Line {
        grant: grant.number,
        account: &grant.account,
        scope: &grant.scope,
        from: grant.from,
        until: grant.until,
        reason: &grant.reason,
        approved_by: &grant.approved_by,
        granted_at: grant.granted_at,
        entry: grant.entry,
    }
}

/// `grants` for people.
pub fn table(grants: &[Grant], language: Language) -> Printed<9> {
    let all = |narrowed: &Option<String>| match (narrowed, language) {
        (Some(only), _) => only.clone(),
        (None, Language::En) => "all".to_owned(),
        (None, Language::ZhTw) => "全部".to_owned(),
    };
    let row = |grant: &Grant| {
        [
            grant.number.to_string(),
            grant.scope.member.clone(),
            grant.account.clone(),
            all(&grant.scope.batch),
            all(&grant.scope.cases_of),
            moment(grant.from, language),
            moment(grant.until, language),
            grant.approved_by.clone(),
            grant.reason.clone(),
        ]
    };
    Printed {
        columns: [
            ["grant", "grant", "編號"],
            ["member", "member", "使用單位"],
            ["account", "whose", "使用人"],
            ["batch", "batch", "批次"],
            ["cases_of", "cases of", "查詢人"],
            ["from", "from", "起"],
            ["until", "until", "訖"],
            ["approved_by", "approved by", "核准人"],
            ["reason", "what for", "事由"],
        ],
        lines: grants.iter().map(row).collect(),
    }
}
