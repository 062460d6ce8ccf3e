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
    batch::Batch,
    error::{Error, Result},
    ids, input,
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

/// Refuses a folder in the data directory, where nothing lies that is meant for others.
pub fn claim(house: &House, folder: &Path) -> Result<()> {
    if !input::inside(folder, &house.dir) {
        return Ok(());
    }
    Err(Error::Input {
        code: "DELIVERY-FOLDER",
        sentence: "the folder for the result files lies in the data directory; nothing was written".into(),
        remedy: "name a folder elsewhere with --out",
    })
}

/// Delivers the batch named `batch` into `folder` at the request of `account`. The journal entry comes first; if it
/// cannot be written, nothing is.
pub async fn deliver(house: &House, batch: &str, account: &str, folder: &Path) -> Result<Delivery> {
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let mut permit = permit::check(house, &mut reader, &batch, account).await?;
    let recipients = recipients(permit.recipients())?;
    if folder.exists() && !folder.is_dir() {
        return Err(Error::Input {
            code: "DELIVERY-FOLDER",
            sentence: "the place for the result files is a file, not a folder; nothing was written".into(),
            remedy: "name a folder with --out",
        });
    }
    fs::create_dir_all(folder).map_err(Error::io("make the folder for the result files"))?;
    let mut results = Sealing::begin(folder, &format!("{}.results.csv.age", batch.batch), &recipients)?;
    let mut answers = Sealing::begin(folder, &format!("{}.answers.csv.age", batch.batch), &recipients)?;

    let mut tx = house.db.begin().await?;
    permit.renew(house, tx.connection(), &batch).await?;
    let intent = Intent {
        account,
        recipients: permit.recipients(),
    };
    enter(house, tx.connection(), Kind::Delivery, &batch, &intent).await?;
    tx.commit().await?;
    let kept_back = permit.kept_back();

    results.write(&lines([rows::RESULTS_HEADER])?)?;
    answers.write(ANSWERS_HEADER.as_bytes())?;
    let mut delivery = Delivery {
        batch: batch.batch.clone(),
        files: vec![],
        results: 0,
        answers: 0,
        withheld: 0,
    };
    for (chunk, held) in std::mem::take(&mut permit.chunks) {
        permit.renew(house, &mut reader, &batch).await?;
        let place = (&chunk, held.as_slice());
        let rows = rows::with_answers(house, &mut reader, place, &permit, None).await?;
        results.write(&lines(rows.iter().map(|row| row.cells(house)))?)?;
        for answer in rows.iter().filter_map(|row| row.answer.as_ref()) {
            delivery.answers += 1;
            answers.write(answer)?;
        }
        delivery.results += rows.len() as i64;
        delivery.withheld += rows.iter().filter(|row| row.withheld).count() as i64;
    }
    results.close()?;
    answers.close()?;
    // The files get their names while nobody else can write: a stop was committed before, and is seen here, or comes after.
    let mut tx = house.db.begin().await?;
    permit.renew(house, tx.connection(), &batch).await?;
    if permit.kept_back() != kept_back {
        return Err(Error::Operator {
            code: "DELIVERY-STOPPED",
            sentence: "a stop was placed or lifted while the files were written; nothing was handed out"
                .into(),
            remedy: "deliver again: what is stopped now is kept back",
        });
    }
    delivery.files = vec![results.publish()?, answers.publish()?];
    enter(house, tx.connection(), Kind::Delivered, &batch, &delivery).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    tracing::info!(
        batch = batch.batch,
        answers = delivery.answers,
        withheld = delivery.withheld,
        "delivered"
    );
    Ok(delivery)
}

/// Lines of the results file.
fn lines<T: AsRef<[u8]>>(rows: impl IntoIterator<Item = impl IntoIterator<Item = T>>) -> Result<Vec<u8>> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    for cells in rows {
        table.write_record(cells).map_err(|_| UNWRITABLE)?;
    }
    table.into_inner().map_err(|_| UNWRITABLE)
}

/// What the journal keeps before a byte leaves.
#[derive(Serialize)]
struct Intent<'a> {
    account: &'a str,
    recipients: &'a [String],
}

async fn enter(
    house: &House,
    conn: &mut sqlx::AnyConnection,
    kind: Kind,
    batch: &Batch,
    payload: &impl Serialize,
) -> Result<()> {
    let act = Act {
        kind,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(house, conn, &act, payload, house.clock.now()).await?;
    Ok(())
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

/// A file being encrypted under a temporary name; only [`Sealing::publish`] gives it its own.
struct Sealing {
    writer: Option<age::stream::StreamWriter<BufWriter<Hashing>>>,
    sha256: String,
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
        let part = format!(".{name}.{}.part", ids::hex(&ids::random::<8>()?));
        let (temporary, path) = (folder.join(part), folder.join(name));
        let file = File::create_new(&temporary).map_err(Error::io("make the result file"))?;
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
            sha256: String::new(),
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

    /// Ends the file and waits for the disk.
    fn close(&mut self) -> Result<()> {
        let writer = self.writer.take().ok_or(UNWRITABLE)?;
        let buffered = writer.finish().map_err(Error::io("write the result file"))?;
        let hashing = buffered
            .into_inner()
            .map_err(|error| Error::io("write the result file")(error.into_error()))?;
        hashing
            .file
            .sync_all()
            .map_err(Error::io("write the result file"))?;
        self.sha256 = ids::hex(&hashing.hash.finalize());
        Ok(())
    }

    /// Gives the closed file its name.
    fn publish(self) -> Result<DeliveredFile> {
        fs::rename(&self.temporary, &self.path).map_err(Error::io("name the result file"))?;
        Ok(DeliveredFile {
            path: self.path.clone(),
            sha256: self.sha256.clone(),
        })
    }
}

impl Drop for Sealing {
    fn drop(&mut self) {
        // After its publication it is not there any more; otherwise it is of no use to anybody, and encrypted.
        let _ = fs::remove_file(&self.temporary);
    }
}

const UNWRITABLE: Error = Error::Bug("a result line cannot be written");
