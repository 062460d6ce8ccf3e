//! `batch results`: a member's delivery or own rows; at the bureau an export, or glass that is broken. *Edge.*

use mayfly_consent::Language;
use serde::Serialize;

use super::{Opening, approval, args::ResultsArguments, attributable, out::Out};
use crate::{
    approval::Step,
    delivery::{
        files::{self, Delivery, Export},
        opened,
        own::{self, OwnRows},
    },
    error::{Error, Exit, Result},
    printed::{of, outcome},
};

pub(super) async fn run(opening: &Opening, results: &ResultsArguments, out: &Out) -> Result<Exit> {
    let (batch, account) = (&results.batch, &results.account);
    if let Some(account) = account.strip_prefix("bureau/") {
        return at_the_bureau(opening, results, attributable(account)?, out).await;
    }
    if results.reason.is_some() || results.approval.is_some() || !results.lines.is_empty() {
        return Err(Error::Usage(
            "--reason, --approval and --line are for people of the bureau: --as bureau/ACCOUNT".into(),
        ));
    }
    let house = opening.to_act().await?;
    match &results.out {
        Some(folder) => {
            files::claim(&house, folder)?;
            tell(&files::deliver(&house, batch, account, folder).await?, out)
        }
        None => show(account, false, &own::read(&house, batch, account).await?, out),
    }
}

async fn at_the_bureau(
    opening: &Opening,
    results: &ResultsArguments,
    account: &str,
    out: &Out,
) -> Result<Exit> {
    let reason = results.reason.as_deref().ok_or_else(|| {
        Error::Usage("at the bureau an answer is handed out or opened for a reason only: --reason WHY".into())
    })?;
    let (batch, approval) = (&results.batch, results.approval);
    let house = opening.to_act().await?;
    if let Some(folder) = &results.out {
        files::claim(&house, folder)?;
        let export = Export {
            account,
            reason,
            approval,
        };
        return match files::export(&house, batch, &export, folder).await? {
            Step::Done(delivery) => tell(&delivery, out),
            Step::Applied(applied) => approval::applied(opening, &applied, out),
        };
    }
    let wanted = opened::Opening {
        account,
        lines: &results.lines,
        reason,
        approval,
    };
    match opened::open(&house, batch, &wanted).await? {
        Step::Done(opened) => show(&results.account, true, &opened, out),
        Step::Applied(applied) => approval::applied(opening, &applied, out),
    }
}

fn tell(delivery: &Delivery, out: &Out) -> Result<Exit> {
    out.show(delivery, || {
        let (results, answers, withheld) = (delivery.results, delivery.answers, delivery.withheld);
        let mut text = match out.language {
            Language::En => format!("{results} results, {answers} answers\n"),
            Language::ZhTw => format!("結果 {results} 筆，回覆 {answers} 筆\n"),
        };
        if withheld > 0 {
            text.push_str(&match out.language {
                Language::En => {
                    format!("{withheld} answers kept back: stopped, or held for 72 hours already\n")
                }
                Language::ZhTw => format!("未交付回覆 {withheld} 筆：已停止，或已保存滿 72 小時\n"),
            });
        }
        for file in &delivery.files {
            text.push_str(&format!("{}\n  SHA-256 {}\n", file.path.display(), file.sha256));
        }
        text.push_str(of(
            out.language,
            "open them with the member's key: age -d -i KEYFILE FILE\n",
            "以使用單位之金鑰開啟：age -d -i KEYFILE FILE\n",
        ));
        text
    })?;
    Ok(if delivery.withheld > 0 {
        Exit::Findings
    } else {
        Exit::Done
    })
}

/// A person's own row as programs read it.
#[derive(Serialize)]
struct OwnRow<'a> {
    line: i64,
    case_no: &'a str,
    consent_ref: &'a str,
    status: &'static str,
    codes: String,
    query_id: &'a str,
    answers: Vec<&'a str>,
}

/// The rows that `account` may read: its own cases', or those that were `opened` at the bureau.
fn show(account: &str, opened: bool, own: &OwnRows, out: &Out) -> Result<Exit> {
    let rows: Vec<OwnRow<'_>> = own
        .rows
        .iter()
        .map(|row| OwnRow {
            line: row.line,
            case_no: &row.case_no,
            consent_ref: &row.consent_ref,
            status: row.outcome.word(),
            codes: row.codes.to_string(),
            query_id: &row.query_id,
            answers: row.answer.as_ref().map_or(vec![], |answer| {
                std::str::from_utf8(answer).unwrap_or("").lines().collect()
            }),
        })
        .collect();
    out.show(&rows, || {
        let mut text = match (out.language, opened) {
            (Language::En, false) => format!("{} rows of {account}\n", rows.len()),
            (Language::En, true) => format!("{} rows opened by {account}\n", rows.len()),
            (Language::ZhTw, false) => format!("{account} 之案件 {} 列\n", rows.len()),
            (Language::ZhTw, true) => format!("{account} 調閱之資料 {} 列\n", rows.len()),
        };
        for row in &rows {
            let (line, case, status, codes) = (
                row.line,
                row.case_no,
                outcome(row.status, out.language),
                &row.codes,
            );
            text.push_str(&match out.language {
                Language::En => format!("\nline {line}  case {case}  {status}  {codes}\n"),
                Language::ZhTw => format!("\n第 {line} 行　案號 {case}　{status}　{codes}\n"),
            });
            for line in &row.answers {
                text.push_str(&format!("  {line}\n"));
            }
        }
        text
    })?;
    Ok(if own.withheld > 0 {
        Exit::Findings
    } else {
        Exit::Done
    })
}
