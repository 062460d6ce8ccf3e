//! What a review found, tracked until it is closed: open, corrected, closed, each by name and in time (九(三)2, D12). *SQL.*

use std::path::Path;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    due::Due,
    enter,
    steps::Tracked,
    tables::{self, VerdictRow, unsigned},
};
use crate::{
    access::{known::own, members, persons::Persons},
    app::House,
    audit::{Month, month_of},
    db::{
        columns::{day, instant},
        meta,
    },
    duty,
    error::{Error, Result},
    ids,
    journal::{entry::Kind, signing},
    regime::people::Right,
};

/// A finding as it is shown.
#[derive(Serialize)]
pub struct Finding {
    /// Its number.
    pub finding_no: i64,
    /// Institution code.
    pub member: String,
    /// The month of the sample.
    pub month: String,
    /// `open`, `corrected` or `closed`.
    pub state: &'static str,
    /// When it was made.
    pub opened_at: Timestamp,
    /// The last day on which it is closed in time.
    pub due: Date,
    /// Whether that day is over and it is not closed.
    pub overdue: bool,
    /// What it is about; told once the review is signed off, so that nobody knows it who has still to give a verdict.
    pub about: Option<About>,
    /// What was done about it.
    pub steps: Vec<Done>,
    /// That, for whoever signs the review off and has its draft.
    #[serde(skip)]
    pub(super) behind: About,
    #[serde(skip)]
    verdict_no: i64,
}

/// What a finding is about.
#[derive(Serialize, Clone)]
pub struct About {
    /// Journal index of the query.
    pub query_entry: u64,
    /// The reasons.
    pub reasons: Vec<String>,
}

/// A step of a finding.
#[derive(Serialize)]
pub struct Done {
    /// `corrected` or `closed`.
    pub step: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the file that shows it, in hexadecimal; empty: none.
    pub artefact: String,
}

/// A step that somebody takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What was wrong is put right.
    Correct,
    /// It is reported on, and seen to be put right.
    Close,
}

