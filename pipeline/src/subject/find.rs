//! Finds what is held about a person by the keyed index of number and birth date. *SQL.*

use mayfly_consent::store::{self as consent_store, StoredConsent};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::applicant::Applicant;
use crate::{
    app::House,
    batch::Outcome,
    db::columns::Column,
    error::{Error, Result},
};

/// The consents of a person.
pub struct Held {
    /// Each after its member, in the order of their registration.
    pub consents: Vec<(String, StoredConsent)>,
    /// How many there are under the same number with another birth date: nothing of these is told, and somebody should look.
    pub other_birth: u64,
}

/// A query about a person.
pub struct Query {
    /// Whose it was.
    pub member: String,
    /// The consent it used.
    pub consent_no: i64,
    /// The tag of its chunk, the first part of its query id.
    pub tag: i64,
    /// Its place in the chunk.
    pub ordinal: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Journal index.
    pub entry: u64,
}

/// The consents of `who`.
///
/// # Errors
/// `DB-*`.
pub async fn consents(house: &House, conn: &mut AnyConnection, who: &Applicant) -> Result<Held> {
    let index = house.index.person(&who.id, who.birth);
    let (mut first, mut last) = (index, index);
    // Its first half is of the number alone.
    first[8..].fill(0);
    last[8..].fill(0xff);
    let mut consents = consent_store::of_subject(conn, (&first, &last)).await?;
    let all = consents.len();
    consents.retain(|(_, stored)| stored.row.subject_index == index);
    Ok(Held {
        other_birth: (all - consents.len()) as u64,
        consents,
    })
}

/// All queries that used a consent of `who`, in the order of the journal, however many they are: the law has a person told of
/// each. The table has no index for it: every row is looked at.
///
/// # Errors
/// `DB-*`.
pub async fn queries(house: &House, conn: &mut AnyConnection, who: &Applicant) -> Result<Vec<Query>> {
    let failed = || Error::database("look for the queries about a person");
    let rows = sqlx::query(
        "SELECT batch.member, request.consent_no, chunk.tag, request.line - chunk.first_line, request.outcome, chunk.state,
         request.entry FROM request JOIN consent ON consent.consent_no = request.consent_no
         JOIN chunk ON chunk.chunk_no = request.chunk_no JOIN batch ON batch.batch_no = request.batch_no
         WHERE consent.subject_index = $1 AND request.entry IS NOT NULL ORDER BY request.entry",
    )
    .bind(house.index.person(&who.id, who.birth).to_vec())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| query(row).map_err(failed())).collect()
}

fn query(row: &AnyRow) -> Column<Query> {
    let settled = row.try_get::<String, _>(5)? == "settled";
    let outcome = match Outcome::parse(row.try_get(4)?) {
        Some(Outcome::Asked) if settled => Outcome::Answered,
        outcome => outcome.ok_or(sqlx::Error::RowNotFound)?,
    };
    let number = |column| -> Column<u64> {
        u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| sqlx::Error::RowNotFound)
    };
    Ok(Query {
        member: row.try_get(0)?,
        consent_no: row.try_get(1)?,
        tag: row.try_get(2)?,
        ordinal: u32::try_from(number(3)?).map_err(|_| sqlx::Error::RowNotFound)?,
        outcome,
        entry: number(6)?,
    })
}
