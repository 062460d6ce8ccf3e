//! Result files for the member: streamed, encrypted to its `age` recipients; plaintext never rests on disk. *Edge.*

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    permit::{self, Permit, Reader},
    rows,
    sealing::Sealing,
};
use crate::{
    access::stopping::check_reason,
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, steps},
    batch::Batch,
    error::{Error, Result},
    ids, input,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    provider::ANSWERS_HEADER,
    regime::people,
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

/// Delivers the batch named `batch` into `folder` at the request of `account` of the member. The journal entry comes first;
/// if it cannot be written, nothing is.
///
/// # Errors
/// `GRANT-NONE` where nothing of the batch is the account's, and no grant covers it; `DELIVERY-*`; what [`permit::check`]
/// refuses.
pub async fn deliver(house: &House, batch: &str, account: &str, folder: &Path) -> Result<Delivery> {
    Ok(hand(house, batch, account, Some(folder)).await?.0)
}

/// Delivers it to `account` themselves: the two files, results and answers, encrypted as ever, and nowhere by a name.
///
/// # Errors
/// As [`deliver`].
pub async fn hand_out(house: &House, batch: &str, account: &str) -> Result<(Delivery, Vec<File>)> {
    hand(house, batch, account, None).await
}

async fn hand(
    house: &House,
    batch: &str,
    account: &str,
    folder: Option<&Path>,
) -> Result<(Delivery, Vec<File>)> {
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let who = Reader::Member(account.to_owned());
    let mut permit = permit::check(house, &mut reader, &batch, who).await?;
    permit.check_part(&mut reader, &batch, true).await?;
    let files = match folder {
        Some(folder) => Files::begin(&batch, &permit, folder)?,
        None => Files::begin_unnamed(&batch, &permit, &house.dir)?,
    };
    let mut tx = house.db.begin().await?;
    permit.renew(house, tx.connection(), &batch).await?;
    let intent = Intent {
        account,
        recipients: permit.recipients(),
        reason: None,
        approval: None,
    };
    enter(house, tx.connection(), Kind::Delivery, &batch, &intent).await?;
    tx.commit().await?;
    files.fill(house, &mut reader, &batch, permit).await
}

/// Somebody at the bureau who has a member's results written, for a reason and with the approval of another person.
pub struct Export<'a> {
    /// The account at the bureau.
    pub account: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The approval; none: one is applied for.
    pub approval: Option<i64>,
}

