//! A signed review in tables: text for people, CSV for spreadsheets; whoever is named in them is masked already. *Pure.*

use std::fmt::Write;

use mayfly_consent::Language;

use super::{
    form,
    pace::{Bulk, Spread},
    paced::Paces,
    report::Review,
};
use crate::printed::{Printed, day, instant, of};

/// The whole report as text.
pub fn text(review: &Review, language: Language) -> String {
    let mut text = format!("{}\n\n", title(review, language));
    for (name, value) in facts(review, language) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}{}{value}", of(language, ": ", "："));
    }
    for (heading, table) in [
        (headings::CHANCES, chances(review).text(language)),
        (headings::RECORDS, records(review, language).text(language)),
        (headings::FINDINGS, findings(review, language).text(language)),
        (headings::PACES, paces(&review.paces, language).text(language)),
    ] {
        let _ = write!(text, "\n{}\n{table}", of(language, heading.0, heading.1));
    }
    let _ = writeln!(text, "\n{}", of(language, headings::PROOF.0, headings::PROOF.1));
    for line in proof(review, language) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The title of the report.
pub fn title(review: &Review, language: Language) -> String {
    let sample = &review.sample;
    let (member, name, month) = (&sample.member, &review.member_name, &sample.month);
    let draft = match review.signed {
        Some(_) => "",
        None => of(language, "DRAFT, NOT SIGNED OFF. ", "【草稿，未簽核】"),
    };
    match language {
        Language::En => format!("{draft}Monthly self-audit of query records: {member} {name}, {month}"),
        Language::ZhTw => format!(
            "{draft}查詢紀錄每月抽核報告：{member} {name}　{}",
            roc_month(month)
        ),
    }
}

/// What stands above the tables: names and values.
pub fn facts(review: &Review, language: Language) -> Vec<(&'static str, String)> {
    let sample = &review.sample;
    let name = |en, zh| of(language, en, zh);
    let reviewers: Vec<String> = review
        .reviewers
        .iter()
        .map(|(account, named_by)| match language {
            Language::En => format!("{account} (named by {named_by})"),
            Language::ZhTw => format!("{account}（由 {named_by} 指定）"),
        })
        .collect();
    let verdicts = match (&review.signed, review.as_signed, language) {
        (None, ..) | (Some(_), true, _) => review.verdicts.to_string(),
        (Some(_), false, Language::En) => "NOT those that were signed".into(),
        (Some(_), false, Language::ZhTw) => "與簽核時不符".into(),
    };
    let unsigned = || name("NOT SIGNED OFF: a draft", "未簽核之草稿").to_owned();
    let signed = review.signed.as_ref();
    vec![
        (
            name("Query records of the month", "當月查詢紀錄筆數"),
            sample.population.to_string(),
        ),
        (name("Records in the sample", "抽核筆數"), sample.size.to_string()),
        (
            name("Reviewers", "覆核人員"),
            reviewers.join(of(language, ", ", "、")),
        ),
        (name("Verdicts", "判定筆數"), verdicts),
        (
            name("Signed off by", "單位主管簽核"),
            signed.map_or_else(unsigned, |signed| signed.account.clone()),
        ),
        (
            name("Signed off at", "簽核時間"),
            signed.map_or_else(unsigned, |signed| instant(signed.signed_at, language)),
        ),
        (
            name("Written at", "製表時間"),
            instant(review.written_at, language),
        ),
    ]
}

/// The chances that the sample finds misuse.
pub fn chances(review: &Review) -> Printed<3> {
    let tenths = |per_mille: u64| format!("{}.{} %", per_mille / 10, per_mille % 10);
    let lines = review.sample.chances.iter().map(|chance| {
        [
            tenths(chance.per_mille),
            chance.misused.to_string(),
            tenths(chance.finds_per_mille),
        ]
    });
    Printed {
        columns: [
            ["misused", "Misused", "假設不當比率"],
            ["records", "Records", "筆數"],
            ["chance", "Chance that one is in the sample", "至少抽中一筆之機率"],
        ],
        lines: lines.collect(),
    }
}

