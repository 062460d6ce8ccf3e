//! The monthly self-audit (抽核): its samples, drawing one, who reviews it, how it was drawn, its signature and report (九(三)2(1), D8, D9). *Edge.*

use std::{path::PathBuf, sync::Arc};

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::{AUDITORS, Frame},
    item,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    taken::taken,
};
use crate::{
    app::House,
    audit::{
        self, Month,
        drawing::{self, Given},
        form,
        here::{self, Again},
        month_of,
        report::{self, Report},
        review::{
            name,
            page::html,
            paper,
            report::{self as reviews, Review},
            sign,
            state::{self, State as Progress},
        },
    },
    error::Result,
    http::{door::Shared, problem::Problem},
    printed::{instant, of},
    regime::people::Right,
};

/// The pages of samples.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/audit", get(list))
        .route("/audit/{month}", get(show))
        .route("/audit/{month}/draw", post(draw))
        .route("/audit/{month}/name", post(name_reviewer))
        .route("/audit/{month}/verify", post(verify))
        .route("/audit/{month}/draft", post(draft))
        .route("/audit/{month}/sign", post(sign_off))
        .route("/audit/{month}/export", post(export))
        .route("/audit/{month}/report/{file}", get(paper_of))
        .route("/audit/{month}/{place}", get(item::page).post(item::judge))
}

#[derive(Template)]
#[template(path = "samples.html")]
struct Samples<'a> {
    frame: &'a Frame,
    table: Table,
}

#[derive(Template)]
#[template(path = "sample.html")]
struct Shown<'a> {
    frame: &'a Frame,
    month: String,
    sample: Sample,
    is_reviewer: bool,
    is_head: bool,
    refused: Option<Told>,
    again: Option<Drawn>,
}

