//! What a reviewer sees on a terminal: a record, what was said of it, what is left, findings. *Pure.*

use std::collections::BTreeMap;

use mayfly_consent::Language;

use super::{
    finding::Finding,
    item::{Facts, Verdict},
    state::State,
    verdict::Entered,
};
use crate::{
    printed::{Printed, day, moment, of, outcome},
    regime,
};

/// The titles of verdicts and reasons, as the regime has them.
type Titles = BTreeMap<String, String>;

/// A record of the sample, and the verdicts on it.
pub fn facts(facts: &Facts, titles: &Titles, language: Language) -> String {
    let name = |en, zh| of(language, en, zh);
    let (request, approval) = (&facts.request, &facts.approval);
    let answer = facts.answer.obtained_at.map_or_else(String::new, |at| {
        let exists = match facts.answer.exists {
            true => name("still there", "尚存"),
            false => name("not there any more", "已不存在"),
        };
        format!(
            "{} {}{}{exists}",
            name("arrived", "回覆於"),
            moment(at, language),
            name(", ", "，")
        )
    });
    let right = match approval.had_right {
        true => "",
        false => name("   had no right to that day", "   當日無核准權限"),
    };
    let proven = match facts.proven {
        true => name("the journal commits to this record", "與軌跡所承諾者相符"),
        false => name("NOT what the journal commits to", "與軌跡所承諾者不符"),
    };
    let before = approval
        .seconds_before
        .map_or_else(String::new, |seconds| match language {
            Language::En => format!("   {seconds} s before the query"),
            Language::ZhTw => format!("   查詢前 {seconds} 秒"),
        });
    let (place, all) = facts.place;
    let mut text = match language {
        Language::En => format!(
            "record {place} of {all} of the sample of {}, {}\n\n",
            facts.member, facts.month
        ),
        Language::ZhTw => format!(
            "使用單位 {} {} 月樣本　第 {place} 筆，共 {all} 筆\n\n",
            facts.member, facts.month
        ),
    };
    let born = name("born ", "生日 ");
    let lines = [
        (
            name("query        ", "查詢編號"),
            format!(
                "{}   {} {}{}{proven}",
                facts.query,
                name("entry", "軌跡序號"),
                facts.entry,
                name(": ", "：")
            ),
        ),
        (
            name("file         ", "批次檔  "),
            format!("{} {} {}", request.batch.0, name("line", "行"), request.batch.1),
        ),
        (
            name("asked        ", "查詢時間"),
            format!(
                "{}   {} {}",
                local(
                    &format!("{}T{}", request.asked_at.0, request.asked_at.1),
                    language
                ),
                name("from", "IP"),
                request.ip
            ),
        ),
        (
            name("querier      ", "查詢人員"),
            format!("{} {}", request.querier.0, request.querier.1),
        ),
        (name("item         ", "作業代號"), request.operation.clone()),
        (
            name("subject      ", "當事人  "),
            format!(
                "{}  {}  {born}{}",
                request.subject[0], request.subject[1], request.subject[2]
            ),
        ),
        (name("case         ", "案號    "), request.case_no.clone()),
        (
            name("reason       ", "事由    "),
            format!("{} {}", request.reason.0, request.reason.1),
        ),
        (
            name("consent      ", "授權編號"),
            format!(
                "{}   {} {}",
                request.consent_ref,
                name("form", "授權書"),
                request.form
            ),
        ),
        (
            name("approved by  ", "核准人員"),
            format!(
                "{} {} {}{right}",
                approval.approver.0, approval.approver.1, approval.approver.2
            ),
        ),
        (
            name("approved at  ", "核准時間"),
            format!("{}{before}", local(&approval.approved_at, language)),
        ),
        (
            name("outcome      ", "結果    "),
            format!("{}   {answer}", outcome(facts.answer.outcome, language)),
        ),
    ];
    for (name, value) in lines {
        text.push_str(&format!("  {name} {value}\n"));
    }
    for (what, at) in &facts.answer.handed_out {
        text.push_str(&format!("  {what:<13} {}\n", moment(*at, language)));
    }
    for verdict in &facts.verdicts {
        text.push_str(&said(verdict, titles, language));
    }
    text
}