/// The records and their verdicts, a line for each verdict.
pub fn records(review: &Review, language: Language) -> Printed<17> {
    let mut lines = Vec::new();
    for record in &review.records {
        let asked = &record.asked;
        for verdict in &record.verdicts {
            let reasons: Vec<&str> = verdict
                .reasons
                .iter()
                .map(|reason| named(review, reason, language))
                .collect();
            let on = asked.at.0.parse().map(|on| day(on, language));
            lines.push([
                record.place.to_string(),
                record.item.entry.to_string(),
                on.unwrap_or_default(),
                asked.at.1.get(..8).unwrap_or_default().to_owned(),
                asked.querier.clone(),
                asked.operation.clone(),
                asked.subject.0.clone(),
                asked.subject.1.clone(),
                asked.case_no.clone(),
                asked.reason.clone(),
                asked.approver.clone(),
                named(review, &verdict.verdict, language).to_owned(),
                reasons.join(of(language, ";", "、")),
                verdict.remark.clone(),
                verdict.by.clone(),
                instant(verdict.given_at, language),
                verdict.entry.to_string(),
            ]);
        }
    }
    Printed {
        columns: [
            ["no", "No.", "序號"],
            ["query_entry", "Entry", "紀錄編號"],
            ["date", "Date", "日期"],
            ["time", "Time", "時間"],
            ["querier", "Querier", "查詢人員"],
            ["operation", "Item", "作業代號"],
            ["subject_id", "Subject", "身分證號"],
            ["subject_name", "Name", "姓名"],
            ["case_no", "Case", "案號"],
            ["reason", "Reason", "事由"],
            ["approver", "Approver", "核准人員"],
            ["verdict", "Verdict", "判定"],
            ["reasons", "Why", "理由"],
            ["remark", "Remark", "備註"],
            ["reviewer", "Reviewer", "覆核人員"],
            ["given_at", "Given at", "判定時間"],
            ["verdict_entry", "Entry of verdict", "判定紀錄編號"],
        ],
        lines,
    }
}

/// What was found and what became of it.
pub fn findings(review: &Review, language: Language) -> Printed<10> {
    let lines = review.findings.iter().map(|finding| {
        let about = finding.about.as_ref();
        let reasons = about.map_or(&[][..], |about| &about.reasons);
        let reasons: Vec<&str> = reasons
            .iter()
            .map(|reason| named(review, reason, language))
            .collect();
        let step = |word: &str| finding.steps.iter().find(|done| done.step == word);
        let by = |word: &str| {
            step(word).map_or_else(String::new, |done| {
                format!("{} {}", done.by, instant(done.at, language))
            })
        };
        let overdue = match (finding.overdue, language) {
            (false, _) => "",
            (true, Language::En) => "overdue",
            (true, Language::ZhTw) => "逾期",
        };
        let state = form::state(finding.state, language);
        [
            finding.finding_no.to_string(),
            about.map_or_else(String::new, |about| about.query_entry.to_string()),
            reasons.join(of(language, ";", "、")),
            instant(finding.opened_at, language),
            day(finding.due, language),
            state.to_owned(),
            overdue.to_owned(),
            by("corrected"),
            by("closed"),
            step("closed").map_or_else(String::new, |done| done.artefact.clone()),
        ]
    });
    Printed {
        columns: [
            ["finding", "Finding", "缺失編號"],
            ["query_entry", "Entry", "紀錄編號"],
            ["reasons", "Why", "理由"],
            ["opened_at", "Found at", "發現時間"],
            ["due", "Due", "期限"],
            ["state", "State", "狀態"],
            ["overdue", "Overdue", "逾期"],
            ["corrected", "Corrected", "改正"],
            ["closed", "Closed", "結案"],
            ["artefact", "SHA-256 of the paper", "佐證 SHA-256"],
        ],
        lines: lines.collect(),
    }
}

