//! Reads files of consents and readies each line to be registered: typed, checked, tagged and, if wanted, sealed. *Edge.*

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use mayfly_consent::{Asked, Rules, SubjectName, Terms, verify};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::{
    access::{Registers, people::Holder},
    app::House,
    error::{Error, Result},
    gate::{
        CHUNK_ROWS,
        known::Tags,
        seal::{ConsentSealer, SealedConsent},
    },
    index::Index,
    input::{self, Look},
    intake::{Chunks, Encoding, FileKind, Reading, Row},
    run::accept::{open, refused},
};

/// What is to be read, and what it is held against.
pub(super) struct Order {
    pub(super) house: Arc<House>,
    pub(super) paths: Vec<PathBuf>,
    pub(super) encoding: Encoding,
    /// Who sends them, if that is somebody who is signed in.
    pub(super) by: Option<Holder>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    pub(super) registers: Registers,
}

/// One line that can be read and is whole.
pub(super) struct Line {
    /// Where it stands: the file's name and the line.
    pub(super) place: (Arc<str>, u32),
    pub(super) member: String,
    pub(super) reference: String,
    /// Whom the consent is of, and what it says.
    pub(super) tags: (Index, Index),
    pub(super) name: SubjectName,
    /// The consent, sealed; or why it may not be registered. A consent that is registered already is held against no
    /// rule again, so this counts only if it is not. `None` when nothing is to be sealed.
    pub(super) sealed: Option<Result<SealedConsent>>,
}

/// Some thousand lines, with what their consents were sealed by.
pub(super) struct Readied {
    pub(super) lines: Vec<Line>,
    /// `None` when nothing is sealed.
    pub(super) sealer: Option<ConsentSealer>,
}

/// How far lines are readied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readying {
    /// Everything is checked, nothing is sealed.
    Checked,
    /// To be registered.
    Sealed,
}

/// Reads all files in order and hands their lines on, some thousand at a time; returns what each file looked like.
/// `looks` is what they looked like before. The first line that cannot be read ends everything.
pub(super) fn read(
    order: &Order,
    readying: Readying,
    looks: Option<&[Look]>,
    out: &mpsc::Sender<Readied>,
) -> Result<Vec<Look>> {
    let limits = order.house.config.limits.of_records();
    let reading = Reading {
        encoding: order.encoding,
        kind: FileKind::Consents,
        limits,
        chunk_rows: CHUNK_ROWS,
    };
    let mut seen = Vec::with_capacity(order.paths.len());
    for (place, path) in order.paths.iter().enumerate() {
        let file = open(path)?;
        let look = Look::at(&file).map_err(Error::io("look at the file"))?;
        look.at_most(limits.file_bytes)?;
        if let Some(before) = looks.and_then(|looks| looks.get(place)) {
            before.still(&file)?;
        }
        let name: Arc<str> = match &order.by {
            None => input::name_of(path).into(),
            Some(_) => BODY.into(),
        };
        for chunk in Chunks::start(&file, &reading, 0, crate::ids::random()?).map_err(refused)? {
            let mut desk = Desk::open(order, readying, name.clone())?;
            let mut lines = Vec::with_capacity(CHUNK_ROWS.min(1024));
            let mut stop = None;
            for row in chunk.map_err(refused)?.rows {
                match desk.ready(row) {
                    Ok(line) => lines.push(line),
                    Err(error) => {
                        stop = Some(error);
                        break;
                    }
                }
            }
            // What stands before a line that cannot be read is looked at first: it may be the first to be refused.
            let sealer = desk.sealer;
            if out.blocking_send(Readied { lines, sealer }).is_err() {
                return Ok(seen);
            }
            if let Some(error) = stop {
                return Err(error);
            }
        }
        look.still(&file)?;
        seen.push(look);
    }
    Ok(seen)
}

/// What stands over one chunk.
struct Desk<'o> {
    order: &'o Order,
    sealer: Option<ConsentSealer>,
    file: Arc<str>,
    canonical: Zeroizing<Vec<u8>>,
}

impl<'o> Desk<'o> {
    fn open(order: &'o Order, readying: Readying, file: Arc<str>) -> Result<Self> {
        let sealer = match readying {
            Readying::Checked => None,
            Readying::Sealed => Some(ConsentSealer::new(&order.house, order.now)?),
        };
        Ok(Self {
            order,
            sealer,
            file,
            canonical: Zeroizing::new(Vec::with_capacity(1024)),
        })
    }

    fn ready(&mut self, mut row: Row) -> Result<Line> {
        if !row.faults.is_empty() {
            return Err(self.unusable(&row));
        }
        let house = &self.order.house;
        let claim = &row.claim;
        let tags = match (&claim.terms, &claim.subject_id, claim.birth_date) {
            (Terms::Given(given), Some(id), Some(birth)) if given.is_complete() => {
                self.canonical.clear();
                given.canonical_bytes(Some(birth), &mut self.canonical);
                Some((
                    house.index.person(id, birth),
                    house.index.content(&self.canonical),
                ))
            }
            _ => None,
        };
        let (Some(tags), Some(reference)) = (tags, claim.consent_ref.clone()) else {
            let what = "a column that a consent needs is empty";
            return Err(refuse(&(self.file.clone(), row.line), "IMPORT-CONSENT", what));
        };
        let member = row.member.clone().unwrap_or_default();
        let sealed = self.seal(&mut row, &member, tags);
        Ok(Line {
            place: (self.file.clone(), row.line),
            tags,
            name: row
                .claim
                .subject_name
                .ok_or(Error::Bug("a whole consent without a name"))?,
            member,
            reference,
            sealed,
        })
    }

    /// Holds a consent against every rule that does not need a query (D14), and seals one that keeps them.
    fn seal(&mut self, row: &mut Row, member: &str, tags: (Index, Index)) -> Option<Result<SealedConsent>> {
        let order = self.order;
        let asked = Asked {
            member,
            item: None,
            purpose: None,
            approved_at: None,
            now: order.now,
        };
        let forms = &order.registers.forms;
        verify(
            &row.claim,
            &asked,
            forms,
            None,
            false,
            &order.rules,
            &mut row.faults,
        );
        if !row.faults.is_empty() {
            return Some(Err(self.unusable(row)));
        }
        let sealer = self.sealer.as_mut()?;
        let tags = Tags {
            person: Some(tags.0),
            content: Some(tags.1),
        };
        Some(sealer.seal(member, &row.claim, tags))
    }

    fn unusable(&self, row: &Row) -> Error {
        let column = row.faults.iter().next().map_or("", |fault| fault.column);
        let what = format!(
            "the consent is not usable: {} (column {column})",
            row.faults.codes()
        );
        refuse(&(self.file.clone(), row.line), "IMPORT-CONSENT", &what)
    }
}

/// Refuses the line at `place`, and with it all files.
pub(super) fn refuse((file, line): &(Arc<str>, u32), code: &'static str, what: &str) -> Error {
    Error::Input {
        code,
        sentence: format!("{file} line {line}: {what}"),
        remedy: "mend the line, then import the file again; nothing of it was taken",
    }
}

/// What somebody sends has no name.
const BODY: &str = "body";
