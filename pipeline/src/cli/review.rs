//! `audit name|item|verdict|verdicts|findings|finding|sign-off|report|pace`. *Edge.*

use serde_json::json;

use super::{
    Opening,
    args::{FindingCommand, ReviewCommand},
    attributable,
    consent::View,
    out::Out,
    placed,
};
use crate::{
    audit::{
        month_of,
        review::{
            finding::{self, Finding, Step},
            item::{self, Facts, Verdict},
            name, paced, paper, report, sign,
            state::{self, State},
            verdict::{self, Said},
        },
    },
    error::{Exit, Result},
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: ReviewCommand, out: &Out) -> Result<Exit> {
    match command {
        ReviewCommand::Name {
            sample,
            reviewer,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let (reviewer, by) = (attributable(&reviewer)?, attributable(&account)?);
            name::name(&house, &sample.member, month, reviewer, by).await?;
            let value = json!({ "member": sample.member, "month": sample.month, "reviewer": reviewer, "named_by": by });
            out.show(&value, || format!("{reviewer} reviews the sample of {month}\n"))?;
        }
        ReviewCommand::Item {
            sample,
            place,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            let shown = item::open(&house, (&sample.member, month), place, by).await?;
            let consent = shown.consent.as_ref().map(|consent| View::of(consent, false));
            let value = json!({ "record": shown.facts, "consent": consent });
            out.show(&value, || {
                let consent = consent
                    .as_ref()
                    .map_or_else(|| "the consent is not kept any more\n".to_owned(), View::text);
                format!("{}\n{consent}", facts(&shown.facts))
            })?;
        }
        ReviewCommand::Verdict {
            sample,
            place,
            verdict,
            reasons,
            remark,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            let said = Said {
                verdict,
                reasons,
                remark,
            };
            let entered = verdict::give(&house, (&sample.member, month), place, said, by).await?;
            out.show(&entered, || {
                let finding = entered
                    .finding
                    .as_ref()
                    .map_or_else(String::new, |(number, due)| {
                        format!("finding {number} is to be corrected and closed by {due}\n")
                    });
                format!("verdict {} on record {place}\n{finding}", entered.verdict_no)
            })?;
        }
        ReviewCommand::Verdicts { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            let state = state::of(&house, (&sample.member, month), by).await?;
            out.show(&state, || progress(&state))?;
        }
        ReviewCommand::Findings {
            open,
            overdue,
            member,
        } => {
            let house = opening.to_look().await?;
            let mut findings = finding::list(&house, member.as_deref()).await?;
            findings.retain(|finding| (!open || finding.state != "closed") && (!overdue || finding.overdue));
            out.show(&findings, || {
                let lines: String = findings.iter().map(line).collect();
                format!("{lines}{} findings\n", findings.len())
            })?;
        }
        ReviewCommand::Finding(command) => {
            let (number, step, artefact, account) = match command {
                FindingCommand::Correct {
                    number,
                    artefact,
                    account,
                } => (number, Step::Correct, artefact, account),
                FindingCommand::Close {
                    number,
                    artefact,
                    account,
                } => (number, Step::Close, Some(artefact), account),
            };
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            let finding = finding::advance(&house, number, step, artefact.as_deref(), by).await?;
            out.show(&finding, || line(&finding))?;
        }
        ReviewCommand::SignOff { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let signed = sign::sign_off(&house, &sample.member, month, attributable(&account)?).await?;
            out.show(&signed, || {
                format!(
                    "signed off: {} records, {} verdicts, SHA-256 {}\n",
                    signed.records, signed.verdicts, signed.digest
                )
            })?;
        }
        ReviewCommand::Report {
            sample,
            folder,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let by = placed(&account)?;
            let house = opening.to_act().await?;
            let review = report::write(&house, &sample.member, month, &folder, by).await?;
            let value =
                json!({ "folder": folder, "records": review.records.len(), "as_signed": review.as_signed });
            out.show(&value, || {
                format!(
                    "{} records reported in {}\n",
                    review.records.len(),
                    folder.display()
                )
            })?;
            return Ok(if review.as_signed {
                Exit::Done
            } else {
                Exit::Findings
            });
        }
        ReviewCommand::Pace { sample } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_look().await?;
            let mut reader = house.db.reader().await?;
            let paces = paced::of(&house, &mut reader, &sample.member, month).await?;
            out.show(&paces, || paper::paces(&paces, out.language).text(out.language))?;
        }
    }
    Ok(Exit::Done)
}

