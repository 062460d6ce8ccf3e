//! Consents, many at once: registering them, and what is known of them when a chunk is screened. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::blocks::{BlockSql, full_blocks, held_blocks};
use super::{Columns, refused};
use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::error::ConsentError;
use crate::outcome::Outcome;
use crate::record::{Registered, RegisteredTerms};
use crate::refusal::Code;

/// A consent to register.
#[derive(Clone, Copy)]
pub struct NewConsent<'a> {
    /// Its number here; see [`max_consent_no`].
    pub consent_no: i64,
    /// Whose it is.
    pub member: &'a str,
    /// The member's own number for it.
    pub consent_ref: &'a str,
    /// Keyed index of the identity number.
    pub subject_index: [u8; 16],
    /// Keyed tag over [`crate::Given::canonical_bytes`].
    pub content_tag: [u8; 16],
    /// What the rules need.
    pub terms: &'a RegisteredTerms,
    /// When it is registered.
    pub registered_at: Timestamp,
    /// The cohort whose key seals it.
    pub cohort: &'a str,
    /// What its object key is made with.
    pub salt: &'a [u8],
    /// Its place among what was sealed with it.
    pub ordinal: i64,
    /// The bytes of [`crate::sealed::write`], sealed.
    pub sealed: &'a [u8],
}

/// What is known of a registered consent.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentRow {
    /// Its number here.
    pub consent_no: i64,
    /// The member's own number for it.
    pub consent_ref: String,
    /// Keyed index of the identity number.
    pub subject_index: [u8; 16],
    /// Keyed tag over its content.
    pub content_tag: [u8; 16],
    /// What the rules need.
    pub terms: RegisteredTerms,
    /// When the subject withdrew it.
    pub withdrawn_at: Option<Timestamp>,
    /// What became of the application.
    pub outcome: Option<Outcome>,
}

impl ConsentRow {
    /// The row as [`crate::verify()`] wants it: beside the claim's own index and tag (`None` where the claim has none)
    /// and the uses the caller has counted.
    pub fn registered(
        self,
        subject_index: Option<&[u8; 16]>,
        content_tag: Option<&[u8; 16]>,
        uses_taken: i64,
    ) -> Registered {
        Registered {
            consent_no: self.consent_no,
            same_subject: subject_index == Some(&self.subject_index),
            same_content: content_tag.map(|tag| *tag == self.content_tag),
            withdrawn: self.withdrawn_at.is_some(),
            terms: self.terms,
            uses_taken,
        }
    }
}

/// Registers consents; all or, with the caller's transaction, none.
///
/// # Errors
/// `Database`, also when one of them is registered already: look them up first, in the same transaction.
pub async fn insert_consents(
    connection: &mut AnyConnection,
    consents: &[NewConsent<'_>],
) -> Result<(), ConsentError> {
    static SQL: BlockSql = BlockSql::new(
        "INSERT INTO consent (consent_no, member, consent_ref, subject_index, content_tag, channel, consented_at, \
         has_source, form_id, form_version, form_sha256, idv_method, idv_result, idv_at, registered_at, cohort, salt, \
         ordinal, sealed) VALUES ",
        19,
        "",
    );
    for (size, block) in full_blocks(consents) {
        let mut query = sqlx::query(SQL.text(connection, size));
        for consent in block {
            let terms = consent.terms;
            query = query
                .bind(consent.consent_no)
                .bind(consent.member)
                .bind(consent.consent_ref)
                .bind(&consent.subject_index[..])
                .bind(&consent.content_tag[..])
                .bind(terms.channel.as_str())
                .bind(terms.consented_at.as_microsecond())
                .bind(i64::from(terms.has_source))
                .bind(terms.form_id.as_str())
                .bind(terms.form_version.as_str())
                .bind(terms.form_sha256.as_ref().map_or(&[][..], |hash| &hash[..]))
                .bind(terms.idv_method.as_str())
                .bind(terms.idv_result.as_str())
                .bind(terms.idv_at.as_microsecond())
                .bind(consent.registered_at.as_microsecond())
                .bind(consent.cohort)
                .bind(consent.salt)
                .bind(consent.ordinal)
                .bind(consent.sealed);
        }
        query
            .execute(&mut *connection)
            .await
            .map_err(refused("register consents"))?;
    }
    Ok(())
}

/// The registered consents of this member among `refs`, in no order; a number that is not registered has no row.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn find_consents(
    connection: &mut AnyConnection,
    member: &str,
    refs: &[&str],
) -> Result<Vec<ConsentRow>, ConsentError> {
    static SQL: BlockSql = BlockSql::new(
        "SELECT consent_no || ' ' || channel || ' ' || consented_at || ' ' || has_source || ' ' || form_id || ' ' || \
         form_version || ' ' || idv_method || ' ' || idv_result || ' ' || idv_at || ' ' || \
         COALESCE(CAST(withdrawn_at AS TEXT), '') || ' ' || outcome || ' ' || outcome_date || ' ' || consent_ref, \
         subject_index, content_tag, form_sha256 \
         FROM consent WHERE member = $1 AND consent_ref IN (",
        1,
        ")",
    );
    let mut found = Vec::new();
    for row in rows_among(connection, &SQL, member, refs).await? {
        found.push(consent_of(&Columns { act: FIND, row: &row })?);
    }
    Ok(found)
}

