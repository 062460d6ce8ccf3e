//! A file is checked, approval of it is applied for, and it is handed in: three forms, each a step of its own. *Edge.*

use std::path::Path;

use askama::Template;
use axum::{extract::State, response::IntoResponse};
use mayfly_consent::day::taipei_day;

use super::upload::Upload;
use crate::{
    approval::{Step, waiting},
    console::{
        fault::Fault,
        form::{Fields, Form},
        frame::Frame,
        page::{self, Answer},
        reader::Reader,
        table::{Cell, Table},
    },
    delivery::rejects::message,
    error::Error,
    http::{ask::Caller, door::Shared, problem::Problem},
    ids,
    intake::{BatchName, Encoding},
    regime::people::{Act, Right},
    run::{
        accept::{Second, Source, Submission, accept},
        approve::{self, Whole},
        check::{self, Checked},
        hands,
    },
};

#[derive(Template)]
#[template(path = "checked.html")]
struct Preview<'a> {
    frame: &'a Frame,
    batch: String,
    encoding: &'static str,
    sha256: String,
    checked: &'a Checked,
    /// How often each code applies.
    codes: Table,
    /// Every problem by its line.
    problems: Table,
    /// Whether the reader may hand it in.
    is_giver: bool,
    /// Whether another person has to approve it.
    needs_approval: bool,
    /// The approval of exactly this file that waits for the reader.
    waiting: Option<i64>,
}

/// Says all that is wrong with a file. Nothing of it is kept.
pub(super) async fn check(State(door): State<Shared>, reader: Reader, upload: Upload) -> Answer {
    let name = name(&reader, &upload)?;
    let encoding = encoding(&upload.fields)?;
    let (batch, holder) = (name.to_string(), reader.holder());
    let subject = batch.clone();
    let found = upload.pass_on(&door, move |house, mut coming| async move {
        hands::check_looker(&house, &holder, &name).await?;
        let checked = check::check(&house, &mut coming, &name, encoding).await?;
        let sha256 = ids::hex(&checked.sha256);
        let mut waits = None;
        for approval in waiting::for_decision(&house, &holder).await? {
            if approval.act == Act::Batch && approval.subject == subject {
                let (approval, bound) = approve::told(&house, &holder, approval.number).await?;
                if bound.sha256 == sha256 {
                    waits = Some(approval.number);
                }
            }
        }
        Ok((checked, waits, house.regime.second_person(Act::Batch).is_some()))
    });
    let (checked, waiting, needs_approval) = found.await?;
    let frame = &reader.frame;
    page::shown(&Preview {
        frame,
        batch,
        encoding: encoding.name(),
        sha256: ids::hex(&checked.sha256),
        codes: codes(&checked, frame),
        problems: problems(&checked, frame),
        checked: &checked,
        is_giver: reader.may(Right::Query),
        needs_approval,
        waiting,
    })
}

/// Applies for the approval of a file that was checked. What it says of the file is held against the file when it is handed in.
pub(super) async fn apply(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let name = BatchName::parse(fields.one("batch")?).map_err(Error::File)?;
    let encoding = encoding(&fields)?;
    let sha256 = ids::unhex(fields.one("sha256")?).and_then(|bytes| bytes.try_into().ok());
    let sha256 = sha256.ok_or_else(Problem::no_form)?;
    let rows = fields.one("rows")?.parse().map_err(|_| Problem::no_form())?;
    let holder = reader.holder();
    let applied = door.act(move |house| async move {
        let whole = Whole {
            name: &name,
            encoding,
            sha256,
            rows,
        };
        approve::apply(&house, &holder, &whole).await
    });
    match applied.await? {
        Step::Applied(_) => Ok(page::after("/batches?done=file-applied")),
        Step::Done(()) => Ok(page::after("/batches")),
    }
}

/// Takes a file in.
pub(super) async fn hand_in(
    State(door): State<Shared>,
    reader: Reader,
    Caller(address): Caller,
    upload: Upload,
) -> Answer {
    let name = name(&reader, &upload)?;
    let encoding = encoding(&upload.fields)?;
    let approval = match upload.fields.maybe("approval").unwrap_or("") {
        "" => None,
        number => Some(number.parse().map_err(|_| Problem::no_form())?),
    };
    let (holder, batch) = (reader.holder(), name.to_string());
    let taken = upload.pass_on(&door, move |house, mut coming| async move {
        hands::check_giver(&house, &holder, &name).await?;
        let submission = Submission {
            source: Source::Stream(&mut coming),
            name,
            encoding,
            submitter: &holder.account,
            submitter_ip: &address.to_string(),
            second: Second::Whole(approval),
        };
        accept(&house, submission).await
    });
    let done = match taken.await?.known {
        true => "known",
        false => "handed-in",
    };
    Ok(page::after(&format!("/batches/{batch}?done={done}")).into_response())
}

/// The batch that a file is: as it is typed, or as the file is named.
fn name(reader: &Reader, upload: &Upload) -> Result<BatchName, Fault> {
    let typed = upload.fields.maybe("batch").unwrap_or("").trim();
    let file = Path::new(&upload.file_name);
    let stem = upload.file_name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let named = match typed {
        "" => BatchName::parse(stem),
        typed => BatchName::parse(typed).or_else(|_| {
            let today = taipei_day(reader.frame.now);
            BatchName::resolve(file, Some(&reader.holder().at), Some(typed), today)
        }),
    };
    Ok(named.map_err(Error::File)?)
}

fn encoding(fields: &Fields) -> Result<Encoding, Fault> {
    Encoding::parse(fields.one("encoding")?).ok_or_else(|| Problem::no_form().into())
}

fn codes(checked: &Checked, frame: &Frame) -> Table {
    let line = |(code, rows): &(mayfly_consent::Code, i64)| {
        [
            code.as_str().to_owned(),
            rows.to_string(),
            message(*code, frame.language),
        ]
    };
    Table {
        columns: vec![
            frame.say("code", "代碼"),
            frame.say("rows", "列數"),
            frame.say("what is wrong, and what to do", "說明及處理方式"),
        ],
        lines: checked.codes.values().map(|code| cells(line(code))).collect(),
    }
}

fn problems(checked: &Checked, frame: &Frame) -> Table {
    let line = |problem: &check::Problem| {
        [
            problem.line.to_string(),
            problem.column.to_owned(),
            problem.code.as_str().to_owned(),
            problem.code.sentence(frame.language).to_owned(),
        ]
    };
    Table {
        columns: vec![
            frame.say("line", "行號"),
            frame.say("column", "欄位"),
            frame.say("code", "代碼"),
            frame.say("what is wrong", "說明"),
        ],
        lines: checked
            .problems
            .iter()
            .map(|problem| cells(line(problem)))
            .collect(),
    }
}

/// Cells that lead nowhere.
pub(super) fn cells<const N: usize>(texts: [String; N]) -> Vec<Cell> {
    texts.map(|text| Cell { text, link: None }).into_iter().collect()
}
