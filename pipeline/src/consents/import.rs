//! Registers consents that members send ahead of their batches (formats.md, 四(二)3(3)); all of a file or none. *Edge.*

use std::{collections::HashMap, path::PathBuf};

use jiff::Timestamp;
use mayfly_consent::{
    Asked, Rules, Terms,
    store::{self as consent_store, NewConsent},
    verify,
};
use serde::Serialize;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::{
    access::{Registers, members},
    app::House,
    error::{Error, Result},
    gate::{CHUNK_ROWS, known::Tags, seal::ConsentSealer},
    index::Index,
    input::{self, Look},
    intake::{Chunks, Encoding, FileKind, Reading, Row},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    run::accept::{open, refused},
};

/// What an import did.
#[derive(Serialize, Default)]
pub struct Imported {
    /// Lines that were new.
    pub new: i64,
    /// Lines that were registered already, word by word.
    pub known: i64,
}

/// Imports the consents of `paths`; the first line that fails or contradicts the register refuses all of them.
pub async fn import(house: &House, paths: &[PathBuf], encoding: Encoding) -> Result<Imported> {
    let now = house.trusted_now()?;
    let limits = house.config.limits.of_records();
    let reading = Reading {
        encoding,
        kind: FileKind::Consents,
        limits,
        chunk_rows: CHUNK_ROWS,
    };
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let mut desk = Desk {
        house,
        now,
        rules: house.regime.consent_rules()?,
        registers: Registers::load(&mut *conn, "").await?,
        members: HashMap::new(),
        file: String::new(),
        imported: Imported::default(),
    };
    for path in paths {
        desk.file = input::name_of(path);
        let file = open(path)?;
        let look = Look::at(&file).map_err(Error::io("look at the file"))?;
        look.at_most(limits.file_bytes)?;
        let chunks = Chunks::start(&file, &reading, 0, crate::ids::random()?).map_err(refused)?;
        for chunk in chunks {
            desk.take(&mut *conn, chunk.map_err(refused)?.rows).await?;
        }
        look.still(&file)?;
    }
    let imported = desk.imported;
    if imported.new > 0 {
        let act = Act {
            kind: Kind::Import,
            member: "",
            reference: "consents",
        };
        act::enter(house, conn, &act, &imported, now).await?;
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    tracing::info!(new = imported.new, known = imported.known, "consents imported");
    Ok(imported)
}

/// What stands over one chunk of an import.
struct Desk<'h> {
    house: &'h House,
    now: Timestamp,
    rules: Rules,
    registers: Registers,
    members: HashMap<String, bool>,
    file: String,
    imported: Imported,
}

/// Whom a consent is of, and what it says.
type PersonAndContent = (Index, Index);

