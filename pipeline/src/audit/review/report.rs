//! Everything that a signed review says, gathered and written as a folder: text, CSV, print pages, and what was signed. *Edge.*

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use mayfly_consent::Language;
use sqlx::AnyConnection;

use super::{
    check_unsigned, drawn, enter,
    finding::{self, Finding},
    item::{Verdict, masked},
    paced::{self, Paces},
    page, paper,
    records::Records,
    sign,
    steps::Reported,
    tables::{self, SignOff},
};
use crate::{
    access::members,
    app::House,
    audit::{
        Month, report as sample_report,
        steps::{ActName, Drawn, FileItem, Frozen, find},
        taker,
    },
    error::{Error, Result},
    ids,
    journal::{entry::Kind, signing},
    output::folder::Staging,
    printed::{self, hidden},
    workbook::Book,
};

/// A review: signed, or the draft that its unit head reads before signing.
pub struct Review {
    /// The sample, with its chances.
    pub sample: sample_report::Report,
    /// The member's name.
    pub member_name: String,
    /// Who was named to review: account, and by whom.
    pub reviewers: Vec<(String, String)>,
    /// The records, in the order of the draw.
    pub records: Vec<Record>,
    /// What was found, as it stands now.
    pub findings: Vec<Finding>,
    /// How approvals and verdicts were made.
    pub paces: Paces,
    /// The signature; none under a draft.
    pub signed: Option<SignOff>,
    /// Whether the verdicts are still those that were signed; no draft is.
    pub as_signed: bool,
    /// SHA-256 of the list of verdicts as it stands.
    pub digest: [u8; 32],
    /// How many verdicts were given.
    pub verdicts: u64,
    /// The signed checkpoint under which the month was frozen.
    pub checkpoint: String,
    /// The seed of the draw.
    pub seed: String,
    /// The journal's public key.
    pub key: String,
    /// When the report was written.
    pub written_at: Timestamp,
    /// Names of verdicts and reasons as printed.
    pub titles: BTreeMap<String, String>,
    list: String,
}

/// A record of the sample as a paper may show it.
pub struct Record {
    /// Its place, from 1.
    pub place: u64,
    /// Journal index and query id.
    pub item: FileItem,
    /// What the query record says; empty cells where it is not kept any more.
    pub asked: Asked,
    /// All verdicts, in the order in which they were given.
    pub verdicts: Vec<Verdict>,
}

/// What a paper shows of a query.
#[derive(Default)]
pub struct Asked {
    /// Date and time, Asia/Taipei.
    pub at: (String, String),
    /// 查詢者帳號.
    pub querier: String,
    /// 核准人員.
    pub approver: String,
    /// 查詢作業代號.
    pub operation: String,
    /// 查詢條件, masked: number and name.
    pub subject: (String, String),
    /// 案號.
    pub case_no: String,
    /// 事由.
    pub reason: String,
}

/// Writes the report of the signed review of `month` of `member` to the new folder `folder` for `by`, who works with it; that is
/// entered in the journal first. Returns the review.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `REVIEW-UNSIGNED`, `EXPORT-RIGHT`, `EXPORT-FOLDER`, `GATE-CLOCK`; those of the disk.
pub async fn write(house: &House, member: &str, month: Month, folder: &Path, by: &str) -> Result<Review> {
    let mut reader = house.db.reader().await?;
    signed(&mut reader, member, month).await?;
    let now = house.trusted_now()?;
    // Nothing is made for whoever may not have it.
    taker::check(house, &mut reader, member, by, house.today(now)).await?;
    let staging = Staging::begin(folder, &house.dir)?;
    let review = read(house, member, month, by).await?;
    put_files(&review, &staging, "")?;
    staging.name()?;
    Ok(review)
}

