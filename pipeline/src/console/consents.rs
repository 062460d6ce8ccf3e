//! Consents (當事人同意): found by number or by person, never in an address; shown with the text agreed to; given an outcome. *Edge.*

use askama::Template;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
};
use crate::{
    consents::{
        find::{self, Found},
        outcome,
        show::{self, ShownConsent},
        view::View,
    },
    error::Error,
    http::door::Shared,
    ids, printed,
    regime::people::Right,
    subject::applicant,
};

#[derive(Template)]
#[template(path = "consents.html")]
struct Consents<'a> {
    frame: &'a Frame,
    /// What was found, once somebody looked.
    found: Option<Vec<Found>>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    frame: &'a Frame,
    shown: &'a ShownConsent,
    reference: &'a str,
    sha256: String,
    facts: Vec<(&'static str, String)>,
    /// Whether the reader may say what became of it.
    is_giver: bool,
}

/// The pages of consents.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/consents", get(page))
        .route("/consents/find", post(find))
        .route("/consents/show", post(show))
        .route("/consents/outcome", post(record))
}

async fn page(reader: Reader) -> Answer {
    page::shown(&Consents {
        frame: &reader.frame,
        found: None,
    })
}

async fn find(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let text = Zeroizing::new(format!("{}\n{}", fields.one("id")?, fields.one("birth")?));
    let who = applicant::parse(&text)?;
    let holder = reader.holder();
    let found = door.act(move |house| async move { find::by_subject(&house, &holder, &who).await });
    page::shown(&Consents {
        frame: &reader.frame,
        found: Some(found.await?),
    })
}

async fn show(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let reference = fields.one("reference")?.trim().to_owned();
    let (holder, wanted) = (reader.holder(), reference.clone());
    let shown = door.act(move |house| async move { show::show_to(&house, &holder, &wanted).await });
    let shown = shown.await?;
    let frame = &reader.frame;
    page::shown(&Consent {
        frame,
        reference: &reference,
        sha256: ids::hex(&shown.form.sha256),
        facts: facts(&shown, frame)?,
        is_giver: reader.may(Right::Query),
        shown: &shown,
    })
}

async fn record(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let field = |name| fields.one(name).map(|text| text.trim().to_owned());
    let (reference, word, day) = (field("reference")?, field("outcome")?, field("date")?);
    let holder = reader.holder();
    let recorded =
        door.act(
            move |house| async move { outcome::record_by(&house, &holder, &reference, (&word, &day)).await },
        );
    let recorded = recorded.await?;
    Ok(page::after(match (recorded.withdrawn, recorded.outcomes) {
        (0, 0) => "/consents?done=no-change",
        (0, _) => "/consents?done=recorded",
        _ => "/consents?done=withdrawn",
    }))
}

/// The facts of a consent, masked as everywhere.
fn facts(shown: &ShownConsent, frame: &Frame) -> Result<Vec<(&'static str, String)>, Error> {
    let view = serde_json::to_value(View::of(shown, false));
    let view = view.map_err(|_| Error::Bug("a consent has no JSON form"))?;
    let text = |name: &str| view.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    let instant = |name: &str| {
        let text = text(name);
        let at: Option<jiff::Timestamp> = text.parse().ok();
        at.map_or(text, |at| frame.instant(&at))
    };
    let lines = [
        (("identity number", "身分證號"), text("subject_id")),
        (("name", "姓名"), text("subject_name")),
        (("born", "出生日期"), text("birth_date")),
        (
            ("channel", "授權方式"),
            printed::channel(&text("consent_channel"), frame.language).to_owned(),
        ),
        (("given", "授權時間"), instant("consented_at")),
        (("from the address", "來源 IP"), text("consent_ip")),
        (("from the telephone", "來源電話"), text("consent_phone")),
        (("identity verified by", "身分驗證方式"), text("idv_method")),
        (("found", "驗證結果"), text("idv_result")),
        (("verified", "驗證時間"), instant("idv_at")),
        (("number of the check", "驗證序號"), text("idv_ref")),
        (("registered", "登錄時間"), instant("registered_at")),
        (("withdrawn", "撤回時間"), instant("withdrawn_at")),
        (("outcome", "授信結果"), became(shown, frame)),
        (("kept until", "保存至"), kept(shown, frame)),
    ];
    let name = |(en, zh)| match frame.is_chinese() {
        true => zh,
        false => en,
    };
    Ok(lines.map(|(names, value)| (name(names), value)).into())
}

fn became(shown: &ShownConsent, frame: &Frame) -> String {
    let Some((word, day)) = &shown.outcome else {
        return frame.say("not known yet", "尚未得知").to_owned();
    };
    let word = match word.as_str() {
        "granted" => frame.say("granted, ends", "核准授信，結束日"),
        "refused" => frame.say("refused", "未核准"),
        _ => frame.say("withdrawn", "撤回"),
    };
    let day = day.parse().map_or_else(|_| day.clone(), |day| frame.day(&day));
    format!("{word} {day}")
}

fn kept(shown: &ShownConsent, frame: &Frame) -> String {
    match &shown.kept {
        mayfly_consent::Retention::Until(day) => frame.day(day),
        mayfly_consent::Retention::Open => frame
            .say("open: the outcome is not known yet", "未定：授信結果尚未得知")
            .to_owned(),
    }
}