impl Desk<'_> {
    async fn take(&mut self, conn: &mut AnyConnection, mut rows: Vec<Row>) -> Result<()> {
        for row in &rows {
            self.check_form(&mut *conn, row).await?;
        }
        let mut known = self.known(&mut *conn, &rows).await?;
        let mut sealer = ConsentSealer::new(self.house, self.now)?;
        let first_no = consent_store::max_consent_no(&mut *conn).await? + 1;
        let mut fresh = Vec::new();
        let mut canonical = Zeroizing::new(Vec::with_capacity(1024));
        for row in &mut rows {
            let tags = self.tags(row, &mut canonical)?;
            let (member, reference) = key(row);
            let place = (member.to_owned(), reference.to_owned());
            match known.get(&place) {
                // Registered already, word by word: nothing is held against it again.
                Some(registered) if *registered == tags => self.imported.known += 1,
                Some(_) => {
                    let what = "a consent of this number is registered with other content";
                    return Err(self.refuse(row, "IMPORT-CONFLICT", what.into()));
                }
                None => {
                    self.check_rules(row, &place.0)?;
                    let (person, content) = (Some(tags.0), Some(tags.1));
                    let sealed = sealer.seal(&place.0, &row.claim, Tags { person, content })?;
                    fresh.push((place.0.clone(), sealed));
                    known.insert(place, tags);
                    self.imported.new += 1;
                }
            }
        }
        let new: Vec<NewConsent<'_>> = fresh.iter().map(|(member, sealed)| sealed.row(member)).collect();
        Ok(consent_store::insert_consents(conn, first_no, &sealer.registration(), &new).await?)
    }

    /// Whether a line can be read, is whole, and is of a member.
    async fn check_form(&mut self, conn: &mut AnyConnection, row: &Row) -> Result<()> {
        if !row.faults.is_empty() {
            return Err(self.unusable(row));
        }
        match (
            &row.claim.terms,
            &row.claim.consent_ref,
            &row.claim.subject_id,
            row.claim.birth_date,
        ) {
            (Terms::Given(given), Some(_), Some(_), Some(_)) if given.is_complete() => {}
            _ => {
                return Err(self.refuse(
                    row,
                    "IMPORT-CONSENT",
                    "a column that a consent needs is empty".into(),
                ));
            }
        }
        let member = row.member.clone().unwrap_or_default();
        if !self.members.contains_key(&member) {
            let registered = members::one(conn, &member).await?.is_some();
            self.members.insert(member.clone(), registered);
        }
        match self.members.get(&member) {
            Some(true) => Ok(()),
            _ => Err(self.refuse(row, "MEMBER-UNKNOWN", "its member is not in the register".into())),
        }
    }

    /// Holds a new consent against every rule that does not need a query (D14).
    fn check_rules(&self, row: &mut Row, member: &str) -> Result<()> {
        let asked = Asked {
            member,
            item: None,
            purpose: None,
            approved_at: None,
            now: self.now,
        };
        verify(
            &row.claim,
            &asked,
            &self.registers.forms,
            None,
            false,
            &self.rules,
            &mut row.faults,
        );
        if row.faults.is_empty() {
            Ok(())
        } else {
            Err(self.unusable(row))
        }
    }

    fn unusable(&self, row: &Row) -> Error {
        let column = row.faults.iter().next().map_or("", |fault| fault.column);
        let what = format!(
            "the consent is not usable: {} (column {column})",
            row.faults.codes()
        );
        self.refuse(row, "IMPORT-CONSENT", what)
    }

    fn refuse(&self, row: &Row, code: &'static str, what: String) -> Error {
        Error::Input {
            code,
            sentence: format!("{} line {}: {what}", self.file, row.line),
            remedy: "mend the line, then import the file again; nothing of it was taken",
        }
    }

    async fn known(
        &self,
        conn: &mut AnyConnection,
        rows: &[Row],
    ) -> Result<HashMap<(String, String), PersonAndContent>> {
        let mut known = HashMap::new();
        for member in self.members.keys() {
            let refs: Vec<&str> = rows
                .iter()
                .map(key)
                .filter(|(of, _)| of == member)
                .map(|(_, reference)| reference)
                .collect();
            for found in consent_store::find_consents(&mut *conn, member, &refs).await? {
                known.insert(
                    (member.clone(), found.consent_ref),
                    (found.subject_index, found.content_tag),
                );
            }
        }
        Ok(known)
    }

    fn tags(&self, row: &Row, canonical: &mut Vec<u8>) -> Result<PersonAndContent> {
        let claim = &row.claim;
        let (Terms::Given(given), Some(id), Some(birth)) =
            (&claim.terms, &claim.subject_id, claim.birth_date)
        else {
            return Err(Error::Bug("an incomplete consent passed its check"));
        };
        canonical.clear();
        given.canonical_bytes(claim.birth_date, canonical);
        Ok((
            self.house.index.person(id, birth),
            self.house.index.content(canonical),
        ))
    }
}

fn key(row: &Row) -> (&str, &str) {
    (
        row.member.as_deref().unwrap_or(""),
        row.claim.consent_ref.as_deref().unwrap_or(""),
    )
}
