//! Accepts a batch: refuses it whole or seals it at once, and gives the receipt that makes it idempotent. *Edge.*

use std::{fs::File, io::Read, path::Path};

use jiff::Timestamp;
use mayfly_retention::{Class, OsRandomness, Place, vault::VaultWriter};
use serde::Serialize;

use super::approve::{self, Whole};
use crate::{
    access::{known, members},
    app::House,
    approval::Warrant,
    batch::{Batch, store},
    error::{Error, Result},
    input::{self, Look, Unopened},
    intake::{BatchName, Encoding, FileKind, FileRefusal, ReadError, Scan, scan},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    sealed,
};

/// Where a batch comes from.
pub enum Source<'a> {
    /// A file.
    File(&'a Path),
    /// Somebody who sends it: what ends with an error was not whole.
    Stream(&'a mut (dyn Read + Send)),
}

/// A batch as somebody hands it in.
pub struct Submission<'a> {
    /// Its bytes.
    pub source: Source<'a>,
    /// The batch it is.
    pub name: BatchName,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// Who hands it in, and from where.
    pub submitter: &'a str,
    /// The submitter's address.
    pub submitter_ip: &'a str,
    /// Who approved it.
    pub second: Second,
}

/// Who approved a batch (D10).
#[derive(Clone, Copy)]
pub enum Second {
    /// Whoever each row names.
    Rows,
    /// Somebody the whole of it besides, by the approval of that number; none where the regime asks for none.
    Whole(Option<i64>),
}

/// An accepted batch.
pub struct Accepted {
    /// The batch.
    pub batch: Batch,
    /// Whether the same bytes had been accepted under this name before.
    pub known: bool,
}

/// Accepts `submission`, which is sealed while it is read and never rests in plain (architecture, journey 1).
pub async fn accept(house: &House, submission: Submission<'_>) -> Result<Accepted> {
    let now = house.trusted_now()?;
    let batch = submission.name.to_string();
    let mut reader = house.db.reader().await?;
    if members::one(&mut reader, submission.name.member())
        .await?
        .is_none()
    {
        return Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            sentence: "the batch names a member that is not in the register".into(),
            remedy: "check the first three digits of the file name (or --member); see `mayfly member import`",
        });
    }
    let places = [submission.name.member(), "bureau"];
    known::look(&mut reader, submission.submitter, &places, house.today(now)).await?;
    let (scanned, writer, place) = match submission.source {
        Source::File(path) => {
            let file = open(path)?;
            let look = Look::at(&file).map_err(Error::io("look at the file"))?;
            look.at_most(house.config.limits.file_bytes)?;
            let sealed = seal(house, &file, submission.encoding, now)?;
            // What was hashed is what was sealed, whatever happened meanwhile; but nobody meant half a file.
            look.still(&file)?;
            sealed
        }
        Source::Stream(stream) => seal(house, stream, submission.encoding, now)?,
    };
    if let Some(known) = store::by_name(&mut reader, &batch).await? {
        return same_bytes(known, &scanned, submission.encoding);
    }
    let whole = Whole {
        name: &submission.name,
        encoding: submission.encoding,
        sha256: scanned.sha256,
        rows: i64::from(scanned.rows),
    };
    let approved = match submission.second {
        Second::Rows => None,
        Second::Whole(number) => Some((&whole, number)),
    };
    if let Some((whole, number)) = approved {
        // Tried first, and given up again: what is not approved is not kept.
        let mut tx = house.db.begin().await?;
        let _ = approve::used(house, &mut tx, (whole, submission.submitter), number, now).await?;
    }
    writer.commit()?;
    let accepted = Batch {
        batch_no: 0,
        batch,
        member: submission.name.member().to_owned(),
        sha256: scanned.sha256.to_vec(),
        file_bytes: i64::try_from(scanned.bytes).unwrap_or(i64::MAX),
        row_count: i64::from(scanned.rows),
        encoding: submission.encoding,
        submitter: submission.submitter.to_owned(),
        submitter_ip: submission.submitter_ip.to_owned(),
        accepted_at: now,
        intake: sealed::columns(place),
        settled: false,
        gated_rows: 0,
        worker: 0,
    };
    enter(house, accepted, &scanned, approved, now).await
}

