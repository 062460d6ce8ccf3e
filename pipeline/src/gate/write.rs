//! Writes what the gate decided: query records sealed and durable, then consents, requests and journal entries in the
//! gate's transaction. Only when that is committed is there a pass. *SQL.*

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use mayfly_consent::store::{self as consent_store, NewConsent};
use mayfly_retention::{Class, OsRandomness, segment::SegmentBuilder};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    Asked, GatePass, Gated,
    known::Verdict,
    record::{AskedRecord, Conditions, QueryRecord},
    screen::ScreenedRow,
    seal::{ConsentSealer, SealedConsent},
};
use crate::{
    app::House,
    batch::{
        Batch, Chunk, Counts, Outcome, chunks,
        requests::{self, NewRequest},
    },
    db::{Tx, meta},
    error::{Error, Result},
    ids,
    intake::Row,
    journal::{
        act::{self, Act},
        batch::EntryBatch,
        entry::{Entry, Kind},
        store as journal_store,
    },
    provider::{Item, QueryId, Question, Visit},
    sealed,
};

/// Commits the decisions over one chunk.
pub(super) async fn commit(
    house: &House,
    batch: &Batch,
    mut tx: Tx,
    rows: Vec<ScreenedRow>,
    now: Timestamp,
) -> Result<Gated> {
    let tag = ids::tag()?;
    let records = seal_records(house, batch, tag, &rows, now)?;
    let consents = seal_consents(house, batch, &rows, now)?;
    let conn = tx.connection();
    let first_entry = if records.entries.is_empty() {
        journal_store::size(conn).await?
    } else {
        journal_store::append(conn, &records.entries).await?
    };
    let new: Vec<NewConsent<'_>> = consents.iter().map(SealedConsent::row).collect();
    consent_store::insert_consents(conn, &new).await?;
    let count = rows.len() as i64;
    let queries = records.entries.len() as i64;
    let counts = Counts {
        refused: count - queries,
        ..Counts::default()
    };
    let mut chunk = Chunk {
        chunk_no: 0,
        batch_no: batch.batch_no,
        tag,
        first_line: rows.first().map_or(0, |row| i64::from(row.row.line)),
        row_count: count,
        settled: queries == 0,
        gated_at: now,
        first_entry: first_entry as i64,
        queries: records.place,
        obtained_at: None,
        answers: None,
    };
    chunk.chunk_no = chunks::insert(conn, &chunk, &counts).await?;
    requests::insert(
        conn,
        batch.batch_no,
        chunk.chunk_no,
        &new_requests(&rows, chunk.first_entry),
    )
    .await?;
    if counts.refused > 0 {
        let refused: Vec<_> = rows
            .iter()
            .filter(|row| row.verdict.is_none())
            .map(|row| (row.row.line, row.row.faults.codes().to_string()))
            .collect();
        let reference = format!("{}:{}", batch.batch, chunk.first_line);
        let act = Act {
            kind: Kind::Refusal,
            member: &batch.member,
            reference: &reference,
        };
        act::enter(house, conn, &act, &refused, now).await?;
    }
    meta::write(conn, meta::KEYRING, &house.custody.generation()?.to_string()).await?;
    let (asked, questions) = ask_list(tag, rows);
    if asked.len() as i64 != queries {
        return Err(Error::Bug("a row that passed the gate cannot be asked"));
    }
    tx.commit().await?;
    let pass = (queries > 0).then_some(GatePass {
        chunk,
        asked,
        questions,
        held: Vec::new(),
        visit: Visit::Ask,
    });
    Ok(Gated { pass, counts })
}

struct SealedRecords {
    place: (String, String),
    entries: EntryBatch,
}

/// Seals one record for each row, durably, and writes the journal entry of each query.
fn seal_records(
    house: &House,
    batch: &Batch,
    tag: i64,
    rows: &[ScreenedRow],
    now: Timestamp,
) -> Result<SealedRecords> {
    let (place, key) = house.new_place(Class::Query, now)?;
    let mut builder = SegmentBuilder::new(&key, place, now, rows.len() * RECORD_GUESS, &OsRandomness)?;
    let mut entries = EntryBatch::with_capacity(rows.len());
    let mut salts = vec![0; rows.len() * SALT];
    ids::fill(&mut salts)?;
    let taipei = TimeZone::fixed(jiff::tz::offset(8)).to_datetime(now);
    let (date, time) = (taipei.date().to_string(), format!("{}+08:00", taipei.time()));
    let mut buffer = Zeroizing::new(Vec::with_capacity(RECORD_BYTES));
    for ((ordinal, row), salt) in (0u32..).zip(rows).zip(salts.chunks_exact(SALT)) {
        let query = QueryId::new(tag as u64, ordinal).to_string();
        let salt = ids::hex(salt);
        buffer.clear();
        write_record(&mut buffer, batch, row, &salt, &query, (&date, &time));
        if row.verdict.is_some() {
            let payload = <[u8; 32]>::from(Sha256::digest(&*buffer));
            let entry = Entry {
                kind: Kind::Query,
                at: now,
                member: &batch.member,
                reference: &query,
                payload,
            };
            entries.push(&entry).map_err(Error::journal)?;
        }
        builder.push(&buffer)?;
    }
    let segment = builder.finish()?;
    house.vault.put(&segment)?;
    Ok(SealedRecords {
        place: sealed::columns(place),
        entries,
    })
}

