//! Weekly sheets (查詢紀錄單): their list, one with its lines, signing and approving it, and its files (六(一)6, 九(三)1). *Edge.*

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::Uri,
    routing::{get, post},
};
use mayfly_consent::Language;

use super::{
    form::{self as forms, Form},
    frame::{Frame, RECORD_READERS},
    page::{self, Answer},
    reader::Reader,
    table::Table,
};
use crate::{
    error::Error,
    http::{door::Shared, problem::Problem},
    printed::{day, instant, of},
    sheet::{
        form,
        report::{LINES_MAX, Marked, Report},
        sign,
        store::Wanted,
        taken::{self, Format},
        waiting, week_of,
    },
};

/// The pages of sheets.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sheets", get(list))
        .route("/sheets/{number}", get(show))
        .route("/sheets/{number}/sign", post(put_seal))
        .route("/sheets/{number}/approve", post(approve))
        .route("/sheets/{number}/print", get(print))
        .route("/sheets/{number}/{file}", get(download))
}

#[derive(Template)]
#[template(path = "sheets.html")]
struct Sheets<'a> {
    frame: &'a Frame,
    asked: &'a Asked,
    waiting: Table,
    table: Table,
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct Shown<'a> {
    frame: &'a Frame,
    number: i64,
    facts: Vec<(&'static str, String)>,
    to_sign: bool,
    to_approve: bool,
    is_overdue: bool,
    stops_from: Option<String>,
    more: bool,
    table: Table,
}

/// Which sheets are asked for.
struct Asked {
    week: String,
    open: String,
}

async fn list(State(door): State<Shared>, reader: Reader, uri: Uri) -> Answer {
    reader.member_who_may(&RECORD_READERS)?;
    let asked = Asked {
        week: forms::asked(&uri, "week"),
        open: forms::asked(&uri, "open"),
    };
    let week = match asked.week.as_str() {
        "" => None,
        text => Some(week_of(text)?),
    };
    let (holder, open) = (reader.holder(), !asked.open.is_empty());
    let listed = door.act(move |house| async move {
        let wanted = Wanted {
            week,
            open,
            ..Wanted::default()
        };
        waiting::seen_by(&house, &holder, wanted).await
    });
    let listed = listed.await?;
    let (waiting, others): (Vec<_>, Vec<_>) = listed
        .into_iter()
        .partition(|listed| listed.to_sign || listed.to_approve);
    let frame = &reader.frame;
    let table = |listed: Vec<waiting::Listed>| {
        let reports: Vec<Report> = listed.into_iter().map(|listed| listed.sheet).collect();
        let table = Table::of(&form::list(&reports, frame.language), frame.language);
        table.leading(|place| {
            let number = reports.get(place).map_or(0, |report| report.sheet);
            format!("/sheets/{number}")
        })
    };
    page::shown(&Sheets {
        frame,
        asked: &asked,
        waiting: table(waiting),
        table: table(others),
    })
}

async fn show(State(door): State<Shared>, reader: Reader, Path(number): Path<String>) -> Answer {
    let (number, holder) = (numbered(&reader, &number)?, reader.holder());
    let shown = door.act(move |house| async move { waiting::shown_to(&house, &holder, number).await });
    let waiting::Listed {
        sheet,
        to_sign,
        to_approve,
    } = shown.await?;
    let frame = &reader.frame;
    let language = frame.language;
    let lines = sheet.lines.as_deref().unwrap_or_default();
    let name = sheet.name.as_deref().unwrap_or_default();
    page::shown(&Shown {
        frame,
        number,
        facts: facts(&sheet, language),
        to_sign,
        to_approve,
        is_overdue: sheet.overdue,
        stops_from: sheet.stops_from.map(|on| day(on, language)),
        more: sheet.queries > LINES_MAX as u64,
        table: Table::of(&form::table(lines, name, language), language),
    })
}