/// The numbers among `refs` under which members other than this one have a consent; nothing else is told of those.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn refs_of_other_members(
    connection: &mut AnyConnection,
    refs: &[&str],
    member: &str,
) -> Result<Vec<String>, ConsentError> {
    static SQL: BlockSql = BlockSql::new(
        "SELECT DISTINCT consent_ref FROM consent WHERE member <> $1 AND consent_ref IN (",
        1,
        ")",
    );
    let rows = rows_among(connection, &SQL, member, refs).await?;
    rows.iter()
        .map(|row| Columns { act: FIND, row }.read(0, "consent_ref"))
        .collect()
}

/// The highest number given to a consent; 0 when there is none.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn max_consent_no(connection: &mut AnyConnection) -> Result<i64, ConsentError> {
    const SQL: &str = "SELECT COALESCE(MAX(consent_no), 0) FROM consent";
    let row = sqlx::query(SQL)
        .fetch_one(connection)
        .await
        .map_err(refused(FIND))?;
    Columns { act: FIND, row: &row }.read(0, "consent_no")
}

async fn rows_among(
    connection: &mut AnyConnection,
    sql: &'static BlockSql,
    member: &str,
    refs: &[&str],
) -> Result<Vec<sqlx::any::AnyRow>, ConsentError> {
    let mut found = Vec::new();
    for (size, block) in held_blocks(refs) {
        let mut query = sqlx::query(sql.text(connection, size)).bind(member);
        let last = block[block.len() - 1];
        for place in 0..size.rows() {
            query = query.bind(*block.get(place).unwrap_or(&last));
        }
        found.extend(query.fetch_all(&mut *connection).await.map_err(refused(FIND))?);
    }
    Ok(found)
}

/// Reads what every look-up of consents selects first: the short columns as one text with a space between them, the
/// free one last, and three of bytes. A column costs more than its content on the way through the driver, and one
/// text makes the look-up twice as fast as thirteen columns.
pub(super) fn consent_of(columns: &Columns<'_>) -> Result<ConsentRow, ConsentError> {
    let facts: &str = columns.read(0, "consent_no")?;
    let mut pieces = Pieces {
        columns,
        rest: facts.splitn(13, ' '),
    };
    let consent_no = pieces.number("consent_no")?;
    let terms = RegisteredTerms {
        channel: pieces.listed("channel", Channel::parse)?,
        consented_at: pieces.instant("consented_at")?,
        has_source: pieces.number("has_source")? == 1,
        form_id: pieces.text("form_id")?.to_owned(),
        form_version: pieces.text("form_version")?.to_owned(),
        form_sha256: form_hash(columns)?,
        idv_method: pieces.listed("idv_method", IdvMethod::parse)?,
        idv_result: pieces.listed("idv_result", IdvResult::parse)?,
        idv_at: pieces.instant("idv_at")?,
    };
    Ok(ConsentRow {
        consent_no,
        terms,
        withdrawn_at: pieces.withdrawn_at()?,
        outcome: pieces.outcome()?,
        consent_ref: pieces.text("consent_ref")?.to_owned(),
        subject_index: tag(columns, 1, "subject_index")?,
        content_tag: tag(columns, 2, "content_tag")?,
    })
}

/// The pieces of the one text, in the order they were joined.
struct Pieces<'c> {
    columns: &'c Columns<'c>,
    rest: std::str::SplitN<'c, char>,
}

impl<'c> Pieces<'c> {
    fn text(&mut self, column: &'static str) -> Result<&'c str, ConsentError> {
        self.rest.next().ok_or(self.columns.wrong(column))
    }

    fn number(&mut self, column: &'static str) -> Result<i64, ConsentError> {
        self.text(column)?.parse().map_err(|_| self.columns.wrong(column))
    }

    fn instant(&mut self, column: &'static str) -> Result<Timestamp, ConsentError> {
        let micros = self.number(column)?;
        instant(self.columns, micros, column)
    }

    fn listed<T>(
        &mut self,
        column: &'static str,
        parse: fn(&str) -> Result<T, Code>,
    ) -> Result<T, ConsentError> {
        parse(self.text(column)?).map_err(|_| self.columns.wrong(column))
    }

    fn withdrawn_at(&mut self) -> Result<Option<Timestamp>, ConsentError> {
        let wrong = self.columns.wrong("withdrawn_at");
        match self.text("withdrawn_at")? {
            "" => Ok(None),
            micros => instant(self.columns, micros.parse().map_err(|_| wrong)?, "withdrawn_at").map(Some),
        }
    }

    fn outcome(&mut self) -> Result<Option<Outcome>, ConsentError> {
        match (self.text("outcome")?, self.text("outcome_date")?) {
            ("", "") => Ok(None),
            (outcome, date) => Outcome::parse(outcome, date)
                .map(Some)
                .map_err(|_| self.columns.wrong("outcome")),
        }
    }
}

fn form_hash(columns: &Columns<'_>) -> Result<Option<[u8; 32]>, ConsentError> {
    match columns.read::<&[u8]>(3, "form_sha256")? {
        [] => Ok(None),
        hash => Ok(Some(hash.try_into().map_err(|_| columns.wrong("form_sha256"))?)),
    }
}

fn tag(columns: &Columns<'_>, place: usize, column: &'static str) -> Result<[u8; 16], ConsentError> {
    let bytes: &[u8] = columns.read(place, column)?;
    bytes.try_into().map_err(|_| columns.wrong(column))
}

pub(super) fn instant(
    columns: &Columns<'_>,
    micros: i64,
    column: &'static str,
) -> Result<Timestamp, ConsentError> {
    Timestamp::from_microsecond(micros).map_err(|_| columns.wrong(column))
}

const FIND: &str = "look consents up";
