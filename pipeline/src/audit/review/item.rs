//! Opens a record of the sample for its reviewer: request, consent, approval and that it was answered, never the answer (D8). *SQL.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::cells;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    check_reviewer, drawn, item_at,
    records::{Found, Records, gone},
    steps::Opened,
    tables::{self, VerdictRow},
    verdict,
};
use crate::{
    access::persons::Persons,
    app::House,
    audit::{Month, store as samples},
    batch::{Outcome, chunks, requests, store as batches},
    consents::show::{self, ShownConsent},
    error::{Error, Result},
    gate::record::{AskedRecord, QueryRecord},
    journal::{
        entry::{Entry, Kind},
        signing, span, store as journal_store,
    },
    printed::{MASK, hidden},
    sealed,
};

/// A record of the sample as its reviewer sees it.
pub struct Shown {
    /// What is shown of the query, the approval, the answer and the verdicts.
    pub facts: Facts,
    /// The consent with the text of its form; `None`: not kept any more.
    pub consent: Option<ShownConsent>,
}

/// What a reviewer is told of a record.
#[derive(Serialize)]
pub struct Facts {
    /// Institution code.
    pub member: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// Its place in the sample, from 1, of so many.
    pub place: (u64, u64),
    /// Journal index of the query.
    pub entry: u64,
    /// Its query id.
    pub query: String,
    /// Whether that entry of the journal commits to just this record.
    pub proven: bool,
    /// The request and query record (六(一)5), masked.
    pub request: Request,
    /// The approval.
    pub approval: Approval,
    /// What became of it.
    pub answer: Answer,
    /// Verdicts: one's own and, once there is one of one's own, those of the others.
    pub verdicts: Vec<Verdict>,
}

/// The request and query record.
#[derive(Serialize)]
pub struct Request {
    /// The batch, and the line of its file.
    pub batch: (String, i64),
    /// 查詢者帳號, and the person's name as the 授權表 of that day has it.
    pub querier: (String, String),
    /// 查詢者 IP.
    pub ip: String,
    /// Date and time, Asia/Taipei.
    pub asked_at: (String, String),
    /// 查詢作業代號.
    pub operation: String,
    /// 查詢條件, masked: number, name, year of birth.
    pub subject: [String; 3],
    /// 案號.
    pub case_no: String,
    /// 事由代碼, 事由.
    pub reason: (String, String),
    /// The member's number of the consent.
    pub consent_ref: String,
    /// The form version that it was given on.
    pub form: String,
}

/// The approval.
#[derive(Serialize)]
pub struct Approval {
    /// Who approved, and the person's name and level as the 授權表 of that day has them.
    pub approver: (String, String, String),
    /// When.
    pub approved_at: String,
    /// Whether the account had the right to on that day.
    pub had_right: bool,
    /// Seconds from there to the query.
    pub seconds_before: Option<i64>,
}

/// What became of the question.
#[derive(Serialize)]
pub struct Answer {
    /// The outcome, as in results files.
    pub outcome: &'static str,
    /// When the answer arrived.
    pub obtained_at: Option<Timestamp>,
    /// Whether it still exists; it is never shown here.
    pub exists: bool,
    /// While it exists: when it was handed to the member (`delivered`) or read (`read`).
    pub handed_out: Vec<(&'static str, Timestamp)>,
}

/// A verdict as it is shown.
#[derive(Serialize)]
pub struct Verdict {
    /// Its journal entry.
    pub entry: u64,
    /// Who gave it.
    pub by: String,
    /// When.
    pub given_at: Timestamp,
    /// The verdict.
    pub verdict: String,
    /// The reasons.
    pub reasons: Vec<String>,
    /// The remark.
    pub remark: String,
}

/// Opens the record at `place` of the sample of `member` and `month` for `account`, after entering that in the journal.
///
/// # Errors
/// `REVIEW-ITEM`, `REVIEW-UNNAMED`, `REVIEW-GONE`, `SAMPLE-*`.
pub async fn open(house: &House, (member, month): (&str, Month), place: u64, account: &str) -> Result<Shown> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let sample = drawn(&mut reader, member, month).await?;
    let (item, unnoted) = item_at(&mut reader, &sample, place).await?;
    let found = Records::new(house)
        .find(&mut reader, &item.query)
        .await?
        .ok_or_else(gone)?;
    let actors = found.actors()?;

