//! The reviewer's desk: one record of a sample with all there is to judge it by, the verdict, and the next (D8). *Edge.*

use askama::Template;
use axum::extract::{Path, State};
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
    samples::of_path,
};
use crate::{
    app::House,
    audit::{
        Month,
        review::{
            item::{self, Facts, Shown, Verdict},
            state,
            verdict::{self, Said},
        },
    },
    consents::{show::ShownConsent, view::View},
    error::Result,
    http::{door::Shared, problem::Problem},
    ids,
    printed::{instant, of, outcome},
    regime,
};

#[derive(Template)]
#[template(path = "item.html")]
struct Page<'a> {
    frame: &'a Frame,
    month: String,
    place: u64,
    size: u64,
    left: usize,
    desk: Desk,
    remark: String,
    refused: Option<Told>,
}

type Named = Vec<(&'static str, String)>;

/// A record as it lies on the desk.
struct Desk {
    is_proven: bool,
    had_right: bool,
    request: Named,
    approval: Named,
    record: Named,
    consent: Option<Consent>,
    verdicts: Vec<(String, String, String, String)>,
    /// Verdicts there are: word, title, key.
    choices: Vec<(String, String, usize)>,
    /// Reasons: word, title, whether it is ticked.
    reasons: Vec<(String, String, bool)>,
}

struct Consent {
    facts: Named,
    title: String,
    text: String,
}

/// A record.
pub(super) async fn page(
    State(door): State<Shared>,
    reader: Reader,
    Path((month, place)): Path<(String, String)>,
) -> Answer {
    let (month, place) = (of_path(&reader, &month)?, number(&place)?);
    with(&door, &reader, (month, place), None).await
}

/// A verdict on it; then the next that has none of the reader's.
pub(super) async fn judge(
    State(door): State<Shared>,
    reader: Reader,
    Path((month, place)): Path<(String, String)>,
    Form(fields): Form,
) -> Answer {
    let (month, place) = (of_path(&reader, &month)?, number(&place)?);
    let said = || -> std::result::Result<Said, Fault> {
        Ok(Said {
            verdict: fields.one("verdict")?.to_owned(),
            reasons: fields.all("reason").map(str::to_owned).collect(),
            remark: fields.one("remark")?.trim().to_owned(),
        })
    };
    let (given, holder) = (said()?, reader.holder());
    let next = door.act(move |house| async move {
        let of = (holder.at.as_str(), month);
        verdict::give(&house, of, place, given, &holder.account).await?;
        let left = state::of(&house, of, &holder.account).await?.left;
        let after = left.iter().find(|other| **other > place);
        Ok(after.or(left.first()).copied())
    });
    match next.await {
        Ok(Some(next)) => Ok(page::after(&format!("/audit/{month}/{next}?done=verdict"))),
        Ok(None) => Ok(page::after(&format!("/audit/{month}?done=verdict"))),
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            with(&door, &reader, (month, place), Some((said()?, told))).await
        }
    }
}

/// The page of a record, with what was said of it and refused.
async fn with(
    door: &Shared,
    reader: &Reader,
    (month, place): (Month, u64),
    refused: Option<(Said, Told)>,
) -> Answer {
    let (holder, language) = (reader.holder(), reader.frame.language);
    let (said, told) = refused.unzip();
    let ticked = said.as_ref().map_or_else(Vec::new, |said| said.reasons.clone());
    let opened = door.act(move |house| async move {
        let of = (holder.at.as_str(), month);
        let shown = item::open(&house, of, place, &holder.account).await?;
        let left = state::of(&house, of, &holder.account).await?.left.len();
        let size = shown.facts.place.1;
        Ok((Desk::of(&house, shown, &ticked, language)?, size, left))
    });
    let (desk, size, left) = opened.await?;
    let status = told.as_ref().map(|told| told.status);
    let view = Page {
        frame: &reader.frame,
        month: month.to_string(),
        place,
        size,
        left,
        desk,
        remark: said.map_or_else(String::new, |said| said.remark),
        refused: told,
    };
    match status {
        Some(status) => page::with(status, &view),
        None => page::shown(&view),
    }
}