fn facts(facts: &Facts) -> String {
    let (request, approval) = (&facts.request, &facts.approval);
    let answer = match (&facts.answer.obtained_at, facts.answer.exists) {
        (Some(at), true) => format!("arrived {}, still there", taipei(*at)),
        (Some(at), false) => format!("arrived {}, not there any more", taipei(*at)),
        (None, _) => String::new(),
    };
    let right = if approval.had_right {
        ""
    } else {
        "   had no right to that day"
    };
    // Instants are told as the clock in Taipei shows them (D22), whichever way the record spells them.
    let local = |text: &str| text.parse().map_or_else(|_| text.to_owned(), taipei);
    let asked_at = local(&format!("{}T{}", request.asked_at.0, request.asked_at.1));
    let proven = if facts.proven {
        "the journal commits to this record"
    } else {
        "NOT what the journal commits to"
    };
    let before = approval
        .seconds_before
        .map_or_else(String::new, |seconds| format!("   {seconds} s before the query"));
    let mut text = format!(
        "record {} of {} of the sample of {}, {}\n\n  query         {}   entry {}: {proven}\n  file          {} line {}\n  \
         asked         {asked_at}   from {}\n  querier       {} {}\n  item          {}\n  subject       {}  {}  born {}\n  \
         case          {}\n  reason        {} {}\n  consent       {}   form {}\n  approved by   {} {} {}{right}\n  \
         approved at   {}{before}\n  outcome       {}   {answer}\n",
        facts.place.0,
        facts.place.1,
        facts.member,
        facts.month,
        facts.query,
        facts.entry,
        request.batch.0,
        request.batch.1,
        request.ip,
        request.querier.0,
        request.querier.1,
        request.operation,
        request.subject[0],
        request.subject[1],
        request.subject[2],
        request.case_no,
        request.reason.0,
        request.reason.1,
        request.consent_ref,
        request.form,
        approval.approver.0,
        approval.approver.1,
        approval.approver.2,
        local(&approval.approved_at),
        facts.answer.outcome,
    );
    for (what, at) in &facts.answer.handed_out {
        text.push_str(&format!("  {what:<13} {}\n", taipei(*at)));
    }
    for verdict in &facts.verdicts {
        text.push_str(&said(verdict));
    }
    text
}

fn said(verdict: &Verdict) -> String {
    format!(
        "  verdict       {} {}   {}   {}   {}\n",
        verdict.verdict,
        verdict.reasons.join(";"),
        verdict.by,
        taipei(verdict.given_at),
        verdict.remark
    )
}

fn progress(state: &State) -> String {
    let mut text = format!(
        "review of {}, {}   {} records, {} without a verdict{}\n",
        state.member,
        state.month,
        state.records,
        state.without_verdict,
        if state.signed_off { ", signed off" } else { "" }
    );
    for record in &state.seen {
        text.push_str(&format!("  record {}\n", record.place));
        for verdict in &record.verdicts {
            text.push_str(&said(verdict));
        }
    }
    let left: Vec<String> = state.left.iter().map(u64::to_string).collect();
    if !left.is_empty() {
        text.push_str(&format!("no verdict of yours yet on: {}\n", left.join(" ")));
    }
    text
}

fn line(finding: &Finding) -> String {
    let about = finding.about.as_ref().map_or_else(
        || "told when the review is signed off".to_owned(),
        |about| format!("entry {}  {}", about.query_entry, about.reasons.join(";")),
    );
    let overdue = if finding.overdue { "  overdue" } else { "" };
    format!(
        "{:>6}  {}  {}  {:<9}  due {}{overdue}  {about}\n",
        finding.finding_no, finding.month, finding.member, finding.state, finding.due
    )
}
