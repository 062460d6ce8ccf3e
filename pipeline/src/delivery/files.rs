//! Result files for the member: streamed, encrypted to its `age` recipients; plaintext never rests on disk. *Edge.*

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{permit, rows};
use crate::{
    app::House,
    batch::{Batch, Outcome},
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    provider::ANSWERS_HEADER,
    run,
};

/// What was delivered.
#[derive(Serialize)]
pub struct Delivery {
    /// Batch id.
    pub batch: String,
    /// The two files.
    pub files: Vec<DeliveredFile>,
    /// Requests in the results file.
    pub results: i64,
    /// Requests whose answer is in the answers file.
    pub answers: i64,
    /// Answers kept back: stopped, or out of their window.
    pub withheld: i64,
}

/// One file that was written.
#[derive(Serialize)]
pub struct DeliveredFile {
    /// Where.
    pub path: PathBuf,
    /// SHA-256 of the encrypted bytes.
    pub sha256: String,
}

/// Delivers the batch named `batch` into `folder` at the request of `account`. The journal entry comes first; if it
/// cannot be written, nothing is.
pub async fn deliver(house: &House, batch: &str, account: &str, folder: &Path) -> Result<Delivery> {
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let permit = permit::check(house, &mut reader, &batch, account).await?;
    let member = permit
        .registers
        .member()
        .ok_or(Error::Bug("a permit without a member"))?;
    let recipients = recipients(&member.age_recipients)?;
    fs::create_dir_all(folder).map_err(Error::io("make the folder for the result files"))?;
    let mut results = Sealing::begin(folder, &format!("{}.results.csv.age", batch.batch), &recipients)?;
    let mut answers = Sealing::begin(folder, &format!("{}.answers.csv.age", batch.batch), &recipients)?;
    enter(
        house,
        Kind::Delivery,
        &batch,
        &Intent {
            account,
            recipients: &member.age_recipients,
        },
    )
    .await?;

    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    table.write_record(rows::RESULTS_HEADER).map_err(|_| UNWRITABLE)?;
    answers.write(ANSWERS_HEADER.as_bytes())?;
    let mut delivery = Delivery {
        batch: batch.batch.clone(),
        files: vec![],
        results: 0,
        answers: 0,
        withheld: 0,
    };
    for chunk in &permit.chunks {
        for row in rows::of_chunk(house, &mut reader, &batch, chunk, Some(&permit)).await? {
            delivery.results += 1;
            delivery.withheld += i64::from(row.withheld);
            table.write_record(row.cells(house)).map_err(|_| UNWRITABLE)?;
            if let (Outcome::Answered, Some(answer)) = (row.outcome, &row.answer) {
                delivery.answers += 1;
                answers.write(answer)?;
            }
        }
        let lines = table.into_inner().map_err(|_| UNWRITABLE)?;
        results.write(&lines)?;
        table = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(vec![]);
    }
    delivery.files = vec![results.finish()?, answers.finish()?];
    enter(house, Kind::Delivered, &batch, &delivery).await?;
    journal::signing::sign(house).await?;
    Ok(delivery)
}

/// What the journal keeps before a byte leaves.
#[derive(Serialize)]
struct Intent<'a> {
    account: &'a str,
    recipients: &'a [String],
}

async fn enter(house: &House, kind: Kind, batch: &Batch, payload: &impl Serialize) -> Result<()> {
    let mut tx = house.db.begin().await?;
    let act = Act {
        kind,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(house, tx.connection(), &act, payload, house.clock.now()).await?;
    tx.commit().await
}

fn recipients(texts: &[String]) -> Result<Vec<age::x25519::Recipient>> {
    let parsed: Vec<_> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    if parsed.len() == texts.len() && !parsed.is_empty() {
        return Ok(parsed);
    }
    Err(Error::Input {
        code: "DELIVERY-RECIPIENT",
        sentence:
            "the member has no age recipient, so its result files cannot be encrypted; nothing was written"
                .into(),
        remedy: "enter its age recipient in the column age_recipients and import the members file again",
    })
}

/// A file being encrypted under a temporary name; only [`Sealing::finish`] gives it its own.
struct Sealing {
    writer: Option<age::stream::StreamWriter<BufWriter<Hashing>>>,
    temporary: PathBuf,
    path: PathBuf,
}

struct Hashing {
    file: File,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Sealing {
    fn begin(folder: &Path, name: &str, recipients: &[age::x25519::Recipient]) -> Result<Self> {
        let (temporary, path) = (folder.join(format!(".{name}.part")), folder.join(name));
        let file = File::create(&temporary).map_err(Error::io("make the result file"))?;
        let recipients = recipients
            .iter()
            .map(|recipient| -> &dyn age::Recipient { recipient });
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| UNWRITABLE)?;
        let writer = encryptor
            .wrap_output(BufWriter::with_capacity(
                1 << 17,
                Hashing {
                    file,
                    hash: Sha256::new(),
                },
            ))
            .map_err(Error::io("write the result file"))?;
        Ok(Self {
            writer: Some(writer),
            temporary,
            path,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let writer = self.writer.as_mut().ok_or(UNWRITABLE)?;
        writer
            .write_all(bytes)
            .map_err(Error::io("write the result file"))
    }

    fn finish(mut self) -> Result<DeliveredFile> {
        let writer = self.writer.take().ok_or(UNWRITABLE)?;
        let buffered = writer.finish().map_err(Error::io("write the result file"))?;
        let hashing = buffered
            .into_inner()
            .map_err(|error| Error::io("write the result file")(error.into_error()))?;
        hashing
            .file
            .sync_all()
            .and_then(|()| fs::rename(&self.temporary, &self.path))
            .map_err(Error::io("finish the result file"))?;
        Ok(DeliveredFile {
            path: self.path.clone(),
            sha256: ids::hex(&hashing.hash.finalize()),
        })
    }
}

impl Drop for Sealing {
    fn drop(&mut self) {
        if self.writer.is_some() {
            // A file that was not finished is of no use to anybody; if it cannot be removed it is still encrypted.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

const UNWRITABLE: Error = Error::Bug("a result line cannot be written");