impl Desk {
    fn of(house: &House, shown: Shown, ticked: &[String], language: Language) -> Result<Self> {
        let rules = house.regime.reviews()?;
        let titles = &rules.titles.value;
        let named = |word: &String| (word.clone(), regime::word(titles, word, language));
        let facts = &shown.facts;
        let choices = rules.verdicts.value.iter().zip(1..);
        let said = |verdict: &Verdict| {
            let reasons: Vec<String> = (verdict.reasons.iter())
                .map(|reason| regime::word(titles, reason, language))
                .collect();
            (
                regime::word(titles, &verdict.verdict, language),
                reasons.join(of(language, ", ", "、")),
                verdict.remark.clone(),
                format!("{}　{}", verdict.by, instant(verdict.given_at, language)),
            )
        };
        Ok(Self {
            is_proven: facts.proven,
            had_right: facts.approval.had_right,
            request: request(facts, language),
            approval: approval(facts, language),
            record: record(facts, language),
            consent: shown
                .consent
                .as_ref()
                .map(|consent| Consent::of(consent, language)),
            verdicts: facts.verdicts.iter().map(said).collect(),
            choices: choices
                .map(|(word, key)| {
                    let (word, title) = named(word);
                    (word, title, key)
                })
                .collect(),
            reasons: (rules.reasons.value.iter())
                .map(|reason| {
                    let (word, title) = named(reason);
                    (word, title, ticked.contains(reason))
                })
                .collect(),
        })
    }
}

fn request(facts: &Facts, language: Language) -> Named {
    let name = |en, zh| of(language, en, zh);
    let request = &facts.request;
    let [number, subject, born] = &request.subject;
    let asked = format!("{}T{}", request.asked_at.0, request.asked_at.1);
    vec![
        (name("Subject", "當事人"), format!("{number}　{subject}")),
        (name("Born", "出生"), born.clone()),
        (name("Case", "案號"), request.case_no.clone()),
        (
            name("Reason", "事由"),
            format!("{} {}", request.reason.0, request.reason.1),
        ),
        (name("Item", "作業代號"), request.operation.clone()),
        (
            name("Querier", "查詢人員"),
            format!("{}　{}", request.querier.1, request.querier.0),
        ),
        (name("Asked at", "查詢時間"), local(&asked, language)),
        ("IP", request.ip.clone()),
        (
            name("File", "批次檔"),
            format!("{}　{} {}", request.batch.0, name("line", "行"), request.batch.1),
        ),
    ]
}

fn approval(facts: &Facts, language: Language) -> Named {
    let name = |en, zh| of(language, en, zh);
    let approval = &facts.approval;
    let (account, person, level) = &approval.approver;
    vec![
        (name("Approver", "核准人員"), format!("{person}　{account}")),
        (name("Level", "職級"), level.clone()),
        (
            name("Approved at", "核准時間"),
            local(&approval.approved_at, language),
        ),
        (
            name("Before the query", "早於查詢"),
            approval.seconds_before.map_or_else(String::new, |seconds| {
                let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
                match language {
                    Language::En => format!("{hours} h {minutes} min {seconds} s"),
                    Language::ZhTw => format!("{hours} 小時 {minutes} 分 {seconds} 秒"),
                }
            }),
        ),
    ]
}

fn record(facts: &Facts, language: Language) -> Named {
    let name = |en, zh| of(language, en, zh);
    let answer = &facts.answer;
    let mut lines = vec![
        (name("Query", "查詢編號"), facts.query.clone()),
        (name("Journal entry", "軌跡序號"), facts.entry.to_string()),
        (
            name("Outcome", "結果"),
            outcome(answer.outcome, language).to_owned(),
        ),
        (
            name("Answer arrived", "回覆時間"),
            answer
                .obtained_at
                .map_or_else(String::new, |at| instant(at, language)),
        ),
        (
            name("The answer", "回覆資料"),
            match answer.exists {
                true => name("still there; not shown here", "尚存，此處不予顯示"),
                false => name("not there any more", "已不存在"),
            }
            .to_owned(),
        ),
    ];
    for (what, at) in &answer.handed_out {
        let what = match *what {
            "delivered" => name("Delivered", "交付"),
            _ => name("Read", "閱覽"),
        };
        lines.push((what, instant(*at, language)));
    }
    lines
}

impl Consent {
    fn of(shown: &ShownConsent, language: Language) -> Self {
        let reference = shown.claim.consent_ref.clone().unwrap_or_default();
        let form = &shown.form;
        let mut facts = vec![(of(language, "Consent", "授權編號"), reference)];
        facts.extend(View::of(shown, false).facts(language));
        facts.push(("SHA-256", ids::hex(&form.sha256)));
        Self {
            facts,
            title: format!("{} {} {}", form.id, form.version, form.title),
            text: form.text.trim_end().to_owned(),
        }
    }
}

/// An instant as the clock in Taipei shows it (D22), whichever way the record spells it.
fn local(text: &str, language: Language) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), |at| instant(at, language))
}

fn number(place: &str) -> std::result::Result<u64, Fault> {
    place.parse().map_err(|_| Problem::no_such_path().into())
}
