//! Consents, many at once: registering them, and what is known of them when a chunk is screened. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::blocks::{BlockSql, held_blocks, insert_blocks};
use super::{Columns, refused, terms_text};
use crate::error::ConsentError;
use crate::outcome::Outcome;
use crate::record::{Registered, RegisteredTerms};

/// A consent to register.
#[derive(Clone, Copy)]
pub struct NewConsent<'a> {
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
    /// Its place among what was sealed with it.
    pub ordinal: i64,
    /// The bytes of [`crate::sealed::write`], sealed.
    pub sealed: &'a [u8],
}

/// What consents that are registered together have in common.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// When they are registered.
    pub registered_at: Timestamp,
    /// The cohort whose key seals them.
    pub cohort: &'a str,
    /// What their object key is made with.
    pub salt: &'a [u8],
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

/// Registers consents under the numbers from `first_no` on, in their order; all or, with the caller's transaction, none.
///
/// # Errors
/// `StateChanged` when one of them is registered already; `Database`.
pub async fn insert_consents(
    connection: &mut AnyConnection,
    first_no: i64,
    registration: &Registration<'_>,
    consents: &[NewConsent<'_>],
) -> Result<(), ConsentError> {
    // What all have in common is bound once: each parameter costs about as much as inserting two columns.
    static SQL: BlockSql = BlockSql::placed(
        "INSERT INTO consent (registered_at, cohort, salt, consent_no, member, consent_ref, subject_index, \
         content_tag, terms, ordinal, sealed) SELECT $1, $2, $3, $4 + column1, column2, column3, column4, column5, \
         column6, column7, column8 FROM (VALUES ",
        7,
        ") AS new",
    );
    insert_blocks(connection, &SQL, consents, |query, place, block| {
        let query = query
            .bind(registration.registered_at.as_microsecond())
            .bind(registration.cohort)
            .bind(registration.salt)
            .bind(first_no + place as i64);
        block.iter().fold(query, |query, consent| {
            query
                .bind(consent.member)
                .bind(consent.consent_ref)
                .bind(&consent.subject_index[..])
                .bind(&consent.content_tag[..])
                .bind(terms_text::write(consent.terms))
                .bind(consent.ordinal)
                .bind(consent.sealed)
        })
    })
    .await
    .map_err(|error| match error.as_database_error() {
        Some(inner) if inner.is_unique_violation() => ConsentError::StateChanged,
        _ => refused("register consents")(error),
    })
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
        "SELECT consent_no || ' ' || COALESCE(CAST(withdrawn_at AS TEXT), '') || ' ' || outcome || ' ' || \
         outcome_date || ' ' || consent_ref, terms, subject_index, content_tag \
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

pub(super) async fn rows_among(
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
/// free one last, then the terms, and two of bytes. A column costs more than its content on the way through the driver.
pub(super) fn consent_of(columns: &Columns<'_>) -> Result<ConsentRow, ConsentError> {
    let facts: &str = columns.read(0, "consent_no")?;
    let mut pieces = Pieces {
        columns,
        rest: facts.splitn(5, ' '),
    };
    let consent_no = pieces.text("consent_no")?.parse();
    Ok(ConsentRow {
        consent_no: consent_no.map_err(|_| columns.wrong("consent_no"))?,
        withdrawn_at: pieces.withdrawn_at()?,
        outcome: pieces.outcome()?,
        consent_ref: pieces.text("consent_ref")?.to_owned(),
        terms: terms_text::read(columns.read(1, "terms")?).map_err(|term| columns.wrong(term))?,
        subject_index: tag(columns, 2, "subject_index")?,
        content_tag: tag(columns, 3, "content_tag")?,
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
