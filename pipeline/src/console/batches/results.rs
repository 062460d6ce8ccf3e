//! The rows of a batch that are somebody's to read: masked; and without masks one by one, for a reason, each time on record. *Edge.*

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Uri,
};
use mayfly_consent::{SubjectId, SubjectName};

use super::{one, send::cells};
use crate::{
    access::people::Holder,
    app::House,
    batch::Batch,
    console::{
        form::Form,
        frame::Frame,
        page::{self, Answer},
        reader::Reader,
        table::Table,
    },
    delivery::{
        own::{self, OwnRows, Part},
        rows::ResultRow,
    },
    error::{Error, Result},
    http::{door::Shared, problem::Problem},
    printed,
};

#[derive(Template)]
#[template(path = "results.html")]
struct Results<'a> {
    frame: &'a Frame,
    batch: &'a str,
    rows: Vec<Row>,
    withheld: usize,
    from: i64,
    last: i64,
    before: Option<i64>,
    after: Option<i64>,
}

/// A row with masks.
struct Row {
    line: i64,
    case_no: String,
    outcome: &'static str,
    codes: String,
    subject: String,
    answered_at: String,
    until: String,
    /// How many records there are to it, if it can be opened.
    records: Option<usize>,
}

#[derive(Template)]
#[template(path = "answer.html")]
struct Opened<'a> {
    frame: &'a Frame,
    batch: &'a str,
    line: i64,
    case_no: &'a str,
    table: Table,
}

/// The rows that are the reader's, masked, a hundred lines at a time.
pub(super) async fn page(
    State(door): State<Shared>,
    reader: Reader,
    Path(batch): Path<String>,
    uri: Uri,
) -> Answer {
    let asked = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "from")
        .and_then(|(_, from)| from.parse::<i64>().ok());
    let from = asked.unwrap_or(FIRST).clamp(FIRST, i64::from(u32::MAX));
    let part = (from, from + LINES - 1);
    let (holder, language) = (reader.holder(), reader.frame.language);
    let name = batch.clone();
    let found = door.act(move |house| async move {
        let (rows, count) = read(&house, &holder, &name, part, None).await?;
        let row = |row: &ResultRow| Row::of(row, &house, language);
        Ok((rows.rows.iter().map(row).collect(), rows.withheld, count))
    });
    let (rows, withheld, count): (Vec<Row>, usize, i64) = found.await?;
    let last = part.1.min(count + 1);
    page::shown(&Results {
        frame: &reader.frame,
        batch: &batch,
        rows,
        withheld,
        from,
        last,
        before: (from > FIRST).then(|| (from - LINES).max(FIRST)),
        after: (last < count + 1).then_some(last + 1),
    })
}

/// One answer without masks.
pub(super) async fn open(
    State(door): State<Shared>,
    reader: Reader,
    Path(batch): Path<String>,
    Form(fields): Form,
) -> Answer {
    let line: i64 = fields.one("line")?.parse().map_err(|_| Problem::no_form())?;
    let reason = fields.one("reason")?.trim().to_owned();
    let (holder, name) = (reader.holder(), batch.clone());
    let found = door.act(move |house| async move {
        let (rows, _) = read(&house, &holder, &name, (line, line), Some(&reason)).await?;
        let row = rows.rows.first();
        row.map(|row| (row.case_no.clone(), records(row)))
            .ok_or(Error::Input {
                code: "GRANT-LINES",
                sentence: "the batch has not all of these lines".into(),
                remedy: "name the lines with --line, as they are in the results file",
            })
    });
    let (case_no, records) = found.await?;
    let frame = &reader.frame;
    let columns = NAMES.map(|(en, zh)| frame.say(en, zh));
    page::shown(&Opened {
        frame,
        batch: &batch,
        line,
        case_no: &case_no,
        table: Table {
            columns: columns.to_vec(),
            lines: records.into_iter().map(cells).collect(),
        },
    })
}

/// The rows of a part of the batch that are `holder`'s, and how many rows the batch has.
async fn read(
    house: &House,
    holder: &Holder,
    name: &str,
    (first, last): (i64, i64),
    reason: Option<&str>,
) -> Result<(OwnRows, i64)> {
    let batch = theirs(house, holder, name).await?;
    let part = Part {
        lines: first..=last,
        reason,
    };
    let rows = own::read_part(house, &batch.batch, &holder.account, &part).await?;
    Ok((rows, batch.row_count))
}

/// The batch of that name, if it is of `holder`'s own member: an account of the same name may be somebody else's elsewhere.
pub(super) async fn theirs(house: &House, holder: &Holder, name: &str) -> Result<Batch> {
    let batch = one::known(&mut *house.db.reader().await?, holder, name).await?;
    match batch.member == holder.at {
        true => Ok(batch),
        false => Err(Error::Denied {
            code: "DELIVERY-PERSON",
            sentence: "this account has no query right at the batch's member today".into(),
            remedy: "name an account of the member's 授權表 with the query right today (--as)",
        }),
    }
}

impl Row {
    fn of(row: &ResultRow, house: &House, language: mayfly_consent::Language) -> Self {
        let records = records(row);
        let instant =
            |at: Option<jiff::Timestamp>| at.map_or_else(String::new, |at| printed::instant(at, language));
        Self {
            line: row.line,
            case_no: printed::hidden(&row.case_no),
            outcome: match row.outcome.word() {
                "refused" => printed::of(language, "refused", "未通過查核"),
                word => printed::outcome(word, language),
            },
            codes: row.codes.to_string(),
            subject: records.first().map_or_else(String::new, masked),
            answered_at: instant(row.answered_at),
            until: instant(row.answered_at.map(|at| house.regime.expires_at(at))),
            records: row.answer.as_ref().map(|_| records.len()),
        }
    }
}

/// The records of an answer, as an answers file has them.
fn records(row: &ResultRow) -> Vec<[String; NAMES.len()]> {
    let answer = row.answer.as_ref().map_or(&[][..], |answer| answer.as_slice());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(answer);
    let lines = reader.records().filter_map(std::result::Result::ok);
    let cell = |line: &csv::StringRecord, place| line.get(place).unwrap_or("").to_owned();
    lines
        .map(|line| std::array::from_fn(|place| cell(&line, place)))
        .collect()
}

/// Whom a record is about, masked.
fn masked(record: &[String; NAMES.len()]) -> String {
    let id = SubjectId::parse(&record[3]).map_or_else(|_| printed::MASK.to_owned(), |id| id.masked());
    let name = SubjectName::parse(&record[4]).map_or_else(|_| String::new(), |name| name.masked());
    format!("{id} {name}")
}

/// The columns of an answers file.
const NAMES: [(&str, &str); 14] = [
    ("case", "案號"),
    ("consent", "授權編號"),
    ("item", "查詢項目"),
    ("identity number", "身分證號"),
    ("name", "姓名"),
    ("born", "出生日期"),
    ("insured unit no.", "投保單位保險證號"),
    ("insured unit", "投保單位名稱"),
    ("change", "異動別"),
    ("effective", "生效日期"),
    ("ended", "退保日期"),
    ("insured salary", "投保薪資"),
    ("remark", "備註"),
    ("marks", "註記"),
];
/// The line of the first row.
const FIRST: i64 = 2;
/// Lines of a page.
const LINES: i64 = 100;
