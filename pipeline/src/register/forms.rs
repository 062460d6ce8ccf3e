//! Papers, their kinds and the use of the link as they are handed out. *Pure.*

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use serde::Serialize;

use super::{
    fields::Fields,
    selection::{Selected, Selection},
    store::Paper,
    usage::Use,
};
use crate::{
    printed::{Printed, channel, day, stamp},
    regime::{
        Regime,
        papers::{FieldRule, Form, PaperRule},
    },
};

/// A paper for programs.
#[derive(Serialize)]
pub struct Line<'l> {
    paper: i64,
    kind: &'l str,
    title: &'l str,
    title_en: Cow<'l, str>,
    clause: &'l str,
    of: &'l str,
    day: Date,
    fields: &'l Fields,
    sha256: &'l str,
    follows: Option<i64>,
    duty: &'l str,
    entered_at: Timestamp,
    entered_by: &'l str,
    ended_on: Option<Date>,
    entry: i64,
}

/// A kind of paper for programs.
#[derive(Serialize)]
pub struct KindLine<'l> {
    kind: &'l str,
    title: &'l str,
    title_en: Cow<'l, str>,
    clause: &'l str,
    of: &'l str,
    by: &'l str,
    fields: Vec<String>,
    file: bool,
    follows: Option<&'l str>,
    raises: Option<&'l str>,
    stands: bool,
}

/// A paper for programs.
pub fn line<'l>(paper: &'l Paper, regime: &'l Regime) -> Line<'l> {
    let rule = regime.paper(&paper.kind);
    Line {
        paper: paper.number,
        kind: &paper.kind,
        title: rule.map_or("", |rule| &rule.title),
        title_en: rule.map_or(Cow::Borrowed(""), |rule| rule.said(Language::En)),
        clause: rule.map_or("", |rule| &rule.clause),
        of: &paper.of,
        day: paper.day,
        fields: &paper.fields,
        sha256: &paper.sha256,
        follows: paper.follows,
        duty: &paper.duty,
        entered_at: paper.entered_at,
        entered_by: &paper.entered_by,
        ended_on: paper.ended_on,
        entry: paper.entry,
    }
}

/// Papers for people; days as readers of `language` write them.
pub fn table(papers: &[Paper], regime: &Regime, language: Language) -> Printed<12> {
    let row = |paper: &Paper| {
        let rule = regime.paper(&paper.kind);
        let said: Vec<String> = paper
            .fields
            .iter()
            .map(|(name, value)| {
                let field = rule.and_then(|rule| rule.field(name));
                match (language, field) {
                    (Language::ZhTw, Some(field)) => format!("{}：{value}", field.title),
                    _ => format!("{name}={value}"),
                }
            })
            .collect();
        [
            paper.number.to_string(),
            day(paper.day, language),
            paper.of.clone(),
            match (language, rule) {
                (Language::ZhTw, Some(rule)) => rule.title.clone(),
                _ => paper.kind.clone(),
            },
            said.join(match language {
                Language::En => "; ",
                Language::ZhTw => "；",
            }),
            paper
                .follows
                .map_or_else(String::new, |number| number.to_string()),
            paper.duty.clone(),
            paper
                .ended_on
                .map_or_else(String::new, |ended| day(ended, language)),
            paper.entered_by.clone(),
            stamp(paper.entered_at, language),
            paper.entry.to_string(),
            paper.sha256.clone(),
        ]
    };
    Printed {
        columns: [
            ["paper", "Paper", "序號"],
            ["day", "Day", "日期"],
            ["of", "Of", "機構"],
            ["kind", "Kind", "文件"],
            ["fields", "Says", "內容"],
            ["follows", "Follows", "承接"],
            ["duty", "Duty", "待辦事項"],
            ["ended_on", "Done on", "結案日"],
            ["entered_by", "Entered by", "登錄人"],
            ["entered_at", "Entered at", "登錄時間"],
            ["entry", "Entry", "軌跡序號"],
            ["sha256", "SHA-256", "SHA-256"],
        ],
        lines: papers.iter().map(row).collect(),
    }
}