/// The signed review of `month` of `member` for `by`, who works with it; that is entered in the journal first.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `REVIEW-UNSIGNED`, `EXPORT-RIGHT`, `GATE-CLOCK`.
pub async fn read(house: &House, member: &str, month: Month, by: &str) -> Result<Review> {
    let mut reader = house.db.reader().await?;
    let signed = signed(&mut reader, member, month).await?;
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let today = house.today(house.trusted_now()?);
    let taker = taker::check(house, tx.connection(), member, by, today).await?;
    let reported = Reported {
        account: &taker,
        digest: ids::hex(&signed.digest),
    };
    let reference = format!("review:{month}");
    let act = (Kind::Export, reference.as_str());
    enter(house, tx.connection(), (member, month), act, &reported, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    gather(house, &mut reader, (member, month), Some(signed), now).await
}

/// Writes the report of the review of `month` of `member`, as it stands when every record has a verdict, to the new folder `folder`
/// for the unit head `account`, who signs it off; each file says that it is not signed. That is entered in the journal first.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `REVIEW-SIGNED`, `REVIEW-HEAD`, `REVIEW-SELF`, `REVIEW-OPEN`, `EXPORT-FOLDER`, `GATE-CLOCK`;
/// those of the disk.
pub async fn draft(
    house: &House,
    member: &str,
    month: Month,
    folder: &Path,
    account: &str,
) -> Result<Review> {
    let mut reader = house.db.reader().await?;
    let sample = drawn(&mut reader, member, month).await?;
    check_unsigned(&mut reader, member, month).await?;
    // Nothing is made for whoever may not have it.
    sign::check_shown(house, &mut reader, &sample, account).await?;
    let staging = Staging::begin(folder, &house.dir)?;
    let review = read_draft(house, member, month, account).await?;
    put_files(&review, &staging, "")?;
    staging.name()?;
    Ok(review)
}

/// The review of `month` of `member` as it stands when every record has a verdict, for the unit head `account`, who signs it off; that is
/// entered in the journal first.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `REVIEW-SIGNED`, `REVIEW-HEAD`, `REVIEW-SELF`, `REVIEW-OPEN`, `GATE-CLOCK`.
pub async fn read_draft(house: &House, member: &str, month: Month, account: &str) -> Result<Review> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let sample = drawn(&mut *conn, member, month).await?;
    check_unsigned(&mut *conn, member, month).await?;
    let given = sign::check_shown(house, &mut *conn, &sample, account).await?;
    let reported = Reported {
        account: &format!("{member}/{account}"),
        digest: ids::hex(&sign::digest(member, month, &given)),
    };
    let reference = format!("draft:{month}");
    let act = (Kind::Export, reference.as_str());
    enter(house, &mut *conn, (member, month), act, &reported, now).await?;
    // Inside: no verdict comes between what is entered and what is read.
    let review = gather(house, conn, (member, month), None, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(review)
}

/// The signature under the review of `month` of `member`.
async fn signed(conn: &mut AnyConnection, member: &str, month: Month) -> Result<SignOff> {
    drawn(&mut *conn, member, month).await?;
    let signed = tables::sign_off(conn, member, month).await?;
    signed.ok_or_else(unsigned)
}

/// Writes the report of the review of `month` of `member` to `folder` of `staging`, which ends with a slash, for whoever has entered that in the journal; tells,
/// if there is one, whether the verdicts are those that were signed: there is none before it is signed off.
///
/// # Errors
/// Those of [`write()`], but for `REVIEW-UNSIGNED`.
pub async fn write_if_signed(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    (staging, folder): (&Staging, &str),
    now: Timestamp,
) -> Result<Option<bool>> {
    let Some(signed) = tables::sign_off(&mut *conn, member, month).await? else {
        return Ok(None);
    };
    let review = gather(house, conn, (member, month), Some(signed), now).await?;
    put_files(&review, staging, folder)?;
    Ok(Some(review.as_signed))
}

fn put_files(review: &Review, staging: &Staging, folder: &str) -> Result<()> {
    let put = |name: &str, text: &str| staging.put(&format!("{folder}{name}"), text);
    for (language, end) in [(Language::En, "en"), (Language::ZhTw, "zh-TW")] {
        put(&format!("review.{end}.txt"), &paper::text(review, language))?;
        put(&format!("review.{end}.html"), &page::html(review, language))?;
    }
    put("records.csv", &paper::records(review, Language::En).csv())?;
    put("findings.csv", &paper::findings(review, Language::En).csv())?;
    put("pace.csv", &paper::paces(&review.paces, Language::En).csv())?;
    for (language, end) in [(Language::En, "en"), (Language::ZhTw, "zh-TW")] {
        let place = staging.place(&format!("{folder}review.{end}.xlsx"))?;
        book(review, language)?.save(&place)?;
    }
    put("verdicts.txt", &review.list)
}

/// Its records, findings and paces as a workbook.
///
/// # Errors
/// A bug.
pub fn book(review: &Review, language: Language) -> Result<Book> {
    let mut book = Book::new(language);
    book.add(
        printed::of(language, "Records", "抽核紀錄"),
        &paper::records(review, language),
    )?;
    book.add(
        printed::of(language, "Findings", "缺失"),
        &paper::findings(review, language),
    )?;
    book.add(
        printed::of(language, "Pace", "作業時間"),
        &paper::paces(&review.paces, language),
    )?;
    Ok(book)
}

async fn gather(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    signed: Option<SignOff>,
    now: Timestamp,
) -> Result<Review> {
    let unreadable = || Error::Bug("a step of a sample is not readable");
    let sample = drawn(&mut *conn, member, month).await?;
    let frozen: Frozen = find(&sample.steps, ActName::Freeze).ok_or_else(unreadable)?;
    let draw: Drawn = find(&sample.steps, ActName::Draw).ok_or_else(unreadable)?;
    let given = tables::verdicts(&mut *conn, member, month).await?;
    let mut reviewers = tables::named(&mut *conn, member, month).await?;
    // Who drew comes first. A draw of before the naming was an act of its own has no row of it.
    if let Some(named_by) = draw.named_by {
        reviewers.retain(|(account, _)| *account != draw.by);
        reviewers.insert(0, (draw.by, named_by));
    }
    let mut findings = finding::read(house, &mut *conn, member, 0, house.today(now)).await?;
    findings.retain(|finding| finding.month == month.to_string());
    // Whoever signs, or reads what was signed, is told what it is about.
    for finding in &mut findings {
        finding.about = Some(finding.behind.clone());
    }
    let digest = sign::digest(member, month, &given);
    let items = sample_report::items(&mut *conn, &sample).await?;
    let mut records = records(house, &mut *conn, items).await?;
    let mut of_record: BTreeMap<u64, Vec<Verdict>> = BTreeMap::new();
    for row in &given {
        let verdict = Verdict::read(house, &mut *conn, row).await?;
        of_record.entry(row.query_entry).or_default().push(verdict);
    }
    for record in &mut records {
        record.verdicts = of_record.remove(&record.item.entry).unwrap_or_default();
    }
    Ok(Review {
        member_name: members::one(&mut *conn, member)
            .await?
            .map_or_else(String::new, |member| member.name),
        paces: paced::of(house, &mut *conn, member, month).await?,
        as_signed: signed.as_ref().is_some_and(|signed| signed.digest == digest),
        digest,
        verdicts: given.len() as u64,
        list: sign::list(member, month, &given),
        sample: sample_report::report(house, &sample, None)?,
        reviewers,
        records,
        findings,
        signed,
        checkpoint: frozen.checkpoint,
        seed: draw.seed,
        key: house.signer.verifier().text(),
        written_at: now,
        titles: house.regime.reviews()?.titles.value.clone(),
    })
}

/// The records of `items`, read chunk by chunk.
async fn records(house: &House, conn: &mut AnyConnection, items: Vec<FileItem>) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = (1..)
        .zip(items)
        .map(|(place, item)| Record {
            place,
            item,
            asked: Asked::default(),
            verdicts: Vec::new(),
        })
        .collect();
    records.sort_by(|one, other| one.item.query.cmp(&other.item.query));
    let mut reader = Records::new(house);
    for record in &mut records {
        let Some(found) = reader.find(&mut *conn, &record.item.query).await? else {
            continue;
        };
        let said = found.read()?;
        let Some(asked) = &said.asked else { continue };
        let [number, name, _] = masked(asked);
        record.asked = Asked {
            at: (asked.date.to_owned(), asked.time.to_owned()),
            querier: asked.account.to_owned(),
            approver: asked.approver.to_owned(),
            operation: asked.operation.to_owned(),
            subject: (number, name),
            case_no: said.case_no.clone().into_owned(),
            reason: hidden(&asked.reason),
        };
    }
    records.sort_by_key(|record| record.place);
    Ok(records)
}

fn unsigned() -> Error {
    Error::Operator {
        code: "REVIEW-UNSIGNED",
        sentence: "the review of that month is not signed off yet, so there is no report of it".into(),
        remedy: "when every record has a verdict, let the unit head sign: `mayfly audit sign-off MEMBER MONTH --as HEAD`",
    }
}
