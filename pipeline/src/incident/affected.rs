//! The queries of an incident's window and whom they were about: masked, under handles, held against the journal. *SQL.*

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use mayfly_consent::SubjectId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{forms, one, release::Concerned, store::Incident};
use crate::{
    access::members,
    app::House,
    batch::{Chunk, Outcome, chunks, requests},
    error::{Error, Result},
    evidence::inspector::inspector,
    gate::record::QueryRecord,
    ids,
    index::Index,
    input,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
        span,
    },
    output::file::NewFile,
    printed::hidden,
    sealed,
};

/// One affected query. Whom it was about stands under a handle of this list; the member knows its own subject by case and consent.
#[derive(Serialize)]
pub struct Line {
    /// The subject's number in this list, from 1 on, by first query.
    pub subject: u64,
    /// Institution code.
    pub member: String,
    /// When it passed the gate.
    pub at: Timestamp,
    /// The member's case number.
    pub case_no: String,
    /// The member's number of the consent.
    pub consent_ref: String,
    /// The identity number, masked.
    pub masked: String,
    /// Who queried: an account.
    pub account: String,
    /// The item.
    pub item: String,
    /// What became of it, as it stands now.
    pub outcome: &'static str,
    /// The query id, as in the journal.
    pub query: String,
    /// Journal index.
    pub entry: u64,
}

/// The affected queries of a window.
#[derive(Serialize)]
pub struct Affected {
    /// The incident.
    pub incident: i64,
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub until: Timestamp,
    /// How many queries.
    pub queries: u64,
    /// How many subjects they were about.
    pub subjects: u64,
    /// Queries of the members concerned that the journal has in the window, of whomever.
    pub in_journal: u64,
    /// Of these, records that are still kept and were looked at. Fewer: the list is not whole.
    pub looked_at: u64,
    /// SHA-256 of the file, if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The first of the queries, at most [`LINES_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

/// Which queries are wanted, and where they go.
pub struct Wanted<'w> {
    /// The incident's number.
    pub number: i64,
    /// From then on, in place of the incident's own.
    pub from: Option<Timestamp>,
    /// Before then, in place of the stop.
    pub until: Option<Timestamp>,
    /// A new CSV file for all of them; without it, the first are returned.
    pub file: Option<&'w Path>,
    /// Who has them listed.
    pub by: &'w str,
}

/// Lists them for whoever may take evidence away; that it was done is entered in the journal before anything is shown or has its name.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-TIME`, `INCIDENT-FILE`, `EVIDENCE-RIGHT`; `GATE-CLOCK`, `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn list(house: &House, wanted: &Wanted<'_>) -> Result<Affected> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let incident = one(&mut reader, wanted.number).await?;
    let taker = inspector(house, &mut reader, wanted.by, house.today(now)).await?;
    let mut writing = wanted
        .file
        .map(|file| Writing::begin(file, &house.dir))
        .transpose()?;
    let window = (
        wanted.from.unwrap_or(incident.affects_from),
        wanted.until.unwrap_or_else(|| after(incident.opened_at)),
    );
    let mut lines = Vec::new();
    let mut found = each(house, &mut reader, &incident, window, |line| {
        match &mut writing {
            Some(writing) => writing.line(&forms::cells(&line))?,
            None if lines.len() < LINES_MAX => lines.push(line),
            None => {}
        }
        Ok(())
    })
    .await?;
    found.lines = lines;
    let closed = writing.map(Writing::close).transpose()?;
    found.sha256 = closed.as_ref().map(|(sha256, _)| sha256.clone());
    let reference = format!("incident:{}", incident.number);
    let act = Act {
        kind: Kind::Export,
        member: incident.target.member(),
        reference: &reference,
    };
    let entered = Entered {
        what: "affected",
        from: found.from,
        until: found.until,
        queries: found.queries,
        subjects: found.subjects,
        sha256: found.sha256.as_deref(),
        by: &taker,
    };
    let mut tx = house.db.begin().await?;
    // Once more: a stop that was committed while the records were read holds.
    let today = house.today(house.trusted_now()?);
    inspector(house, tx.connection(), &taker, today).await?;
    act::enter(house, tx.connection(), &act, &entered, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    if let Some((_, file)) = closed {
        file.publish()?;
    }
    Ok(found)
}

/// How many queries and subjects the incident's own window has; nothing is entered, for nothing of them is shown.
///
/// # Errors
/// As [`list`].
pub async fn count(house: &House, conn: &mut AnyConnection, incident: &Incident) -> Result<Affected> {
    let window = (incident.affects_from, after(incident.opened_at));
    each(house, conn, incident, window, |_| Ok(())).await
}

