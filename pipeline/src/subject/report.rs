//! What is held about a person, put together: consents, queries, and what became of the answers. *SQL.*

use std::{collections::BTreeMap, fs::File};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Forms, Retention, store as consent_store};
use mayfly_retention::{Cohort, certificate::State, segment::SegmentReader};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    applicant::Applicant,
    find::{self, Held, Query},
};
use crate::{
    access::members,
    app::House,
    batch::{Chunk, Outcome, chunks},
    certificate::{issue::sha256, stored},
    consents::outcome::keep_until,
    error::{Error, Result},
    gate::record::QueryRecord,
    printed::hidden,
    sealed,
};

/// The report.
#[derive(Serialize)]
pub struct Report {
    /// When it was made.
    pub made_at: Timestamp,
    /// The day the request came in.
    pub received: Date,
    /// The last day on which it is answered in time.
    pub due: Date,
    /// The duty that says so.
    pub duty: String,
    /// What the person proved their identity with, as the regime titles it.
    pub proof: String,
    /// The same for readers of English.
    pub proof_en: String,
    /// The identity number, masked.
    pub subject_id: String,
    /// The year of birth, the rest masked.
    pub birth: String,
    /// Consents that are kept.
    pub consents: Vec<ConsentLine>,
    /// Queries that are kept.
    pub queries: Vec<QueryLine>,
    /// Certificates of the answers that are gone.
    pub certificates: Vec<CertificateLine>,
    /// The journal's public key.
    pub key: String,
}

/// A consent of the person.
#[derive(Serialize)]
pub struct ConsentLine {
    /// Whose: institution code and name.
    pub member: (String, String),
    /// The member's own number for it.
    pub reference: String,
    /// Form and version.
    pub form: String,
    /// What the form is called.
    pub title: String,
    /// SHA-256 of the form's text.
    pub form_sha256: String,
    /// When it was given.
    pub consented_at: Timestamp,
    /// How.
    pub channel: &'static str,
    /// How the identity was verified.
    pub idv_method: &'static str,
    /// When it was registered here.
    pub registered_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Until when it is kept; `None`: until the outcome of the credit is known, and five years from then.
    pub kept_until: Option<Date>,
}

/// A query about the person.
#[derive(Serialize)]
pub struct QueryLine {
    /// Who asked: institution code and name.
    pub member: (String, String),
    /// When, Asia/Taipei: day and time.
    pub at: (String, String),
    /// 查詢作業代號.
    pub item: String,
    /// 案號.
    pub case_no: String,
    /// 事由.
    pub reason: String,
    /// The member's number of the consent it used.
    pub consent: String,
    /// The form of that consent, `id/version`.
    pub form: String,
    /// The query id.
    pub query: String,
    /// What became of it.
    pub outcome: &'static str,
    /// When the answer arrived.
    pub obtained_at: Option<Timestamp>,
    /// `none`, `readable`, `over` (not readable any more) or `destroyed`.
    pub answer: &'static str,
    /// Until when it can be, or could be, read.
    pub readable_until: Option<Timestamp>,
    /// Numbers of the certificates that say so.
    pub certificates: Vec<u64>,
    /// Journal index.
    pub entry: u64,
}

/// A deletion certificate.
#[derive(Serialize)]
pub struct CertificateLine {
    /// Its number.
    pub number: u64,
    /// What was destroyed.
    pub cohort: String,
    /// When the key was.
    pub key_destroyed_at: Option<Timestamp>,
    /// When the bytes were removed.
    pub bytes_removed_at: Timestamp,
    /// SHA-256 of the signed note.
    pub sha256: String,
    /// Journal index.
    pub entry: u64,
    /// The signed note.
    #[serde(skip)]
    pub note: String,
}

/// What of a report is known before anything is looked up.
pub struct Request {
    /// The day the request came in.
    pub received: Date,
    /// The last day in time.
    pub due: Date,
    /// The duty's name.
    pub duty: String,
    /// The title of the kind of proof, in Chinese and in English.
    pub proof: (String, String),
}

/// Puts together what is held about `who`.
///
/// # Errors
/// `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn gather(
    house: &House,
    conn: &mut AnyConnection,
    (who, held): (&Applicant, &Held),
    request: Request,
    now: Timestamp,
) -> Result<Report> {
    let forms = consent_store::load_forms(&mut *conn).await?;
    let queries = find::queries(house, &mut *conn, who).await?;
    let mut names = BTreeMap::new();
    for code in held
        .consents
        .iter()
        .map(|(member, _)| member)
        .chain(queries.iter().map(|query| &query.member))
    {
        if !names.contains_key(code) {
            let member = members::one(&mut *conn, code).await?;
            let name = member.map_or_else(String::new, |member| member.name);
            names.insert(code.clone(), (code.clone(), name));
        }
    }
    let name = |code: &String| names.get(code).cloned().unwrap_or_default();
    let consents = held.consents.iter().map(|(member, stored)| {
        let mut line = consent(house, &forms, stored)?;
        line.member = name(member);
        Ok(line)
    });
    let consents = consents.collect::<Result<_>>()?;
    let mut reader = Reader {
        house,
        now: house.reading_now()?,
        open: None,
        certificates: BTreeMap::new(),
    };
    let mut lines = Vec::with_capacity(queries.len());
    for query in &queries {
        if let Some(mut line) = reader.line(&mut *conn, who, query).await? {
            line.member = name(&query.member);
            lines.push(line);
        }
    }
    Ok(Report {
        made_at: now,
        received: request.received,
        due: request.due,
        duty: request.duty,
        proof: request.proof.0,
        proof_en: request.proof.1,
        subject_id: who.id.masked(),
        birth: format!("{:04}-**-**", who.birth.year()),
        consents,
        queries: lines,
        certificates: reader.certificates.into_values().collect(),
        key: house.signer.verifier().text(),
    })
}