/// Delivers the batch named `batch` into `folder`, encrypted to the member as ever, at the request of somebody at the bureau
/// (六(二)1, 2): with an approval of exactly this batch, these bytes and these recipients, or applies for one.
///
/// # Errors
/// `APPROVAL-*`, `STOP-REASON`, `DELIVERY-*`; what [`permit::check`] refuses.
pub async fn export(
    house: &House,
    batch: &str,
    export: &Export<'_>,
    folder: &Path,
) -> Result<Step<Delivery>> {
    check_reason(export.reason)?;
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let who = Reader::Bureau(export.account.to_owned());
    let mut permit = permit::check(house, &mut reader, &batch, who).await?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    permit.renew(house, tx.connection(), &batch).await?;
    let matter = Matter {
        act: people::Act::Export,
        desk: "bureau",
        subject: &batch.batch,
        about: "",
    };
    let what = Leaving {
        batch: &batch.batch,
        sha256: ids::hex(&batch.sha256),
        rows: batch.row_count,
        recipients: permit.recipients(),
    };
    let wish = Wish::new(&matter, export.account, export.reason, &what)?;
    let warrant = match steps::ask_always(house, &mut tx, &wish, export.approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    let files = Files::begin(&batch, &permit, folder)?;
    let account = format!("bureau/{}", export.account);
    let intent = Intent::warranted(&account, permit.recipients(), export.reason, warrant);
    enter(house, tx.connection(), Kind::Delivery, &batch, &intent).await?;
    tx.commit().await?;
    let (delivery, _) = files.fill(house, &mut reader, &batch, permit).await?;
    Ok(Step::Done(delivery))
}

/// The two files of a delivery, begun under temporary names.
struct Files {
    results: Sealing,
    answers: Sealing,
}

impl Files {
    fn begin(batch: &Batch, permit: &Permit, folder: &Path) -> Result<Self> {
        let recipients = recipients(permit.recipients())?;
        if folder.exists() && !folder.is_dir() {
            return Err(Error::Input {
                code: "DELIVERY-FOLDER",
                sentence: "the place for the result files is a file, not a folder; nothing was written"
                    .into(),
                remedy: "name a folder with --out",
            });
        }
        fs::create_dir_all(folder).map_err(Error::io("make the folder for the result files"))?;
        let begin =
            |kind: &str| Sealing::begin(folder, &format!("{}.{kind}.csv.age", batch.batch), &recipients);
        Ok(Self {
            results: begin("results")?,
            answers: begin("answers")?,
        })
    }

    fn begin_unnamed(batch: &Batch, permit: &Permit, folder: &Path) -> Result<Self> {
        let recipients = recipients(permit.recipients())?;
        let begin = |kind: &str| {
            Sealing::begin_unnamed(folder, &format!("{}.{kind}.csv.age", batch.batch), &recipients)
        };
        Ok(Self {
            results: begin("results")?,
            answers: begin("answers")?,
        })
    }

    /// Writes what `permit` allows, chunk by chunk, gives the files their names, and enters that they were handed over.
    async fn fill(
        mut self,
        house: &House,
        reader: &mut AnyConnection,
        batch: &Batch,
        mut permit: Permit,
    ) -> Result<(Delivery, Vec<File>)> {
        let kept_back = permit.kept_back();
        self.results.write(&lines([rows::RESULTS_HEADER])?)?;
        self.answers.write(ANSWERS_HEADER.as_bytes())?;
        let mut delivery = Delivery {
            batch: batch.batch.clone(),
            files: vec![],
            results: 0,
            answers: 0,
            withheld: 0,
        };
        for (chunk, held) in std::mem::take(&mut permit.chunks) {
            permit.renew(house, reader, batch).await?;
            let place = (&chunk, held.as_slice());
            let rows = rows::with_answers(house, reader, place, &permit, &|_| true).await?;
            self.results
                .write(&lines(rows.iter().map(|row| row.cells(house)))?)?;
            for answer in rows.iter().filter_map(|row| row.answer.as_ref()) {
                delivery.answers += 1;
                self.answers.write(answer)?;
            }
            delivery.results += rows.len() as i64;
            delivery.withheld += rows.iter().filter(|row| row.withheld).count() as i64;
        }
        self.results.close()?;
        self.answers.close()?;
        // The files get their names while nobody else can write: a stop was committed before, and is seen here, or comes after.
        let mut tx = house.db.begin().await?;
        permit.renew(house, tx.connection(), batch).await?;
        permit.check_part(tx.connection(), batch, true).await?;
        if permit.kept_back() != kept_back {
            return Err(Error::Operator {
                code: "DELIVERY-STOPPED",
                sentence: "a stop was placed or lifted while the files were written; nothing was handed out"
                    .into(),
                remedy: "deliver again: what is stopped now is kept back",
            });
        }
        let mut held = Vec::new();
        for file in [self.results.publish()?, self.answers.publish()?] {
            delivery.files.push(file.0);
            held.extend(file.1);
        }
        enter(house, tx.connection(), Kind::Delivered, batch, &delivery).await?;
        tx.commit().await?;
        journal::signing::sign(house).await?;
        tracing::info!(
            batch = batch.batch,
            answers = delivery.answers,
            withheld = delivery.withheld,
            "delivered"
        );
        Ok((delivery, held))
    }
}

/// Lines of the results file.
pub(super) fn lines<T: AsRef<[u8]>>(
    rows: impl IntoIterator<Item = impl IntoIterator<Item = T>>,
) -> Result<Vec<u8>> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<i64>,
}

impl<'a> Intent<'a> {
    /// What somebody at the bureau has written, as `warrant` permits.
    fn warranted(account: &'a str, recipients: &'a [String], reason: &'a str, warrant: Warrant) -> Self {
        Self {
            account,
            recipients,
            reason: Some(reason),
            approval: warrant.approval(),
        }
    }
}

/// What an export's approval is bound to.
#[derive(Serialize)]
struct Leaving<'a> {
    batch: &'a str,
    sha256: String,
    rows: i64,
    recipients: &'a [String],
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
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

const UNWRITABLE: Error = Error::Bug("a result line cannot be written");