/// How approvals and verdicts were made, a line for each person; spans in seconds.
pub fn paces(paces: &Paces, language: Language) -> Printed<10> {
    let line = |(what, measured): (&str, &str), accounts: &[String], spread: Option<Spread>, bulk: Bulk| {
        let span = |of: fn(&Spread) -> i64| {
            spread
                .as_ref()
                .map_or_else(String::new, |spread| of(spread).to_string())
        };
        [
            what.to_owned(),
            accounts.join(" "),
            spread.map_or(0, |spread| spread.count).to_string(),
            span(|spread| spread.min),
            span(|spread| spread.median),
            span(|spread| spread.max),
            bulk.runs.to_string(),
            bulk.acts.to_string(),
            bulk.longest.to_string(),
            measured.to_owned(),
        ]
    };
    let approvals = paces.approvals.iter().map(|each| {
        line(
            (
                of(language, "approval_to_query", "核准至查詢"),
                of(
                    language,
                    "from the row's approved_at, which the member attests, to the query as entered here",
                    "自該列核准時間（使用單位申報）至本機構登錄之查詢時間",
                ),
            ),
            &each.accounts,
            each.to_query,
            each.bulk,
        )
    });
    let reviews = paces.reviews.iter().map(|each| {
        line(
            (
                of(language, "opening_to_verdict", "開啟至判定"),
                of(
                    language,
                    "from the opening to the verdict, both as entered here",
                    "自開啟至判定，均為本機構登錄之時間",
                ),
            ),
            &each.accounts,
            each.to_verdict,
            each.bulk,
        )
    });
    let decisions = paces.decisions.iter().map(|each| {
        line(
            (
                of(language, "application_to_decision", "申請至核駁"),
                of(
                    language,
                    "from the application to the decision, both as entered here",
                    "自申請至核駁，均為本機構登錄之時間",
                ),
            ),
            &each.accounts,
            each.to_decision,
            each.bulk,
        )
    });
    Printed {
        columns: [
            ["span", "Span", "區間"],
            ["accounts", "Person", "人員帳號"],
            ["count", "Count", "件數"],
            ["min_seconds", "Least (s)", "最短（秒）"],
            ["median_seconds", "Median (s)", "中位數（秒）"],
            ["max_seconds", "Most (s)", "最長（秒）"],
            ["bulks", "In bulk: times", "批次次數"],
            ["in_bulk", "In bulk: acts", "批次件數"],
            ["longest_bulk", "Longest bulk", "最大批次"],
            ["measured", "Measured", "量測依據"],
        ],
        lines: approvals.chain(reviews).chain(decisions).collect(),
    }
}

/// What anybody needs to check the draw and the signature.
pub fn proof(review: &Review, language: Language) -> Vec<String> {
    let sample = &review.sample;
    let (member, month) = (&sample.member, &sample.month);
    let mut lines: Vec<String> = review.checkpoint.trim_end().lines().map(str::to_owned).collect();
    lines.extend([
        format!("{}{}", of(language, "seed: ", "抽樣種子："), review.seed),
        format!("{}{}", of(language, "records drawn: ", "抽樣筆數："), sample.size),
    ]);
    match &review.signed {
        Some(signed) => lines.extend([
            format!(
                "{}{}",
                of(language, "journal entry of the signature: ", "簽核紀錄編號："),
                signed.entry
            ),
            format!(
                "{}{}",
                of(
                    language,
                    "SHA-256 of verdicts.txt, as signed: ",
                    "簽核之 verdicts.txt SHA-256："
                ),
                crate::ids::hex(&signed.digest)
            ),
        ]),
        None => lines.push(format!(
            "{}{}",
            of(
                language,
                "SHA-256 of verdicts.txt, not signed yet: ",
                "尚未簽核之 verdicts.txt SHA-256："
            ),
            crate::ids::hex(&review.digest)
        )),
    }
    lines.extend([
        format!(
            "mayfly audit export {member} {month} sample --as {}",
            of(language, "ACCOUNT", "帳號")
        ),
        format!("mayfly audit verify sample --key '{}'", review.key),
    ]);
    lines
}

/// The word of the regime, or its title for readers of Chinese.
fn named<'r>(review: &'r Review, word: &'r str, language: Language) -> &'r str {
    match language {
        Language::En => word,
        Language::ZhTw => review.titles.get(word).map_or(word, String::as_str),
    }
}

fn roc_month(month: &str) -> String {
    let first = format!("{month}-01")
        .parse()
        .map(|first| day(first, Language::ZhTw));
    let first = first.unwrap_or_default();
    let mut parts = first.split('/');
    match (parts.next(), parts.next()) {
        (Some(year), Some(month)) => format!("民國{year}年{month}月"),
        _ => month.to_owned(),
    }
}

/// Headings of the parts, in both languages.
pub mod headings {
    /// What the sample is able to find.
    pub const CHANCES: (&str, &str) = ("What this sample is able to find", "本次抽樣之發現機率");
    /// The records.
    pub const RECORDS: (&str, &str) = ("Records and verdicts", "抽核紀錄與判定");
    /// The findings.
    pub const FINDINGS: (&str, &str) = ("Findings", "缺失與改正");
    /// The figures.
    pub const PACES: (&str, &str) = ("How approvals and verdicts were made", "核准與覆核之作業時間");
    /// The proof.
    pub const PROOF: (&str, &str) = ("Proof", "佐證與驗證方式");
}