fn write_record(
    out: &mut Vec<u8>,
    batch: &Batch,
    screened: &ScreenedRow,
    salt: &str,
    query: &str,
    (date, time): (&str, &str),
) {
    let row = &screened.row;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let approved_at = row.approved_at.map_or_else(String::new, |at| at.to_string());
    let ip = row
        .querier_ip
        .map(|ip| ip.to_string())
        .unwrap_or_else(|| batch.submitter_ip.clone());
    let birth = row
        .claim
        .birth_date
        .map_or_else(String::new, |day| day.to_string());
    let (querier, approver, item, form);
    let asked = match &screened.verdict {
        None => None,
        Some(verdict) => {
            (querier, approver, item) = (text(&row.querier), text(&row.approver), text(&row.item));
            form = format!("{}/{}", verdict.consent.form_id(), verdict.consent.form_version());
            Some(AskedRecord {
                account: &querier,
                ip: &ip,
                date,
                time,
                operation: &item,
                conditions: Conditions {
                    subject_id: row.claim.subject_id.as_ref().map_or("", |id| id.expose()),
                    subject_name: Cow::Borrowed(
                        row.claim.subject_name.as_ref().map_or("", |name| name.expose()),
                    ),
                    birth_date: &birth,
                },
                reason_code: row.reason_code.map_or("", |code| code.as_str()),
                reason: Cow::Borrowed(row.reason.as_deref().unwrap_or("")),
                approver: &approver,
                approved_at: &approved_at,
                form: &form,
            })
        }
    };
    QueryRecord {
        salt,
        query: if asked.is_some() { query } else { "" },
        batch: &batch.batch,
        line: i64::from(row.line),
        case_no: Cow::Borrowed(row.case_no.as_deref().unwrap_or("")),
        consent_ref: Cow::Borrowed(row.claim.consent_ref.as_deref().unwrap_or("")),
        faults: row
            .faults
            .iter()
            .map(|fault| (fault.column, fault.code.as_str()))
            .collect(),
        asked,
    }
    .write(out);
}

/// Seals the consents that are new with this chunk, row by row, so that each can be deleted at its own end (D16).
fn seal_consents(
    house: &House,
    batch: &Batch,
    rows: &[ScreenedRow],
    now: Timestamp,
) -> Result<Vec<SealedConsent>> {
    let fresh: Vec<(&Row, &Verdict)> = rows
        .iter()
        .filter_map(|row| {
            row.verdict
                .as_ref()
                .filter(|verdict| verdict.is_new)
                .map(|verdict| (&row.row, verdict))
        })
        .collect();
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let mut desk = ConsentSealer::new(house, now)?;
    fresh
        .into_iter()
        .map(|(row, verdict)| desk.seal(house, &batch.member, verdict.consent_no, &row.claim))
        .collect()
}

fn new_requests(rows: &[ScreenedRow], first_entry: i64) -> Vec<NewRequest> {
    let mut entry = first_entry;
    rows.iter()
        .map(|row| {
            let query = row.verdict.as_ref().map(|verdict| {
                entry += 1;
                (verdict.consent_no, verdict.use_no, entry - 1)
            });
            NewRequest {
                line: i64::from(row.row.line),
                item: row.row.item.clone().unwrap_or_default(),
                querier: row.row.querier.clone().unwrap_or_default(),
                outcome: if query.is_some() {
                    Outcome::Asked
                } else {
                    Outcome::Refused
                },
                codes: row.row.faults.codes(),
                query,
            }
        })
        .collect()
}

/// The questions of the rows that passed. This is where a verdict is used up.
fn ask_list(tag: i64, rows: Vec<ScreenedRow>) -> (Vec<Asked>, Vec<Question>) {
    let passed = (0u32..).zip(rows).filter_map(|(ordinal, screened)| {
        let ScreenedRow {
            row,
            verdict: Some(_used_up),
        } = screened
        else {
            return None;
        };
        let claim = row.claim;
        let question = Question::new(
            QueryId::new(tag as u64, ordinal),
            Item::parse(&row.item?)?,
            claim.subject_id?,
            claim.subject_name?,
            claim.birth_date?,
        );
        let asked = Asked {
            line: i64::from(row.line),
            case_no: row.case_no?,
            consent_ref: claim.consent_ref?,
        };
        Some((asked, question))
    });
    passed.unzip()
}

const SALT: usize = 16;
const RECORD_GUESS: usize = 600;
const RECORD_BYTES: usize = 4096;