/// Opens the finding of a verdict; returns its number and until when it is to be closed.
pub(super) async fn open(
    house: &House,
    conn: &mut AnyConnection,
    place: (&str, Month),
    verdict: &VerdictRow,
    now: Timestamp,
) -> Result<(i64, String)> {
    let due = Due::rules(house, &mut *conn).await?.after(house.today(now));
    let finding_no = meta::take_numbers(&mut *conn, meta::FINDINGS, 1).await?;
    let tracked = Tracked {
        month: place.1.to_string(),
        verdict: verdict.verdict_no,
        due: due.to_string(),
        by: &verdict.account,
        artefact: String::new(),
    };
    let reference = format!("opened:{finding_no}");
    enter(
        house,
        &mut *conn,
        place,
        (Kind::Finding, &reference),
        &tracked,
        now,
    )
    .await?;
    sqlx::query(
        "INSERT INTO finding (finding_no, member, month, verdict_no, opened_at, due_day) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(finding_no)
    .bind(place.0)
    .bind(place.1.to_string())
    .bind(verdict.verdict_no)
    .bind(now.as_microsecond())
    .bind(due.to_string())
    .execute(conn)
    .await
    .map_err(Error::database("enter a finding"))?;
    Ok((finding_no, due.to_string()))
}

/// All findings, of `member` or of everybody, by number.
///
/// # Errors
/// `MEMBER-UNKNOWN`; `DB-*`.
pub async fn list(house: &House, member: Option<&str>) -> Result<Vec<Finding>> {
    let today = house.today(house.clock.now());
    let mut reader = house.db.reader().await?;
    members::check(&mut reader, member).await?;
    read(house, &mut reader, member.unwrap_or(""), 0, today).await
}

/// Refuses the finding `finding_no` if it is none of `member`.
///
/// # Errors
/// `FINDING-UNKNOWN`; `DB-*`.
pub async fn check_of(house: &House, member: &str, finding_no: i64) -> Result<()> {
    let findings = list(house, Some(member)).await?;
    match findings.iter().any(|finding| finding.finding_no == finding_no) {
        true => Ok(()),
        false => Err(unknown()),
    }
}

/// Takes `step` on the finding `finding_no`; `artefact` is the file that shows it, needed to close.
///
/// # Errors
/// `FINDING-UNKNOWN`, `FINDING-STATE`, `FINDING-RIGHT`, `FINDING-SELF`, `FINDING-ARTEFACT`.
pub async fn advance(
    house: &House,
    finding_no: i64,
    step: Step,
    artefact: Option<&Path>,
    account: &str,
) -> Result<Finding> {
    let digest = artefact.map(hash).transpose()?.unwrap_or_default();
    advance_with(house, finding_no, step, digest, account).await
}

/// As [`advance`], with the SHA-256 of that file, in hexadecimal, or nothing where none is needed.
///
/// # Errors
/// As [`advance`].
pub async fn advance_with(
    house: &House,
    finding_no: i64,
    step: Step,
    digest: String,
    account: &str,
) -> Result<Finding> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    let fits = match digest.len() {
        0 => step == Step::Correct,
        length => length == 64,
    };
    let bytes = ids::unhex(&digest).filter(|_| fits).ok_or_else(no_hash)?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let found = read(house, &mut *conn, "", finding_no, today)
        .await?
        .into_iter()
        .next();
    let mut finding = found.ok_or_else(unknown)?;
    let account = own(account, &finding.member);
    if finding.state != step.from() {
        return Err(Error::Input {
            code: "FINDING-STATE",
            sentence: format!("the finding is {}, and that is no step from there", finding.state),
            remedy: "an open finding is corrected, a corrected one is closed, each once",
        });
    }
    let persons = Persons::load(&mut tx, &finding.member, today).await?;
    let conn = tx.connection();
    step.check(house, &persons, &finding, account)?;
    let tracked = Tracked {
        month: finding.month.clone(),
        verdict: finding.verdict_no,
        due: finding.due.to_string(),
        by: account,
        artefact: digest.clone(),
    };
    let month = month_of(&finding.month)?;
    let reference = format!("{}:{finding_no}", step.word());
    let place = (finding.member.as_str(), month);
    let entry = enter(
        house,
        &mut *conn,
        place,
        (Kind::Finding, &reference),
        &tracked,
        now,
    )
    .await?;
    sqlx::query(
        "INSERT INTO finding_step (finding_no, step, member, month, account, stepped_at, artefact, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(finding_no)
    .bind(step.word())
    .bind(&finding.member)
    .bind(&finding.month)
    .bind(account)
    .bind(now.as_microsecond())
    .bind(bytes)
    .bind(tables::signed(entry)?)
    .execute(&mut *conn)
    .await
    .map_err(Error::database("enter a step of a finding"))?;
    if let Some(after) = read(house, conn, "", finding_no, today).await?.into_iter().next() {
        finding = after;
    }
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(finding)
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::Correct => "corrected",
            Self::Close => "closed",
        }
    }

    fn from(self) -> &'static str {
        match self {
            Self::Correct => "open",
            Self::Close => "corrected",
        }
    }

    /// Anybody of the member puts right what was wrong; a reviewer or unit head who is another person closes it.
    fn check(self, house: &House, persons: &Persons, finding: &Finding, account: &str) -> Result<()> {
        let regime = &house.regime;
        let may = match self {
            Self::Correct => persons.is_there(account),
            Self::Close => [Right::Review, regime.reviews()?.signed_off_by.value]
                .into_iter()
                .any(|right| persons.may(regime, account, right)),
        };
        if !may {
            return Err(denied(
                "FINDING-RIGHT",
                "this account may not take that step today",
                "name an account that is authorised at the member today; to close, a reviewer or unit head of it (--as)",
            ));
        }
        let corrected = finding
            .steps
            .iter()
            .any(|done| persons.are_one(account, &done.by));
        if self == Self::Close && corrected {
            return Err(denied(
                "FINDING-SELF",
                "whoever corrected it does not close it",
                "let another reviewer or the unit head close it (--as)",
            ));
        }
        Ok(())
    }
}

