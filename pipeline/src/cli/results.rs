//! `batch results`: a member's delivery or own rows; at the bureau an export, or glass that is broken. *Edge.*

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
        None => show(account, &own::read(&house, batch, account).await?, out),
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
        Step::Done(opened) => show(&results.account, &opened, out),
        Step::Applied(applied) => approval::applied(opening, &applied, out),
    }
}

fn tell(delivery: &Delivery, out: &Out) -> Result<Exit> {
    out.show(delivery, || {
        let mut text = format!("{} results, {} answers\n", delivery.results, delivery.answers);
        if delivery.withheld > 0 {
            text.push_str(&format!(
                "{} answers kept back: stopped, or held for 72 hours already\n",
                delivery.withheld
            ));
        }
        for file in &delivery.files {
            text.push_str(&format!("{}\n  SHA-256 {}\n", file.path.display(), file.sha256));
        }
        text.push_str("open them with the member's key: age -d -i KEYFILE FILE\n");
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

fn show(account: &str, own: &OwnRows, out: &Out) -> Result<Exit> {
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
        let mut text = format!("{} rows of {account}\n", rows.len());
        for row in &rows {
            text.push_str(&format!(
                "\nline {}  case {}  {}  {}\n",
                row.line, row.case_no, row.status, row.codes
            ));
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