/// Instants are told as the clock in Taipei shows them (D22), whichever way the record spells them.
fn local(text: &str, language: Language) -> String {
    let at = text.parse();
    at.map_or_else(|_| text.to_owned(), |at| moment(at, language))
}

/// What was entered of the record at `place`.
pub fn entered(entered: &Entered, place: u64, language: Language) -> String {
    let number = entered.verdict_no;
    let mut text = match language {
        Language::En => format!("verdict {number} on record {place}\n"),
        Language::ZhTw => format!("第 {place} 筆紀錄之判定 {number} 已登錄\n"),
    };
    if let Some((number, due)) = &entered.finding {
        let due = due.parse().map_or_else(|_| due.clone(), |on| day(on, language));
        text.push_str(&match language {
            Language::En => format!("finding {number} is to be corrected and closed by {due}\n"),
            Language::ZhTw => format!("缺失 {number} 應於 {due} 前改正並結案\n"),
        });
    }
    text
}

/// How far a review has come.
pub fn progress(state: &State, titles: &Titles, language: Language) -> String {
    let signed = match state.signed_off {
        true => of(language, ", signed off", "，已簽核"),
        false => "",
    };
    let (member, month) = (&state.member, &state.month);
    let (records, without) = (state.records, state.without_verdict);
    let mut text = match language {
        Language::En => {
            format!(
                "review of {member}, {month}   {records} records, {without} without a verdict of yours{signed}\n"
            )
        }
        Language::ZhTw => {
            format!("使用單位 {member} {month} 月覆核   紀錄 {records} 筆，您未判定 {without} 筆{signed}\n")
        }
    };
    for record in &state.seen {
        text.push_str(&match language {
            Language::En => format!("  record {}\n", record.place),
            Language::ZhTw => format!("  第 {} 筆\n", record.place),
        });
        for verdict in &record.verdicts {
            text.push_str(&said(verdict, titles, language));
        }
    }
    let left: Vec<String> = state.left.iter().map(u64::to_string).collect();
    if !left.is_empty() {
        let name = of(language, "no verdict of yours yet on: ", "您尚未判定者：");
        text.push_str(&format!("{name}{}\n", left.join(" ")));
    }
    text
}

/// Findings, a line each.
pub fn findings(findings: &[Finding], titles: &Titles, language: Language) -> Printed<8> {
    let row = |finding: &Finding| {
        let about = finding.about.as_ref();
        [
            finding.finding_no.to_string(),
            finding.month.clone(),
            finding.member.clone(),
            state(finding.state, language).to_owned(),
            day(finding.due, language),
            match finding.overdue {
                true => of(language, "overdue", "逾期").to_owned(),
                false => String::new(),
            },
            about.map_or_else(
                || of(language, "told when the review is signed off", "簽核後揭示").to_owned(),
                |about| about.query_entry.to_string(),
            ),
            about.map_or_else(String::new, |about| reasons(&about.reasons, titles, language)),
        ]
    };
    Printed {
        columns: [
            ["finding", "Finding", "缺失編號"],
            ["month", "Month", "月份"],
            ["member", "Member", "使用單位"],
            ["state", "State", "狀態"],
            ["due", "Due", "期限"],
            ["overdue", "Overdue", "逾期"],
            ["query_entry", "Entry", "軌跡序號"],
            ["reasons", "Why", "理由"],
        ],
        lines: findings.iter().map(row).collect(),
    }
}

/// What has become of a finding.
pub fn state(word: &'static str, language: Language) -> &'static str {
    match (word, language) {
        ("open", Language::ZhTw) => "待改正",
        ("corrected", Language::ZhTw) => "已改正",
        ("closed", Language::ZhTw) => "已結案",
        (word, _) => word,
    }
}

fn said(verdict: &Verdict, titles: &Titles, language: Language) -> String {
    format!(
        "  {} {}   {}   {}   {}   {}\n",
        of(language, "verdict      ", "判定    "),
        regime::word(titles, &verdict.verdict, language),
        reasons(&verdict.reasons, titles, language),
        verdict.by,
        moment(verdict.given_at, language),
        verdict.remark
    )
}

fn reasons(words: &[String], titles: &Titles, language: Language) -> String {
    let words: Vec<_> = words
        .iter()
        .map(|word| regime::word(titles, word, language))
        .collect();
    words.join(of(language, "; ", "；"))
}
