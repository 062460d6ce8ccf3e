//! The report as text, and the tables that the page has too. *Pure.*

use jiff::Timestamp;
use mayfly_consent::Language;

use super::report::Report;
use crate::{
    printed::{Printed, channel, day, outcome},
    roc::taipei,
};

/// The whole report as text.
pub fn text(report: &Report, language: Language) -> String {
    let mut text = format!("{}\n\n", title(language));
    for (name, value) in facts(report, language) {
        text.push_str(&format!("  {name}{}{value}\n", of(language, ": ", "：")));
    }
    let parts = [
        (
            CONSENTS,
            consents(report, language).text(language),
            report.consents.is_empty(),
        ),
        (
            QUERIES,
            queries(report, language).text(language),
            report.queries.is_empty(),
        ),
        (
            GONE,
            certificates(report, language).text(language),
            report.certificates.is_empty(),
        ),
    ];
    for (heading, table, is_empty) in parts {
        let heading = of(language, heading.0, heading.1);
        let table = if is_empty {
            format!("{}\n", of(language, "none", "無"))
        } else {
            table
        };
        text.push_str(&format!("\n{heading}\n\n{table}"));
    }
    text.push('\n');
    for line in notes(language) {
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// What the report is called.
pub fn title(language: Language) -> &'static str {
    of(
        language,
        "What is held about a person, and who asked",
        "當事人查詢本人資料答覆書",
    )
}

/// What stands above the tables: names and values.
pub fn facts(report: &Report, language: Language) -> [(&'static str, String); 7] {
    [
        (of(language, "Subject", "當事人"), report.subject_id.clone()),
        (of(language, "Born", "出生年"), report.birth.clone()),
        (
            of(language, "Identity shown by", "身分證明"),
            match language {
                Language::En => report.proof_en.clone(),
                Language::ZhTw => report.proof.clone(),
            },
        ),
        (
            of(language, "Request received", "受理日"),
            day(report.received, language),
        ),
        (
            of(language, "To be answered by", "答覆期限（個資法第13條）"),
            day(report.due, language),
        ),
        (of(language, "Made", "產製"), instant(report.made_at, language)),
        (of(language, "Reference", "編號"), report.duty.clone()),
    ]
}

/// The consents.
pub fn consents(report: &Report, language: Language) -> Printed<8> {
    let lines = report.consents.iter().map(|line| {
        [
            format!("{} {}", line.member.0, line.member.1),
            line.reference.clone(),
            format!("{} {}", line.form, line.title),
            instant(line.consented_at, language),
            channel(line.channel, language).to_owned(),
            line.withdrawn_at
                .map_or_else(String::new, |at| instant(at, language)),
            line.kept_until.map_or_else(
                || of(language, "outcome unknown", "授信結果未定").to_owned(),
                |until| day(until, language),
            ),
            line.form_sha256.clone(),
        ]
    });
    Printed {
        columns: [
            ["member", "Member", "使用單位"],
            ["reference", "Consent", "授權編號"],
            ["form", "Form", "授權書版本"],
            ["consented_at", "Given", "授權時間"],
            ["channel", "How", "授權方式"],
            ["withdrawn_at", "Withdrawn", "撤回時間"],
            ["kept_until", "Kept until", "保存期限"],
            ["form_sha256", "SHA-256 of the form's text", "授權書內容雜湊"],
        ],
        lines: lines.collect(),
    }
}

/// The queries.
pub fn queries(report: &Report, language: Language) -> Printed<9> {
    let lines = report.queries.iter().map(|line| {
        let on = line
            .at
            .0
            .parse()
            .map_or_else(|_| line.at.0.clone(), |on| day(on, language));
        let certificates: Vec<String> = line.certificates.iter().map(u64::to_string).collect();
        [
            format!("{on} {}", line.at.1),
            format!("{} {}", line.member.0, line.member.1),
            line.item.clone(),
            line.reason.clone(),
            line.case_no.clone(),
            format!("{} ({})", line.consent, line.form),
            outcome(line.outcome, language).to_owned(),
            match certificates.len() {
                0 => answer(line.answer, language).to_owned(),
                _ => format!("{} #{}", answer(line.answer, language), certificates.join(", #")),
            },
            line.entry.to_string(),
        ]
    });
    Printed {
        columns: [
            ["at", "When", "查詢時間"],
            ["member", "Who asked", "查詢單位"],
            ["item", "Item", "查詢項目"],
            ["reason", "Why", "事由"],
            ["case_no", "Case", "案號"],
            ["consent", "On which consent", "依據之授權"],
            ["outcome", "Outcome", "結果"],
            ["answer", "The answer", "查得資料"],
            ["entry", "Entry", "軌跡序號"],
        ],
        lines: lines.collect(),
    }
}

/// The certificates of answers that are gone.
pub fn certificates(report: &Report, language: Language) -> Printed<5> {
    let lines = report.certificates.iter().map(|line| {
        [
            format!("#{}", line.number),
            line.key_destroyed_at
                .map_or_else(String::new, |at| instant(at, language)),
            instant(line.bytes_removed_at, language),
            line.entry.to_string(),
            line.sha256.clone(),
        ]
    });
    Printed {
        columns: [
            ["number", "Certificate", "刪除證明"],
            ["key_destroyed_at", "Key destroyed", "金鑰銷毀"],
            ["bytes_removed_at", "Bytes removed", "資料移除"],
            ["entry", "Entry", "軌跡序號"],
            ["sha256", "SHA-256", "雜湊"],
        ],
        lines: lines.collect(),
    }
}

/// What stands below the tables.
pub fn notes(language: Language) -> [&'static str; 4] {
    match language {
        Language::En => [
            "Staff of the member is not named here: they are other persons. Answers are never shown: they can be read for 72 hours, then their key is destroyed.",
            "Each query, and each certificate, is an entry of the bureau's journal. proofs/entry-N.tlog-proof shows that entry N is in it: python3 check-proof.py proofs/entry-N.tlog-proof",
            "certificates/ holds the signed certificates. The signature under a proof or certificate is checked with openssl and the bureau's public key; have that from another source than this folder.",
            "You may ask for a correction, or withdraw a consent, at the member; what the insurer holds about you is told by the insurer.",
        ],
        Language::ZhTw => [
            "查詢單位之承辦人員為第三人，依法不予揭露。查得之投保資料僅可閱覽72小時，期滿即銷毀金鑰並刪除，故不在此答覆之內。",
            "每筆查詢及每份刪除證明均為管理機構軌跡之一筆。proofs/entry-N.tlog-proof 證明第N筆確在軌跡之中：python3 check-proof.py proofs/entry-N.tlog-proof",
            "certificates/ 為經簽章之刪除證明。證明之簽章可用 openssl 與管理機構之公鑰查驗；公鑰應另循管道取得，請勿採用本資料夾所附者。",
            "更正資料或撤回授權，請洽使用單位；勞工保險局所保有之資料，請逕向該局查詢。",
        ],
    }
}

/// The headings of the three tables, in English and in Chinese.
pub(super) const CONSENTS: (&str, &str) = ("Consents that are kept", "一、保存中之授權");
/// See [`CONSENTS`].
pub(super) const QUERIES: (&str, &str) = (
    "Who asked, when, why, and on which consent",
    "二、何人、何時、因何事由、依據何授權查詢",
);
/// See [`CONSENTS`].
pub(super) const GONE: (&str, &str) = ("What shows that the answers are gone", "三、查得資料之刪除證明");

/// One of two texts.
pub(super) fn of(language: Language, english: &'static str, chinese: &'static str) -> &'static str {
    match language {
        Language::En => english,
        Language::ZhTw => chinese,
    }
}

fn instant(at: Timestamp, language: Language) -> String {
    match language {
        Language::En => taipei(at),
        Language::ZhTw => {
            let local = jiff::tz::offset(8).to_datetime(at);
            format!("{} {}", day(local.date(), language), local.strftime("%H:%M:%S"))
        }
    }
}

fn answer(word: &'static str, language: Language) -> &'static str {
    match (word, language) {
        ("none", Language::ZhTw) => "無",
        ("readable", Language::ZhTw) => "保存中（72小時內）",
        ("over", Language::ZhTw) => "已不得閱覽，待銷毀",
        ("destroyed", Language::ZhTw) => "已刪除",
        ("over", Language::En) => "cannot be read any more, to be destroyed",
        (word, _) => word,
    }
}