/// The findings of `member` (or of everybody), or the one numbered `finding_no`, as they are on `today`.
pub(super) async fn read(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    finding_no: i64,
    today: Date,
) -> Result<Vec<Finding>> {
    let failed = || Error::database("list findings");
    let rows = sqlx::query(
        "SELECT finding.finding_no, finding.member, finding.month, finding.opened_at, finding.due_day, verdict.verdict_no,
         verdict.query_entry, verdict.reasons, review_sign_off.entry FROM finding
         JOIN verdict ON verdict.verdict_no = finding.verdict_no LEFT JOIN review_sign_off
         ON review_sign_off.member = finding.member AND review_sign_off.month = finding.month
         WHERE (finding.member = $1 OR $1 = '') AND (finding.finding_no = $2 OR $2 = 0) ORDER BY finding.finding_no",
    )
    .bind(member)
    .bind(finding_no)
    .fetch_all(&mut *conn)
    .await
    .map_err(failed())?;
    let days = Due::rules(house, &mut *conn).await?;
    let mut findings = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut finding = from_row(row).map_err(failed())?;
        finding.steps = steps(&mut *conn, finding.finding_no).await?;
        finding.state = match finding.steps.last().map(|done| done.step.as_str()) {
            None => "open",
            Some("closed") => "closed",
            Some(_) => "corrected",
        };
        // A local rest day may have come since.
        finding.due = days.moved(finding.due);
        finding.overdue = finding.state != "closed" && today > finding.due;
        findings.push(finding);
    }
    Ok(findings)
}

fn from_row(row: &sqlx::any::AnyRow) -> std::result::Result<Finding, sqlx::Error> {
    let reasons: String = row.try_get(7)?;
    let about = About {
        query_entry: unsigned(row.try_get(6)?)?,
        reasons: reasons.split_terminator(';').map(str::to_owned).collect(),
    };
    let is_signed = row.try_get::<Option<i64>, _>(8)?.is_some();
    Ok(Finding {
        finding_no: row.try_get(0)?,
        member: row.try_get(1)?,
        month: row.try_get(2)?,
        state: "open",
        opened_at: instant(row.try_get(3)?)?,
        due: day(&row.try_get::<String, _>(4)?)?,
        overdue: false,
        about: is_signed.then(|| about.clone()),
        behind: about,
        steps: Vec::new(),
        verdict_no: row.try_get(5)?,
    })
}

async fn steps(conn: &mut AnyConnection, finding_no: i64) -> Result<Vec<Done>> {
    let rows = sqlx::query(
        "SELECT step, account, stepped_at, artefact FROM finding_step WHERE finding_no = $1 ORDER BY entry",
    )
    .bind(finding_no)
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the steps of a finding"))?;
    rows.iter()
        .map(|row| {
            Ok(Done {
                step: row.try_get(0)?,
                by: row.try_get(1)?,
                at: instant(row.try_get(2)?)?,
                artefact: ids::hex(&row.try_get::<Vec<u8>, _>(3)?),
            })
        })
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list the steps of a finding"))
}

/// The SHA-256 of the paper at `path`, hexadecimal, as that of any artefact of a duty.
fn hash(path: &Path) -> Result<String> {
    let unusable = || Error::Input {
        code: "FINDING-ARTEFACT",
        sentence: "the file that is to show it is not there, is no file, is empty or cannot be read".into(),
        remedy: "name the paper that shows what was done (--artefact); its SHA-256 is kept, the file stays with the member",
    };
    match duty::artefact::of_file(path) {
        Some(Err(error)) if error.code() == "FILE-CHANGED" => Err(error),
        Some(Ok(sha256)) => Ok(sha256),
        _ => Err(unusable()),
    }
}

fn no_hash() -> Error {
    Error::Input {
        code: "FINDING-ARTEFACT",
        sentence: "that is not the SHA-256 of a file: 64 hexadecimal digits in lower case".into(),
        remedy: "give the SHA-256 of the paper that shows what was done, as sha256sum or certutil -hashfile prints it",
    }
}

fn unknown() -> Error {
    Error::Input {
        code: "FINDING-UNKNOWN",
        sentence: "there is no finding of that number".into(),
        remedy: "see `mayfly audit findings`",
    }
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
