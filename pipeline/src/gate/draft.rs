//! Prepares what the gate's transaction will write: screens the rows, seals query records and new consents. *Edge.*

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use mayfly_consent::day::taipei_day;
use mayfly_retention::{Class, OsRandomness};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::{
    consents,
    known::{self, Found, Tags},
    record::{AskedRecord, Conditions, QueryRecord},
    screen::{self, Screened},
    seal::{ConsentSealer, SealedConsent},
};
use crate::{
    access::Registers,
    app::House,
    batch::Batch,
    error::{Error, Result},
    ids,
    intake::Row,
    journal::{
        batch::EntryBatch,
        entry::{Entry, Kind},
    },
    provider::QueryId,
    sealed,
};

/// Everything about one chunk that can be made before its transaction begins. It permits nothing: the transaction looks first whether it still stands.
pub struct Draft {
    /// The rows as submitted.
    pub(super) rows: Vec<Row>,
    /// What was decided of each, in their order.
    pub(super) screened: Vec<Screened>,
    /// When that was.
    pub(super) at: Timestamp,
    /// The random first part of the query ids.
    pub(super) tag: i64,
    /// Where the query records are sealed, durably: cohort and object.
    pub(super) records: (String, String),
    /// The journal entry of each query.
    pub(super) entries: EntryBatch,
    /// The consents that are new with the chunk, with what they have in common.
    pub(super) consents: Option<(ConsentSealer, Vec<SealedConsent>)>,
    registers_version: i64,
    found: Found,
}

impl Draft {
    /// Screens and seals `rows` at `now`, with the registers as given and the consents as `found`.
    pub(super) fn make(
        house: &House,
        batch: &Batch,
        registers: &Registers,
        found: Found,
        rows: Vec<Row>,
        now: Timestamp,
    ) -> Result<Self> {
        let tags = known::tags(&house.index, &rows);
        let chunk = (&rows[..], &tags[..]);
        let screened = screen::rows(&house.regime, &batch.member, registers, &found, chunk, now)?;
        let version = registers.version();
        Self::seal(house, batch, (rows, tags, screened), now).map(|draft| Self {
            registers_version: version,
            found,
            ..draft
        })
    }

    /// A draft that refuses the rows of `lines`, of which nothing is left.
    pub(super) fn expired(
        house: &House,
        batch: &Batch,
        lines: impl Iterator<Item = u32>,
        now: Timestamp,
    ) -> Result<Self> {
        let rows: Vec<Row> = lines.map(Row::empty).collect();
        let screened = rows.iter().map(|_| screen::expired()).collect();
        Self::seal(house, batch, (rows, Vec::new(), screened), now)
    }

    /// How many rows it has.
    #[expect(clippy::len_without_is_empty, reason = "no chunk is empty")]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the same would be decided at `now` over `registers` and the consents as `conn` finds them: a decision
    /// follows from these and the rows alone. What has become old is decided anew. That consents to be entered are new
    /// is left to their entering, which fails if one of them is there already.
    pub(super) async fn stands(
        &self,
        conn: &mut AnyConnection,
        member: &str,
        registers: &Registers,
        now: Timestamp,
    ) -> Result<bool> {
        let age = now.duration_since(self.at).as_secs();
        if !(0..STANDS_SECS).contains(&age)
            || taipei_day(now) != taipei_day(self.at)
            || registers.version() != self.registers_version
        {
            return Ok(false);
        }
        let rows = self.rows.iter().zip(&self.screened);
        let rest = rows
            .filter(|(_, screened)| !screened.brings_consent())
            .map(|(row, _)| row);
        Ok(consents::look_up(conn, member, rest).await? == self.found)
    }