fn consent(house: &House, forms: &Forms, stored: &consent_store::StoredConsent) -> Result<ConsentLine> {
    let row = &stored.row;
    let terms = &row.terms;
    let form = forms.find(&terms.form_id, &terms.form_version);
    let form = form.ok_or(Error::Bug("a kept consent without its form"))?;
    Ok(ConsentLine {
        member: Default::default(),
        reference: row.consent_ref.clone(),
        form: format!("{}/{}", terms.form_id, terms.form_version),
        title: form.title.clone(),
        form_sha256: crate::ids::hex(&form.sha256),
        consented_at: terms.consented_at,
        channel: terms.channel.as_str(),
        idv_method: terms.idv_method.as_str(),
        registered_at: stored.registered_at,
        withdrawn_at: row.withdrawn_at,
        kept_until: match keep_until(house, row.outcome)? {
            Retention::Until(day) => Some(day),
            Retention::Open => None,
        },
    })
}

/// Reads query records; of a run of queries of one chunk the chunk is opened once.
struct Reader<'h> {
    house: &'h House,
    now: Timestamp,
    open: Option<(Chunk, SegmentReader<File>)>,
    certificates: BTreeMap<u64, CertificateLine>,
}

impl Reader<'_> {
    /// The line of `query`; `None` once its record is not kept any more, or is not about `who`.
    async fn line(
        &mut self,
        conn: &mut AnyConnection,
        who: &Applicant,
        query: &Query,
    ) -> Result<Option<QueryLine>> {
        if self.open.as_ref().is_none_or(|(chunk, _)| chunk.tag != query.tag) {
            let Some(chunk) = chunks::by_tag(&mut *conn, query.tag).await? else {
                return Ok(None);
            };
            let segment = sealed::segment(self.house, &chunk.queries)?;
            self.open = Some((chunk, segment));
        }
        let Some((chunk, segment)) = &self.open else {
            return Ok(None);
        };
        let chunk = chunk.clone();
        let bytes = segment.record(query.ordinal)?;
        let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
        let Some(asked) = &record.asked else {
            return Ok(None);
        };
        let conditions = &asked.conditions;
        let is_theirs =
            conditions.subject_id == who.id.expose() && conditions.birth_date == who.birth.to_string();
        if !is_theirs {
            return Ok(None);
        }
        let mut line = QueryLine {
            member: Default::default(),
            at: (
                asked.date.to_owned(),
                asked.time.get(..8).unwrap_or_default().to_owned(),
            ),
            item: asked.operation.to_owned(),
            case_no: hidden(&record.case_no),
            reason: hidden(&format!("{} {}", asked.reason_code, asked.reason)),
            consent: record.consent_ref.clone().into_owned(),
            form: asked.form.to_owned(),
            query: record.query.to_owned(),
            outcome: query.outcome.word(),
            obtained_at: None,
            answer: "none",
            readable_until: None,
            certificates: Vec::new(),
            entry: query.entry,
        };
        if query.outcome == Outcome::Answered {
            self.answer(conn, &chunk, &mut line).await?;
        }
        Ok(Some(line))
    }

    /// What became of the answer that is in the chunk, or in what came later for it.
    async fn answer(&mut self, conn: &mut AnyConnection, chunk: &Chunk, line: &mut QueryLine) -> Result<()> {
        let late = chunks::late(&mut *conn, chunk.chunk_no).await?;
        let mut destroyed = true;
        for (cohort, _, at) in chunk.answers.iter().chain(&late) {
            line.obtained_at = line.obtained_at.max(Some(*at));
            let cohort = Cohort::parse(cohort)?;
            let certified = stored::of(&mut *conn, cohort).await?;
            let erased = certified
                .iter()
                .find(|stored| stored.certificate.facts.state == State::Erased);
            if let Some(stored) = erased {
                let (facts, number) = (&stored.certificate.facts, stored.certificate.number);
                line.certificates.push(number);
                self.certificates
                    .entry(number)
                    .or_insert_with(|| CertificateLine {
                        number,
                        cohort: facts.cohort.name(),
                        key_destroyed_at: facts.key_destroyed_at,
                        bytes_removed_at: facts.bytes_removed_at,
                        sha256: sha256(&stored.note),
                        entry: stored.entry,
                        note: stored.note.clone(),
                    });
            }
            destroyed &= erased.is_some() || self.house.custody.is_destroyed(cohort)?;
        }
        line.readable_until = line.obtained_at.map(|at| self.house.regime.expires_at(at));
        let is_over = line.readable_until.is_some_and(|until| until <= self.now);
        line.answer = match (destroyed, is_over) {
            (true, _) => "destroyed",
            (false, true) => "over",
            (false, false) => "readable",
        };
        Ok(())
    }
}