/// A sample for one reader.
struct Sample {
    report: Report,
    facts: Vec<(&'static str, String)>,
    chances: Vec<(String, u64, String)>,
    progress: Option<Progress>,
    signed: Option<String>,
    /// Whether the reader was named to draw and review it.
    is_named: bool,
}

/// How it was drawn, and what holds of it.
struct Drawn {
    facts: Vec<(&'static str, String)>,
    checkpoints: Vec<String>,
    acts: Vec<(String, u64, String)>,
    again: Again,
}

async fn list(State(door): State<Shared>, reader: Reader) -> Answer {
    let member = reader.member_who_may(&AUDITORS)?;
    let reports = door.act(move |house| async move { report::of_member(&house, &member).await });
    let reports = reports.await?;
    let frame = &reader.frame;
    let table = Table::of(&form::list(&reports, frame.language), frame.language);
    page::shown(&Samples {
        frame,
        table: table.leading(|place| {
            let month = reports.get(place).map_or("", |report| &report.month);
            format!("/audit/{month}")
        }),
    })
}

async fn show(State(door): State<Shared>, reader: Reader, Path(month): Path<String>) -> Answer {
    let month = of_path(&reader, &month)?;
    with(&door, &reader, month, None, None).await
}

/// The page of a sample, with what was refused there, or with how it was drawn.
async fn with(
    door: &Shared,
    reader: &Reader,
    month: Month,
    refused: Option<Told>,
    again: Option<Drawn>,
) -> Answer {
    let (holder, language) = (reader.holder(), reader.frame.language);
    let reviews = reader.may(Right::Review);
    let sample = door.act(move |house| async move {
        let account = reviews.then_some(holder.account.as_str());
        read(&house, (&holder.at, month), account, language).await
    });
    let status = refused.as_ref().map(|told| told.status);
    let view = Shown {
        frame: &reader.frame,
        month: month.to_string(),
        sample: sample.await?,
        is_reviewer: reviews,
        is_head: reader.may(Right::SignOff),
        refused,
        again,
    };
    match status {
        Some(status) => page::with(status, &view),
        None => page::shown(&view),
    }
}

async fn read(
    house: &House,
    (member, month): (&str, Month),
    reviewer: Option<&str>,
    language: Language,
) -> Result<Sample> {
    let report = report::show(house, member, month, None).await?;
    let is_drawn = report.state == "drawn";
    let progress = match reviewer.filter(|_| is_drawn) {
        None => None,
        Some(account) => match state::of(house, (member, month), account).await {
            // Who was not named is told so, and has the page otherwise.
            Err(error) if ["REVIEW-UNNAMED", "REVIEW-OPEN"].contains(&error.code()) => None,
            progress => Some(progress?),
        },
    };
    let signed = sign::signed_by(house, member, month).await?;
    let named = name::named(house, member, month).await?;
    let tenths = |per_mille: u64| format!("{}.{} %", per_mille / 10, per_mille % 10);
    let chances = report.chances.iter();
    Ok(Sample {
        facts: form::facts(&report, language),
        chances: chances
            .map(|chance| {
                (
                    tenths(chance.per_mille),
                    chance.misused,
                    tenths(chance.finds_per_mille),
                )
            })
            .collect(),
        progress,
        is_named: named.iter().any(|(account, _)| reviewer == Some(account)),
        signed: signed.map(|(account, at)| format!("{account}　{}", instant(at, language))),
        report,
    })
}

async fn draw(
    State(door): State<Shared>,
    reader: Reader,
    Path(month): Path<String>,
    Form(fields): Form,
) -> Answer {
    let of = of_path(&reader, &month)?;
    let value = fields.one("value")?.trim().to_owned();
    let holder = reader.holder();
    let drawn = door.act(move |house| async move {
        let given = Given {
            reviewer: &holder.account,
            named_by: None,
            value: &value,
        };
        drawing::draw(&house, &holder.at, of, &given).await.map(|_| ())
    });
    done(&door, &reader, of, drawn.await, "drawn").await
}

async fn name_reviewer(
    State(door): State<Shared>,
    reader: Reader,
    Path(month): Path<String>,
    Form(fields): Form,
) -> Answer {
    let of = of_path(&reader, &month)?;
    let (account, holder) = (fields.one("account")?.trim().to_owned(), reader.holder());
    let named = door
        .act(move |house| async move { name::name(&house, &holder.at, of, &account, &holder.account).await });
    done(&door, &reader, of, named.await, "named").await
}

/// What a unit head reads before signing it off: the report as it is printed, which says that it is not signed.
async fn draft(State(door): State<Shared>, reader: Reader, Path(month): Path<String>, _: Form) -> Answer {
    let (of, holder) = (of_path(&reader, &month)?, reader.holder());
    let review = door
        .act(move |house| async move { reviews::read_draft(&house, &holder.at, of, &holder.account).await });
    match review.await {
        Ok(review) => page::paper(html(&review, reader.frame.language)),
        Err(error) => done(&door, &reader, of, Err(error), "").await,
    }
}

async fn sign_off(State(door): State<Shared>, reader: Reader, Path(month): Path<String>, _: Form) -> Answer {
    let (of, holder) = (of_path(&reader, &month)?, reader.holder());
    let signed = door.act(move |house| async move {
        sign::sign_off(&house, &holder.at, of, &holder.account)
            .await
            .map(|_| ())
    });
    done(&door, &reader, of, signed.await, "signed-off").await
}

/// Back to the sample: with what was done, or with why it was not.
async fn done(door: &Shared, reader: &Reader, month: Month, done: Result<()>, word: &str) -> Answer {
    match done {
        Ok(()) => Ok(page::after(&format!("/audit/{month}?done={word}"))),
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            with(door, reader, month, Some(told), None).await
        }
    }
}

async fn verify(State(door): State<Shared>, reader: Reader, Path(month): Path<String>, _: Form) -> Answer {
    let (of, by) = (of_path(&reader, &month)?, placed(&reader));
    let member = reader.member()?;
    let again = door.act(move |house| async move { here::again(&house, &member, of, &by).await });
    match again.await {
        Ok(again) => {
            let drawn = Drawn::of(again, reader.frame.language);
            with(&door, &reader, of, None, Some(drawn)).await
        }
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            with(&door, &reader, of, Some(told), None).await
        }
    }
}