fn facts(sheet: &Report, language: Language) -> Vec<(&'static str, String)> {
    let of = |en, zh| of(language, en, zh);
    let marked = |mark: &Option<Marked>| {
        mark.as_ref().map_or_else(
            || of("not yet", "尚未").to_owned(),
            |mark| {
                let entry = of("entry", "軌跡序號");
                format!(
                    "{}　{}　{entry} {}",
                    mark.by,
                    instant(mark.at, language),
                    mark.entry
                )
            },
        )
    };
    let name = sheet.name.as_deref().unwrap_or_default();
    let mut facts = vec![
        (of("Week", "週次"), sheet.week.clone()),
        (of("Querier", "查詢人員"), format!("{name}　{}", sheet.querier)),
        (of("Queries", "筆數"), sheet.queries.to_string()),
        (of("State", "狀態"), form::state(sheet.state, language).to_owned()),
        (of("Due", "應核章日"), day(sheet.due, language)),
        (of("Signed", "核章"), marked(&sheet.signed)),
        (of("Approved", "核定"), marked(&sheet.approved)),
        (
            of("Made", "產製"),
            format!(
                "{}　{} {}",
                instant(sheet.made_at, language),
                of("entry", "軌跡序號"),
                sheet.make_entry
            ),
        ),
        ("SHA-256", sheet.sha256.clone()),
    ];
    if !sheet.unit.is_empty() {
        facts.insert(2, (of("Unit", "單位"), sheet.unit.clone()));
    }
    facts
}

async fn put_seal(State(door): State<Shared>, reader: Reader, Path(number): Path<String>, _: Form) -> Answer {
    let (number, holder) = (numbered(&reader, &number)?, reader.holder());
    let done = door.act(move |house| async move {
        let sheet = waiting::numbered(&house, &holder, number).await?;
        sign::sign(&house, &sheet.name(), &holder.account)
            .await
            .map(|_| ())
    });
    done.await?;
    Ok(page::after(&format!("/sheets/{number}?done=sheet-signed")))
}

async fn approve(State(door): State<Shared>, reader: Reader, Path(number): Path<String>, _: Form) -> Answer {
    let (number, holder) = (numbered(&reader, &number)?, reader.holder());
    let done = door.act(move |house| async move {
        let sheet = waiting::numbered(&house, &holder, number).await?;
        sign::approve(&house, &sheet.name(), &holder.account)
            .await
            .map(|_| ())
    });
    done.await?;
    Ok(page::after(&format!("/sheets/{number}?done=sheet-approved")))
}

async fn print(State(door): State<Shared>, reader: Reader, Path(number): Path<String>) -> Answer {
    let number = numbered(&reader, &number)?;
    let html = take(&door, &reader, number, Format::Page).await?;
    let html = String::from_utf8(html).map_err(|_| Error::Bug("a page is no text"))?;
    page::paper(html)
}

async fn download(
    State(door): State<Shared>,
    reader: Reader,
    Path((number, file)): Path<(String, String)>,
) -> Answer {
    let (format, kind) = match file.as_str() {
        "sheet.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "sheet.xlsx" => (Format::Workbook, page::WORKBOOK),
        _ => return Err(Problem::no_such_path().into()),
    };
    let number = numbered(&reader, &number)?;
    let bytes = take(&door, &reader, number, format).await?;
    page::file(bytes, kind, &format!("sheet-{number}-{file}"))
}

async fn take(door: &Shared, reader: &Reader, number: i64, format: Format) -> crate::error::Result<Vec<u8>> {
    let holder = reader.holder();
    let taken = door.act(move |house| async move {
        let sheet = waiting::numbered(&house, &holder, number).await?;
        taken::take(&house, &sheet.name(), format, &holder.account).await
    });
    taken.await
}

/// The number of a sheet in a path, for whoever has such pages.
fn numbered(reader: &Reader, number: &str) -> Result<i64, super::fault::Fault> {
    reader.member_who_may(&RECORD_READERS)?;
    number.parse().map_err(|_| Problem::no_such_path().into())
}