    fn seal(
        house: &House,
        batch: &Batch,
        (rows, tags, screened): (Vec<Row>, Vec<Tags>, Vec<Screened>),
        now: Timestamp,
    ) -> Result<Self> {
        let tag = ids::tag()?;
        let decided: Vec<(&Row, &Screened)> = rows.iter().zip(&screened).collect();
        let records = seal_records(house, batch, tag, &decided, now)?;
        let consents = seal_consents(house, batch, &decided, &tags, now)?;
        Ok(Self {
            rows,
            screened,
            at: now,
            tag,
            records: records.place,
            entries: records.entries,
            consents,
            registers_version: 0,
            found: Found::default(),
        })
    }
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
    rows: &[(&Row, &Screened)],
    now: Timestamp,
) -> Result<SealedRecords> {
    let (place, key) = house.new_place(Class::Query, now)?;
    let mut segment = house.vault.create_segment(place, now, &key, &OsRandomness)?;
    let mut entries = EntryBatch::with_capacity(rows.len());
    let mut salts = vec![0; rows.len() * SALT];
    ids::fill(&mut salts)?;
    let taipei = TimeZone::fixed(jiff::tz::offset(8)).to_datetime(now);
    let (date, time) = (taipei.date().to_string(), format!("{}+08:00", taipei.time()));
    let mut buffer = Zeroizing::new(Vec::with_capacity(RECORD_BYTES));
    for ((ordinal, (row, screened)), salt) in (0u32..).zip(rows).zip(salts.chunks_exact(SALT)) {
        let query = QueryId::new(tag as u64, ordinal).to_string();
        let salt = ids::hex(salt);
        buffer.clear();
        write_record(&mut buffer, batch, (row, screened), &salt, &query, (&date, &time));
        if screened.verdict.is_some() {
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
        segment.push(&buffer)?;
    }
    segment.commit()?;
    Ok(SealedRecords {
        place: sealed::columns(place),
        entries,
    })
}

fn write_record(
    out: &mut Vec<u8>,
    batch: &Batch,
    (row, screened): (&Row, &Screened),
    salt: &str,
    query: &str,
    (date, time): (&str, &str),
) {
    fn text(text: &Option<String>) -> &str {
        text.as_deref().unwrap_or_default()
    }
    let (ip, birth_date, approved_at, form);
    let asked = match &screened.verdict {
        None => None,
        Some(verdict) => {
            ip = row.querier_ip.map(|ip| ip.to_string());
            birth_date = row.claim.birth_date.map(|day| day.to_string());
            approved_at = row.approved_at.map(|at| at.to_string());
            form = format!("{}/{}", verdict.consent.form_id(), verdict.consent.form_version());
            Some(AskedRecord {
                account: text(&row.querier),
                ip: ip.as_deref().unwrap_or(&batch.submitter_ip),
                date,
                time,
                operation: text(&row.item),
                conditions: Conditions {
                    subject_id: row.claim.subject_id.as_ref().map_or("", |id| id.expose()),
                    subject_name: Cow::Borrowed(
                        row.claim.subject_name.as_ref().map_or("", |name| name.expose()),
                    ),
                    birth_date: text(&birth_date),
                },
                reason_code: row.reason_code.map_or("", |code| code.as_str()),
                reason: Cow::Borrowed(text(&row.reason)),
                approver: text(&row.approver),
                approved_at: text(&approved_at),
                form: &form,
            })
        }
    };
    QueryRecord {
        salt,
        query: if asked.is_some() { query } else { "" },
        batch: &batch.batch,
        line: i64::from(row.line),
        case_no: Cow::Borrowed(text(&row.case_no)),
        consent_ref: Cow::Borrowed(text(&row.claim.consent_ref)),
        faults: screened
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
    rows: &[(&Row, &Screened)],
    tags: &[Tags],
    now: Timestamp,
) -> Result<Option<(ConsentSealer, Vec<SealedConsent>)>> {
    let mut fresh = rows
        .iter()
        .zip(tags)
        .filter(|((_, screened), _)| screened.brings_consent())
        .peekable();
    if fresh.peek().is_none() {
        return Ok(None);
    }
    let mut desk = ConsentSealer::new(house, now)?;
    let sealed = fresh
        .map(|((row, _), tags)| desk.seal(&batch.member, &row.claim, *tags))
        .collect::<Result<_>>()?;
    Ok(Some((desk, sealed)))
}

/// A draft older than this is made anew.
const STANDS_SECS: i64 = 60;
const SALT: usize = 16;
const RECORD_BYTES: usize = 4096;
