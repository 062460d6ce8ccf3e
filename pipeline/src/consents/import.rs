//! Registers consents that members send ahead of their batches (formats.md, 四(二)3(3)); all of the files or none. *SQL.*
//!
//! The files are read twice. The first time everything is checked beside the register, and no one has to wait: a file
//! that is refused never holds the writer. The second time lines are read and sealed ahead of the one transaction that
//! enters them, which is left with what only it can do: see that nothing has come between, and write.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use mayfly_consent::{
    SubjectName,
    store::{self as consent_store, NewConsent},
};
use serde::Serialize;
use sqlx::AnyConnection;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::{
    hands,
    lines::{self, Line, Order, Readied, Readying},
};
use crate::{
    access::{Registers, members, people::Holder},
    app::House,
    db::meta,
    error::{Error, Result},
    gate::seal,
    index::Index,
    input::Look,
    intake::Encoding,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What an import did.
#[derive(Serialize, Default, ToSchema)]
#[schema(as = Imported)]
pub struct Imported {
    /// Lines that were new.
    pub new: i64,
    /// Lines that were registered already, word by word.
    pub known: i64,
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Entered<'a> {
    #[serde(flatten)]
    imported: &'a Imported,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
}

/// Imports the consents of `paths`; the first line that fails or contradicts the register refuses all of them.
pub async fn import(house: &Arc<House>, paths: &[PathBuf], encoding: Encoding) -> Result<Imported> {
    import_by(house, paths, encoding, None).await
}

/// The same by somebody who is signed in: every line is of their own member, and they may query there.
///
/// # Errors
/// `CONSENT-HANDS` besides.
pub async fn import_by(
    house: &Arc<House>,
    paths: &[PathBuf],
    encoding: Encoding,
    by: Option<&Holder>,
) -> Result<Imported> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let order = Arc::new(Order {
        house: house.clone(),
        paths: paths.to_vec(),
        encoding,
        by: by.cloned(),
        now,
        rules: house.regime.consent_rules()?,
        registers: Registers::load(&mut reader, "").await?,
    });
    let (checked, looks) = pass(&order, &mut reader, Readying::Checked, None).await?;
    drop(reader);
    if checked.new == 0 {
        return Ok(checked);
    }
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    if !order.registers.are_current(&mut *conn).await? {
        return Err(Error::Operator {
            code: "DB-BUSY",
            sentence: "the registers were changed while the file was read; nothing was taken".into(),
            remedy: "run the command again",
        });
    }
    if let Some(by) = by {
        hands::check_giver(house, &mut *conn, by, house.today(now)).await?;
    }
    let (imported, _) = pass(&order, conn, Readying::Sealed, Some(looks)).await?;
    let act = Act {
        kind: Kind::Import,
        member: by.map_or("", |by| &by.at),
        reference: "consents",
    };
    let entered = Entered {
        imported: &imported,
        by: by.map(|by| by.account.as_str()),
    };
    act::enter(house, conn, &act, &entered, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    tracing::info!(new = imported.new, known = imported.known, "consents imported");
    Ok(imported)
}

/// Goes through all files once: beside the register, or entering into it.
async fn pass(
    order: &Arc<Order>,
    conn: &mut AnyConnection,
    readying: Readying,
    looks: Option<Vec<Look>>,
) -> Result<(Imported, Vec<Look>)> {
    let (out, mut chunks) = mpsc::channel(AHEAD);
    let reading = order.clone();
    let read = tokio::task::spawn_blocking(move || lines::read(&reading, readying, looks.as_deref(), &out));
    let mut desk = Desk {
        house: &order.house,
        only: order.by.as_ref().map(|by| by.at.as_str()),
        members: HashSet::new(),
        imported: Imported::default(),
    };
    while let Some(chunk) = chunks.recv().await {
        desk.take(&mut *conn, chunk).await?;
    }
    let looks = read
        .await
        .unwrap_or(Err(Error::Bug("the reader of consents panicked")))?;
    Ok((desk.imported, looks))
}

/// Where lines are held against the register.
struct Desk<'h> {
    house: &'h House,
    /// Whose consents alone are taken.
    only: Option<&'h str>,
    /// Members that are in the register.
    members: HashSet<String>,
    imported: Imported,
}

/// A consent that is registered, or stands in an earlier line.
struct Known {
    tags: (Index, Index),
    name: SubjectName,
}

/// A member, and its own number for a consent.
type Key = (String, String);

impl Desk<'_> {
    async fn take(&mut self, conn: &mut AnyConnection, chunk: Readied) -> Result<()> {
        let Readied { lines, sealer } = chunk;
        let mut known = self.known(&mut *conn, &lines).await?;
        let mut fresh = Vec::new();
        for line in lines {
            self.check_member(&mut *conn, &line).await?;
            let key = (line.member, line.reference);
            match known.get(&key) {
                Some(other) if other.tags == line.tags && other.name.matches(&line.name) => {
                    self.imported.known += 1
                }
                Some(_) => {
                    let what = "a consent of this number is registered with other content";
                    return Err(lines::refuse(&line.place, "IMPORT-CONFLICT", what));
                }
                None => {
                    if let Some(sealed) = line.sealed.transpose()? {
                        fresh.push((key.0.clone(), sealed));
                    }
                    let (tags, name) = (line.tags, line.name);
                    known.insert(key, Known { tags, name });
                    self.imported.new += 1;
                }
            }
        }
        if let (Some(sealer), false) = (sealer, fresh.is_empty()) {
            let first = meta::take_numbers(&mut *conn, meta::CONSENTS, fresh.len() as i64).await?;
            let new: Vec<NewConsent<'_>> = fresh.iter().map(|(member, sealed)| sealed.row(member)).collect();
            consent_store::insert_consents(conn, first, &sealer.registration(), &new).await?;
        }
        Ok(())
    }

    async fn check_member(&mut self, conn: &mut AnyConnection, line: &Line) -> Result<()> {
        if self.only.is_some_and(|only| only != line.member) {
            return Err(hands::not_theirs());
        }
        if self.members.contains(&line.member) {
            return Ok(());
        }
        if members::one(conn, &line.member).await?.is_none() {
            let what = "its member is not in the register";
            return Err(lines::refuse(&line.place, "MEMBER-UNKNOWN", what));
        }
        self.members.insert(line.member.clone());
        Ok(())
    }

    /// What is registered of the consents that `lines` name. Names are sealed with the consent, and looked at only
    /// here: where a line comes again.
    async fn known(&self, conn: &mut AnyConnection, lines: &[Line]) -> Result<HashMap<Key, Known>> {
        let mut by_member: HashMap<&str, Vec<&str>> = HashMap::new();
        for line in lines {
            by_member.entry(&line.member).or_default().push(&line.reference);
        }
        let mut known = HashMap::new();
        for (member, refs) in by_member {
            for stored in consent_store::find_stored(&mut *conn, member, &refs).await? {
                let claim = seal::open(self.house, member, &stored)?;
                let name = claim
                    .subject_name
                    .ok_or(Error::Bug("a kept consent without a name"))?;
                let tags = (stored.row.subject_index, stored.row.content_tag);
                known.insert((member.to_owned(), stored.row.consent_ref), Known { tags, name });
            }
        }
        Ok(known)
    }
}

/// So many chunks are readied ahead of the transaction.
const AHEAD: usize = 2;