/// The sample as a folder that anybody verifies.
async fn export(State(door): State<Shared>, reader: Reader, Path(month): Path<String>, _: Form) -> Answer {
    let (of, by) = (of_path(&reader, &month)?, placed(&reader));
    let member = reader.member()?;
    let write = move |house: Arc<House>, folder: PathBuf| async move {
        audit::export::export(&house, &member, of, &folder, &by).await?;
        Ok(())
    };
    taken(&door, format!("sample-{of}"), write).await
}

impl Drawn {
    fn of(again: Again, language: Language) -> Self {
        let name = |en, zh| of(language, en, zh);
        let by = match &again.named_by {
            Some(named_by) => format!("{}（{} {named_by}）", again.by, name("named by", "指定人")),
            None => again.by.clone(),
        };
        let reviewers = again.reviewer.clone();
        let none = || name("none: the next checkpoint took its place", "無，以下一檢查點代之").to_owned();
        let facts = vec![
            (name("Drawn by", "抽樣人員"), by),
            (name("The bureau's value", "管理機構之數值"), again.bureau.clone()),
            (
                name("The reviewer's value", "抽核人員之數值"),
                reviewers.unwrap_or_else(none),
            ),
            (name("Seed", "亂數種子"), again.seed.clone()),
        ];
        let acts = again.acts.iter();
        let word = |act: &str| match act {
            "commit" => name("the bureau committed to its value", "管理機構承諾數值"),
            "freeze" => name("the month was frozen", "凍結當月紀錄"),
            "announce" => name("a draw without a reviewer was announced", "公告逕行抽樣"),
            "draw" => name("the sample was drawn", "抽出樣本"),
            _ => name("the sample was made larger", "擴大樣本"),
        };
        Self {
            facts,
            checkpoints: [Some(again.checkpoint.clone()), again.next_checkpoint.clone()]
                .into_iter()
                .flatten()
                .collect(),
            acts: acts
                .map(|(act, entry, at)| (word(act).to_owned(), *entry, instant(*at, language)))
                .collect(),
            again,
        }
    }
}

/// The report of a signed review: to print, as a workbook, as CSV, as text.
async fn paper_of(
    State(door): State<Shared>,
    reader: Reader,
    Path((month, file)): Path<(String, String)>,
) -> Answer {
    let answer: fn(&Review, Language, &str) -> Answer = match file.as_str() {
        "print" => |review, language, _| page::paper(html(review, language)),
        "review.xlsx" => |review, language, name| {
            let bytes = reviews::book(review, language)?.bytes()?;
            page::file(bytes, page::WORKBOOK, name)
        },
        "records.csv" => |review, language, name| csv(paper::records(review, language).csv(), name),
        "findings.csv" => |review, language, name| csv(paper::findings(review, language).csv(), name),
        "review.txt" => |review, language, name| {
            page::file(
                paper::text(review, language).into_bytes(),
                "text/plain; charset=utf-8",
                name,
            )
        },
        _ => return Err(Problem::no_such_path().into()),
    };
    let (of, by) = (of_path(&reader, &month)?, placed(&reader));
    let member = reader.member()?;
    let review = door.act(move |house| async move { reviews::read(&house, &member, of, &by).await });
    let review = review.await?;
    let response: Response = answer(&review, reader.frame.language, &format!("{of}-{file}"))?;
    Ok(response)
}

fn csv(text: String, name: &str) -> Answer {
    page::file(text.into_bytes(), "text/csv; charset=utf-8", name)
}

/// The month in a path, for whoever has such pages.
pub(super) fn of_path(reader: &Reader, month: &str) -> std::result::Result<Month, Fault> {
    reader.member_who_may(&AUDITORS)?;
    Ok(month_of(month)?)
}

/// `PLACE/ACCOUNT` of the reader.
fn placed(reader: &Reader) -> String {
    let holder = reader.holder();
    format!("{}/{}", holder.at, holder.account)
}
