//! Issues a certificate: numbers it, signs it, keeps it and enters its hash in the journal, in one transaction. *SQL.*

use jiff::Timestamp;
use mayfly_retention::certificate::{Certificate, Facts, State};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::{
    app::House,
    db::{Tx, meta},
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
};

/// Issues the certificate of `facts` in the caller's transaction, and returns its number: the next, or `number`, if the cohort
/// had that in a database from after this one. `unrecorded` of its segments were in no book. End with [`commit`].
///
/// A cohort has one certificate of each state: the second is refused by the table. The journal entry's reference is the
/// SHA-256 of the signed note, as `sha256sum` gives it for an exported file.
///
/// # Errors
/// `BUG` if something is left of the cohort, or if it is said to be erased and its key is not destroyed: callers must not
/// ask before.
pub async fn issue(
    house: &House,
    conn: &mut AnyConnection,
    facts: &Facts,
    unrecorded: u64,
    number: Option<u64>,
    now: Timestamp,
) -> Result<u64> {
    if facts.residue != Some(0) {
        return Err(Error::Bug("a certificate was asked for while something is left"));
    }
    if (facts.state == State::Erased) != house.custody.is_destroyed(facts.cohort)? {
        return Err(Error::Bug(
            "a certificate says otherwise than the list of destroyed cohorts",
        ));
    }
    let number = match number {
        Some(number) => number,
        None => next(house, &mut *conn).await?,
    };
    let certificate = Certificate {
        origin: house.signer.origin.clone(),
        number,
        facts: facts.clone(),
        public_key: house.signer.verifier().fingerprint(),
    };
    let note = house
        .signer
        .key()
        .sign_note(&house.signer.origin, &certificate.text())
        .map_err(Error::journal)?;
    let reference = sha256(&note);
    let act = Act {
        kind: Kind::Certificate,
        member: "",
        reference: &reference,
    };
    let entry = act::enter(house, &mut *conn, &act, &facts.cohort.name(), now).await?;
    let bigint = |number: u64| i64::try_from(number).map_err(|_| Error::Bug("a count beyond 2^63"));
    sqlx::query(
        "INSERT INTO certificate (cohort, state, certificate_no, note, unrecorded, issued_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(facts.cohort.name())
    .bind(facts.state.name())
    .bind(bigint(number)?)
    .bind(note)
    .bind(bigint(unrecorded)?)
    .bind(now.as_microsecond())
    .bind(bigint(entry)?)
    .execute(conn)
    .await
    .map_err(Error::database("keep a certificate"))?;
    Ok(number)
}

/// Commits the transaction in which certificates were issued; their numbers are kept beside the keyring before.
///
/// # Errors
/// Those of the disk and the database: then none was issued, and their numbers are not given again.
pub async fn commit(house: &House, mut tx: Tx) -> Result<()> {
    let last = meta::counter(tx.connection(), meta::CERTIFICATES).await?;
    if last.unsigned_abs() > house.custody.last_certificate()? {
        house.custody.note_certificate(last.unsigned_abs())?;
    }
    tx.commit().await
}

/// The number after the last, also where the last was given by a database from after this one.
async fn next(house: &House, conn: &mut AnyConnection) -> Result<u64> {
    let given = house.custody.last_certificate()?;
    if meta::counter(&mut *conn, meta::CERTIFICATES)
        .await?
        .unsigned_abs()
        < given
    {
        meta::write(&mut *conn, meta::CERTIFICATES, &given.to_string()).await?;
    }
    let number = meta::take_numbers(conn, meta::CERTIFICATES, 1).await?;
    Ok(number.unsigned_abs())
}

/// The hash by which the journal knows a signed note.
pub fn sha256(note: &str) -> String {
    ids::hex(&Sha256::digest(note.as_bytes()))
}
