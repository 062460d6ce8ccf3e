//! The registers of what was allowed, and of who looked whether it still should be: approvals, grants of answers, reviews of accounts. *SQL.*
//!
//! Accounts stand as in the 授權表; a text that holds an identity number is hidden whole, and no cell is a formula.

use jiff::{Timestamp, ToSpan};
use mayfly_consent::day::taipei_midnight;
use sqlx::AnyConnection;

use super::asked::Asked;
use crate::{
    accounts::store::{self as checks, Check},
    app::House,
    approval::{judge::standing, steps, store::Approval},
    delivery::{grant::Grant, granting},
    error::Result,
    ids,
    output::folder::Staging,
    printed::{Printed, hidden},
    roc,
};

/// Writes them: what was applied for, decided, used or valid on a day of those asked for, at the member or, of all, anywhere.
///
/// # Errors
/// Those of the database and the disk.
pub async fn write(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    now: Timestamp,
) -> Result<()> {
    let meets = |from: Timestamp, to: Timestamp| asked.meets(house.today(from), house.today(to));
    let mut approved = steps::list(house, true).await?;
    approved.retain(|approval| {
        let acts = [approval.decided_at, approval.used_at];
        let last = acts
            .into_iter()
            .flatten()
            .fold(approval.applied_at, Timestamp::max);
        asked.is_of(&approval.desk) && meets(approval.applied_at, last)
    });
    staging.put("registers/approvals.csv", &approvals(&approved, now).csv())?;
    let mut granted = granting::list(&mut *conn, None).await?;
    granted.retain(|grant| {
        let (from, until) = (
            grant.granted_at.min(grant.from),
            grant.granted_at.max(grant.until),
        );
        asked.is_of(&grant.scope.member) && meets(from, until)
    });
    staging.put("registers/grants.csv", &grants(&granted).csv())?;
    let after = asked.to.saturating_add(1.day());
    let span = (
        taipei_midnight(asked.from).unwrap_or(Timestamp::MIN),
        taipei_midnight(after).unwrap_or(Timestamp::MAX),
    );
    let mut checked = checks::between(conn, span).await?;
    checked.retain(|check| asked.is_of(&check.member));
    staging.put("registers/account-reviews.csv", &reviews(&checked).csv())
}

fn approvals(approvals: &[Approval], now: Timestamp) -> Printed<14> {
    let at = |at: Option<Timestamp>| at.map_or_else(String::new, roc::offset);
    let row = |approval: &Approval| {
        [
            approval.number.to_string(),
            approval.act.name().to_owned(),
            approval.desk.clone(),
            hidden(&approval.subject),
            standing(approval, now).name().to_owned(),
            ids::hex(&approval.digest),
            approval.applied_by.clone(),
            at(Some(approval.applied_at)),
            at(Some(approval.expires_at)),
            approval.verdict.clone(),
            approval.decided_by.clone(),
            at(approval.decided_at),
            at(approval.used_at),
            approval.entry.to_string(),
        ]
    };
    Printed {
        columns: [
            ["approval", "Approval", "編號"],
            ["act", "Act", "事項"],
            ["at", "At", "單位"],
            ["subject", "About", "對象"],
            ["state", "State", "狀態"],
            ["sha256", "SHA-256", "雜湊"],
            ["applied_by", "Applied by", "申請人"],
            ["applied_at", "Applied", "申請時間"],
            ["expires_at", "Until", "有效至"],
            ["verdict", "Verdict", "核駁"],
            ["decided_by", "Decided by", "核准人"],
            ["decided_at", "Decided", "核准時間"],
            ["used_at", "Used", "使用時間"],
            ["entry", "Entry", "軌跡"],
        ],
        lines: approvals.iter().map(row).collect(),
    }
}

fn grants(grants: &[Grant]) -> Printed<10> {
    let row = |grant: &Grant| {
        [
            grant.number.to_string(),
            grant.scope.member.clone(),
            grant.account.clone(),
            grant.scope.batch.clone().unwrap_or_default(),
            grant.scope.cases_of.clone().unwrap_or_default(),
            roc::offset(grant.from),
            roc::offset(grant.until),
            hidden(&grant.reason),
            grant.approved_by.clone(),
            grant.entry.to_string(),
        ]
    };
    Printed {
        columns: [
            ["grant", "Grant", "編號"],
            ["member", "Member", "使用單位"],
            ["account", "Whose", "使用人"],
            ["batch", "Batch", "批次"],
            ["cases_of", "Cases of", "查詢人"],
            ["from", "From", "起"],
            ["until", "Until", "訖"],
            ["reason", "What for", "事由"],
            ["approved_by", "Approved by", "核准人"],
            ["entry", "Entry", "軌跡"],
        ],
        lines: grants.iter().map(row).collect(),
    }
}

fn reviews(checks: &[Check]) -> Printed<9> {
    let row = |check: &Check| {
        [
            check.number.to_string(),
            check.duty.clone(),
            check.account.clone(),
            check.from.to_string(),
            check.verdict.name().to_owned(),
            hidden(&check.remark),
            check.by.clone(),
            roc::offset(check.at),
            check.entry.to_string(),
        ]
    };
    Printed {
        columns: [
            ["check", "Check", "編號"],
            ["review", "Review", "審查"],
            ["account", "Account", "使用者帳號"],
            ["from", "From", "起日"],
            ["verdict", "Verdict", "審查結果"],
            ["remark", "Remark", "備註"],
            ["checked_by", "Checked by", "審查人"],
            ["checked_at", "Checked at", "審查時間"],
            ["entry", "Entry", "軌跡"],
        ],
        lines: checks.iter().map(row).collect(),
    }
}