/// Reads `source` to its end and seals it; without a commit nothing stays of it.
fn seal(
    house: &House,
    source: impl Read,
    encoding: Encoding,
    now: Timestamp,
) -> Result<(Scan, VaultWriter, Place)> {
    let (place, key) = house.new_place(Class::Intake, now)?;
    tokio::task::block_in_place(|| {
        let mut writer = house.vault.create_stream(place, now, &key, &OsRandomness)?;
        let limits = house.config.limits.of_records();
        let mut failed = None;
        let scanned = scan(source, encoding, FileKind::Batch, limits, |block| {
            writer.push(block).map_err(|error| {
                failed = Some(error);
                std::io::Error::other("seal")
            })
        });
        match (failed, scanned) {
            (Some(error), _) => Err(Error::from(error)),
            (None, scanned) => Ok((scanned.map_err(refused)?, writer, place)),
        }
    })
}

async fn enter(
    house: &House,
    mut batch: Batch,
    scanned: &Scan,
    approved: Option<(&Whole<'_>, Option<i64>)>,
    now: Timestamp,
) -> Result<Accepted> {
    let mut tx = house.db.begin().await?;
    if let Some(known) = store::by_name(tx.connection(), &batch.batch).await? {
        return same_bytes(known, scanned, batch.encoding);
    }
    let warrant = match approved {
        Some((whole, number)) => {
            Some(approve::used(house, &mut tx, (whole, &batch.submitter), number, now).await?)
        }
        None => None,
    };
    batch.batch_no = store::insert(tx.connection(), &batch).await?;
    let receipt = Receipt {
        batch: &batch.batch,
        sha256: crate::ids::hex(&batch.sha256),
        bytes: batch.file_bytes,
        rows: batch.row_count,
        submitter: &batch.submitter,
        submitter_ip: &batch.submitter_ip,
        approval: warrant.as_ref().and_then(Warrant::approval),
        approved_by: warrant.as_ref().map_or("", Warrant::approved_by),
    };
    let act = Act {
        kind: Kind::Accept,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(house, tx.connection(), &act, &receipt, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    tracing::info!(
        batch = batch.batch,
        rows = batch.row_count,
        bytes = batch.file_bytes,
        "accepted"
    );
    Ok(Accepted { batch, known: false })
}

/// What the journal keeps of an acceptance.
#[derive(Serialize)]
struct Receipt<'a> {
    batch: &'a str,
    sha256: String,
    bytes: i64,
    rows: i64,
    submitter: &'a str,
    submitter_ip: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<i64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    approved_by: &'a str,
}

/// The same number and bytes: the same receipt. The same number and other bytes: a conflict.
fn same_bytes(known: Batch, scanned: &Scan, encoding: Encoding) -> Result<Accepted> {
    if known.sha256 == scanned.sha256 && known.encoding != encoding {
        return Err(Error::Input {
            code: "FILE-CONFLICT",
            sentence: format!(
                "this file was accepted before as {}; nothing was done",
                known.encoding.name()
            ),
            remedy: "submit it with the right encoding under a new batch number",
        });
    }
    if known.sha256 == scanned.sha256 {
        return Ok(Accepted {
            batch: known,
            known: true,
        });
    }
    Err(Error::File(FileRefusal::Conflict))
}

/// Opens a file that somebody hands in.
pub fn open(path: &Path) -> Result<File> {
    let unreadable = |sentence: &str| Error::Input {
        code: "FILE-UNREADABLE",
        sentence: sentence.into(),
        remedy: "check the path and the file's permissions",
    };
    input::open(path).map_err(|why| match why {
        Unopened::Missing => unreadable("there is no such file; nothing was done"),
        Unopened::Denied => unreadable("the file may not be read by this account; nothing was done"),
        Unopened::Other => unreadable("the file cannot be opened; nothing was done"),
        Unopened::Kind => Error::Input {
            code: "FILE-KIND",
            sentence: "what was named is not a file but a folder or a device; nothing was done".into(),
            remedy: "name the CSV file itself",
        },
    })
}

/// Translates a refusal or a failing disk.
pub fn refused(error: ReadError) -> Error {
    match error {
        ReadError::Refused(refusal) => Error::File(refusal),
        ReadError::Source(error) => Error::io("read the file or seal it")(error),
    }
}