/// The kinds there are, for programs.
pub fn kind_lines(regime: &Regime) -> Vec<KindLine<'_>> {
    let line = |rule| {
        let rule: &PaperRule = rule;
        KindLine {
            kind: &rule.id,
            title: &rule.title,
            title_en: rule.said(Language::En),
            clause: &rule.clause,
            of: &rule.of,
            by: &rule.by,
            fields: rule.fields.iter().map(asked).collect(),
            file: rule.file,
            follows: rule.follows.as_deref(),
            raises: rule.raises.as_deref(),
            stands: rule.stands,
        }
    };
    regime.papers.iter().map(line).collect()
}

/// The kinds there are, for people.
pub fn kinds(regime: &Regime, language: Language) -> Printed<9> {
    let row = |rule: &PaperRule| {
        let fields: Vec<String> = rule.fields.iter().map(asked).collect();
        let by = regime.roles.iter().find(|role| role.id == rule.by);
        [
            rule.id.clone(),
            rule.said(language).into_owned(),
            rule.clause.clone(),
            rule.of.clone(),
            match (language, by) {
                (Language::ZhTw, Some(role)) => role.title.clone(),
                _ => rule.by.clone(),
            },
            fields.join(" "),
            if rule.file { "Y".into() } else { String::new() },
            rule.follows.clone().unwrap_or_default(),
            rule.raises.clone().unwrap_or_default(),
        ]
    };
    Printed {
        columns: [
            ["kind", "Kind", "種類"],
            ["title", "Title", "文件"],
            ["clause", "Clause", "條款"],
            ["of", "Of", "機構"],
            ["by", "Entered by", "登錄人員"],
            ["fields", "Fields", "欄位"],
            ["file", "File", "附件"],
            ["follows", "Follows", "承接"],
            ["raises", "Raises", "待辦事項"],
        ],
        lines: regime.papers.iter().map(row).collect(),
    }
}

/// The use of the link, for people.
pub fn usage(uses: &[Use], language: Language) -> Printed<4> {
    let row = |used: &Use| {
        [
            used.member.clone(),
            used.name.clone(),
            used.queries.to_string(),
            used.last_query.map_or_else(String::new, |at| stamp(at, language)),
        ]
    };
    Printed {
        columns: [
            ["member", "Member", "機構"],
            ["name", "Name", "名稱"],
            ["queries", "Queries", "查詢筆數"],
            ["last_query", "Last query", "最後查詢"],
        ],
        lines: uses.iter().map(row).collect(),
    }
}

/// The consents that a member is asked to show.
pub fn selection(selection: &Selection, language: Language) -> Printed<7> {
    let row = |(place, selected): (usize, &Selected)| {
        [
            (place + 1).to_string(),
            selected.consent_ref.clone(),
            channel(selected.channel, language).to_owned(),
            selected.form.clone(),
            selected.version.clone(),
            stamp(selected.consented_at, language),
            selected.asked_for.clone(),
        ]
    };
    Printed {
        columns: [
            ["place", "No.", "序號"],
            ["consent_ref", "Consent", "同意書編號"],
            ["channel", "Channel", "方式"],
            ["form", "Form", "授權書"],
            ["version", "Version", "版次"],
            ["consented_at", "Given at", "同意時間"],
            ["asked_for", "Asked for", "應提供佐證"],
        ],
        lines: selection.drawn.iter().enumerate().map(row).collect(),
    }
}

/// A field and what it takes: `mail_no`, `querier:account(querier)`, `country:TW`.
fn asked(field: &FieldRule) -> String {
    let name = &field.name;
    match (field.form, &field.role) {
        (Form::Text, _) => name.clone(),
        (Form::Number, _) => format!("{name}:number"),
        (Form::Day, _) => format!("{name}:day"),
        (Form::Choice, _) => format!("{name}:{}", field.one_of.join("|")),
        (Form::Recipient, _) => format!("{name}:recipient"),
        (Form::Account, None) => format!("{name}:account"),
        (Form::Account, Some(role)) => format!("{name}:account({role})"),
    }
}