/// Offers each affected query in the order of the journal, member by member.
async fn each(
    house: &House,
    conn: &mut AnyConnection,
    incident: &Incident,
    (from, until): (Timestamp, Timestamp),
    mut take: impl FnMut(Line) -> Result<()>,
) -> Result<Affected> {
    if from >= until {
        return Err(Error::Input {
            code: "INCIDENT-TIME",
            sentence: "the window ends before it begins".into(),
            remedy: "give --from an instant before --until, such as 2026-11-02T10:00:00+08:00",
        });
    }
    let concerned = Concerned::by(&mut *conn, &incident.target).await?;
    let codes = match &concerned.member {
        Some(code) => BTreeSet::from([code.clone()]),
        None => members::codes(&mut *conn).await?.into_iter().collect(),
    };
    let mut found = Affected {
        incident: incident.number,
        from,
        until,
        queries: 0,
        subjects: 0,
        in_journal: in_journal(&mut *conn, &codes, (from, until)).await?,
        looked_at: 0,
        sha256: None,
        lines: Vec::new(),
    };
    let mut subjects = HashMap::new();
    for code in &codes {
        for chunk in chunks::between(&mut *conn, code, (from, until)).await? {
            let mut lines = of_chunk(house, &mut *conn, code, &chunk).await?;
            found.looked_at += lines.len() as u64;
            lines.retain(|(line, _)| concerned.holds(&line.account, &line.item));
            for (mut line, person) in lines {
                let next = subjects.len() as u64 + 1;
                line.subject = *subjects.entry(person).or_insert(next);
                found.queries += 1;
                take(line)?;
            }
        }
    }
    found.subjects = subjects.len() as u64;
    Ok(found)
}

/// The queries of a chunk, each with the index of its person.
async fn of_chunk(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    chunk: &Chunk,
) -> Result<Vec<(Line, Index)>> {
    let unreadable = || Error::Bug("a sealed query record is not what was written");
    let requests = requests::of_chunk(&mut *conn, chunk).await?;
    let outcomes: HashMap<i64, Outcome> = requests.iter().map(|row| (row.line, row.outcome)).collect();
    let mut lines = Vec::new();
    let mut entry = chunk.first_entry.unsigned_abs();
    for bytes in sealed::segment(house, &chunk.queries)?.iter() {
        let bytes = bytes?;
        let record = QueryRecord::parse(&bytes).ok_or_else(unreadable)?;
        let Some(asked) = &record.asked else { continue };
        let id = SubjectId::parse(asked.conditions.subject_id).map_err(|_| unreadable())?;
        let born: Date = asked.conditions.birth_date.parse().map_err(|_| unreadable())?;
        let line = Line {
            subject: 0,
            member: member.to_owned(),
            at: chunk.gated_at,
            case_no: hidden(&record.case_no),
            consent_ref: hidden(&record.consent_ref),
            masked: id.masked(),
            account: asked.account.to_owned(),
            item: asked.operation.to_owned(),
            outcome: outcomes.get(&record.line).map_or("", |outcome| outcome.word()),
            query: record.query.to_owned(),
            entry,
        };
        entry += 1;
        lines.push((line, house.index.person(&id, born)));
    }
    Ok(lines)
}

/// Queries of these members that the journal has in the window.
async fn in_journal(
    conn: &mut AnyConnection,
    codes: &BTreeSet<String>,
    (from, until): (Timestamp, Timestamp),
) -> Result<u64> {
    let size = journal::store::size(&mut *conn).await?;
    let mut found = 0;
    span::by_time(conn, (from, until), size, |_, entry| {
        let within = entry.at >= from && entry.at < until;
        found += u64::from(within && entry.kind == Kind::Query && codes.contains(entry.member));
    })
    .await?;
    Ok(found)
}

/// The first instant after `at`: what happened at it is within.
fn after(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_micros(1)).unwrap_or(at)
}

/// The file as it is written, and its hash.
struct Writing {
    file: NewFile,
    hash: Sha256,
}

impl Writing {
    /// Begins the new file `path` outside the data directory `dir`.
    fn begin(path: &Path, dir: &Path) -> Result<Self> {
        let refused = || {
            Error::Input {
            code: "INCIDENT-FILE",
            sentence: "the file is there already, cannot be made there, or would lie in the data directory; nothing was written".into(),
            remedy: "name a new file in a folder that is there (--out)",
        }
        };
        let folder = path.parent().unwrap_or(path);
        if input::unfit_for_export(folder, dir).is_some() {
            return Err(refused());
        }
        let mut writing = Self {
            file: NewFile::begin(path).map_err(|_| refused())?,
            hash: Sha256::new(),
        };
        writing.line(&forms::AFFECTED_HEADER.map(str::to_owned))?;
        Ok(writing)
    }

    fn line<const N: usize>(&mut self, cells: &[String; N]) -> Result<()> {
        let cells: Vec<String> = cells.iter().map(|cell| crate::printed::cell(cell)).collect();
        let line = format!("{}\r\n", cells.join(","));
        self.hash.update(&line);
        self.file.write(&line)
    }

    fn close(mut self) -> Result<(String, NewFile)> {
        self.file.close()?;
        Ok((ids::hex(&self.hash.finalize()), self.file))
    }
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    from: Timestamp,
    until: Timestamp,
    queries: u64,
    subjects: u64,
    sha256: Option<&'a str>,
    by: &'a str,
}

/// Most queries that are shown; a file has all of them.
pub const LINES_MAX: usize = 1000;