    let mut tx = house.db.begin().await?;
    check_reviewer(house, tx.connection(), &sample, account, &actors).await?;
    let reference = format!("item:{month}/{place}");
    let opened = Opened {
        account,
        month: month.to_string(),
        place,
    };
    let act = (Kind::Read, reference.as_str());
    let entry = super::enter(house, tx.connection(), (member, month), act, &opened, now).await?;
    if let Some(items) = unnoted {
        samples::note(tx.connection(), &sample, &items).await?;
    }
    tables::insert_opening(tx.connection(), (member, month), item.entry, account, now, entry).await?;
    tx.commit().await?;
    signing::sign(house).await?;

    let record = found.read()?;
    let asked = record
        .asked
        .as_ref()
        .ok_or(Error::Bug("a query record without its query"))?;
    let persons = Persons::read(&mut reader, member, house.today(now)).await?;
    let given = tables::verdicts(&mut reader, member, month).await?;
    Ok(Shown {
        consent: show::stored(house, &mut reader, member, &record.consent_ref).await?,
        facts: Facts {
            member: member.to_owned(),
            month: month.to_string(),
            place: (place, sample.sample_size),
            entry: item.entry,
            proven: is_proven(&mut reader, item.entry, &found.bytes).await?,
            request: request(&record, asked, &persons),
            approval: approval(house, asked, &persons),
            answer: answer(house, &mut reader, member, (&found, record.line), item.entry).await?,
            verdicts: visible(house, &mut reader, &given, item.entry, account).await?,
            query: item.query,
        },
    })
}

/// The verdicts of `given` on a record that `account` may see: all of them once one is its own, else none.
pub(super) async fn visible(
    house: &House,
    conn: &mut AnyConnection,
    given: &[VerdictRow],
    query_entry: u64,
    account: &str,
) -> Result<Vec<Verdict>> {
    let own = |row: &VerdictRow| row.query_entry == query_entry && row.account == account;
    match given.iter().any(own) {
        true => all_of(house, conn, given, query_entry).await,
        false => Ok(Vec::new()),
    }
}

/// The verdicts of `given` on a record.
pub(super) async fn all_of(
    house: &House,
    conn: &mut AnyConnection,
    given: &[VerdictRow],
    query_entry: u64,
) -> Result<Vec<Verdict>> {
    let mut shown = Vec::new();
    for row in given.iter().filter(|row| row.query_entry == query_entry) {
        shown.push(Verdict::read(house, &mut *conn, row).await?);
    }
    Ok(shown)
}

impl Verdict {
    /// The verdict of `row` with its remark.
    pub(super) async fn read(house: &House, conn: &mut AnyConnection, row: &VerdictRow) -> Result<Self> {
        Ok(Self {
            entry: row.entry,
            by: row.account.clone(),
            given_at: row.given_at,
            verdict: row.verdict.clone(),
            reasons: row.reasons.clone(),
            remark: verdict::remark(house, conn, row.entry).await?,
        })
    }
}

fn request(record: &QueryRecord<'_>, asked: &AskedRecord<'_>, persons: &Persons) -> Request {
    let name = |account: &str| {
        let day = asked.date.parse::<Date>().ok();
        let line = day.and_then(|day| persons.on(account, day));
        line.map_or_else(String::new, |line| line.name.clone())
    };
    Request {
        batch: (record.batch.to_owned(), record.line),
        querier: (asked.account.to_owned(), name(asked.account)),
        ip: asked.ip.to_owned(),
        asked_at: (asked.date.to_owned(), asked.time.to_owned()),
        operation: asked.operation.to_owned(),
        subject: masked(asked),
        case_no: record.case_no.clone().into_owned(),
        reason: (asked.reason_code.to_owned(), hidden(&asked.reason)),
        consent_ref: record.consent_ref.clone().into_owned(),
        form: asked.form.to_owned(),
    }
}

/// The subject as a paper may show it: number, name, year of birth.
pub(super) fn masked(asked: &AskedRecord<'_>) -> [String; 3] {
    let conditions = &asked.conditions;
    let number = cells::subject_id(conditions.subject_id).map(|id| id.masked());
    let name = cells::subject_name(&conditions.subject_name).map(|name| name.masked());
    let year = conditions.birth_date.get(..4).unwrap_or(MASK);
    [
        number.unwrap_or_else(|_| MASK.into()),
        name.unwrap_or_else(|_| MASK.into()),
        format!("{year}-**-**"),
    ]
}

fn approval(house: &House, asked: &AskedRecord<'_>, persons: &Persons) -> Approval {
    let approved_at: Option<Timestamp> = asked.approved_at.parse().ok();
    let line = approved_at.and_then(|at| persons.on(asked.approver, house.today(at)));
    let named = |cell: fn(&crate::access::authorisation::Authorisation) -> &String| {
        line.map_or_else(String::new, |line| cell(line).clone())
    };
    Approval {
        approver: (
            asked.approver.to_owned(),
            named(|line| &line.name),
            named(|line| &line.level),
        ),
        approved_at: asked.approved_at.to_owned(),
        had_right: line.is_some_and(|line| line.approve),
        seconds_before: approved_at
            .zip(asked_at(asked))
            .map(|(from, to)| to.as_second() - from.as_second()),
    }
}

/// When the query was, by its record.
pub(super) fn asked_at(asked: &AskedRecord<'_>) -> Option<Timestamp> {
    format!("{}T{}", asked.date, asked.time).parse().ok()
}

async fn is_proven(conn: &mut AnyConnection, entry: u64, bytes: &[u8]) -> Result<bool> {
    let mut proven = false;
    let check = |_: u64, found: &Entry<'_>| proven = found.proves(bytes);
    span::by_index(conn, entry, entry + 1, check).await?;
    Ok(proven)
}

async fn answer(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    (found, line): (&Found, i64),
    entry: u64,
) -> Result<Answer> {
    let requests = requests::of_chunk(&mut *conn, &found.chunk).await?;
    let request = requests.iter().find(|request| request.line == line);
    let outcome = request.map(|request| request.outcome);
    let now = house.reading_now()?;
    let late = chunks::late(&mut *conn, found.chunk.chunk_no).await?;
    let mut exists = false;
    for (cohort, object, at) in found.chunk.answers.iter().chain(&late) {
        let held = sealed::is_held(house, &(cohort.clone(), object.clone()))?;
        exists |= held && now < house.regime.expires_at(*at) && outcome == Some(Outcome::Answered);
    }
    let mut handed_out = Vec::new();
    if exists && let Some(batch) = batches::by_number(&mut *conn, found.chunk.batch_no).await? {
        let size = journal_store::size(&mut *conn).await?;
        let note = |_: u64, entry: &Entry<'_>| {
            let is_ours = entry.member == member && entry.reference == batch.batch;
            match entry.kind {
                Kind::Delivered if is_ours => handed_out.push(("delivered", entry.at)),
                Kind::Read if is_ours => handed_out.push(("read", entry.at)),
                _ => {}
            }
        };
        span::by_index(conn, entry, size, note).await?;
    }
    Ok(Answer {
        outcome: outcome.map_or("", Outcome::word),
        obtained_at: found.chunk.obtained_at,
        exists,
        handed_out,
    })
}
