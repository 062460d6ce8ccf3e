//! Seals consents row by row, so that each can be deleted at its own end (D16), and opens them again. *Edge.*

use jiff::Timestamp;
use mayfly_consent::{
    Claim, RegisteredTerms, Terms, sealed,
    store::{NewConsent, Registration, StoredConsent},
};
use mayfly_retention::{
    Class, Cohort, OsRandomness,
    rowbox::{RowSealer, open_row},
};
use zeroize::Zeroizing;

use super::known::Tags;
use crate::{
    app::House,
    error::{Error, Result},
    index::Index,
};

/// Seals the consents of one write under one salt.
pub struct ConsentSealer {
    sealer: RowSealer,
    cohort: String,
    next: u32,
    now: Timestamp,
    plain: Zeroizing<Vec<u8>>,
}

/// A consent ready to be entered under the next number.
pub struct SealedConsent {
    consent_ref: String,
    subject_index: Index,
    content_tag: Index,
    terms: RegisteredTerms,
    ordinal: u32,
    sealed: Vec<u8>,
}

impl ConsentSealer {
    /// Draws a salt and opens the month's key.
    pub fn new(house: &House, now: Timestamp) -> Result<Self> {
        let cohort = Cohort::of(Class::Consent, now);
        let key = house.custody.cohort_key(cohort)?;
        Ok(Self {
            sealer: RowSealer::new(&key, TABLE, &OsRandomness)?,
            cohort: cohort.name(),
            next: 0,
            now,
            plain: Zeroizing::new(Vec::with_capacity(sealed::SEALED_MAX_BYTES)),
        })
    }

    /// Seals the consent of a complete claim of `member` with its `tags`.
    pub fn seal(&mut self, member: &str, claim: &Claim, tags: Tags) -> Result<SealedConsent> {
        let incomplete = || Error::Bug("a consent to be kept is not complete");
        let (Terms::Given(given), Some(reference)) = (&claim.terms, &claim.consent_ref) else {
            return Err(incomplete());
        };
        sealed::write(claim, &mut self.plain)?;
        let ordinal = self.next;
        self.next += 1;
        Ok(SealedConsent {
            consent_ref: reference.clone(),
            subject_index: tags.person.ok_or_else(incomplete)?,
            content_tag: tags.content.ok_or_else(incomplete)?,
            terms: given.registered_terms().ok_or_else(incomplete)?,
            ordinal,
            sealed: self
                .sealer
                .seal(ordinal, place(member, reference).as_bytes(), &self.plain)?,
        })
    }

    /// What all consents sealed here have in common, as the store wants it.
    pub fn registration(&self) -> Registration<'_> {
        Registration {
            registered_at: self.now,
            cohort: &self.cohort,
            salt: self.sealer.salt(),
        }
    }
}

impl SealedConsent {
    /// The consent of `member` as the store wants it.
    pub fn row<'a>(&'a self, member: &'a str) -> NewConsent<'a> {
        NewConsent {
            member,
            consent_ref: &self.consent_ref,
            subject_index: self.subject_index,
            content_tag: self.content_tag,
            terms: &self.terms,
            ordinal: i64::from(self.ordinal),
            sealed: &self.sealed,
        }
    }
}

/// Opens a stored consent of `member`.
pub fn open(house: &House, member: &str, stored: &StoredConsent) -> Result<Claim> {
    let cohort = Cohort::parse(&stored.cohort)?;
    let key = crate::sealed::key(house, cohort)?;
    let salt = stored
        .salt
        .as_slice()
        .try_into()
        .map_err(|_| Error::Bug("a stored salt has another length"))?;
    let ordinal =
        u32::try_from(stored.ordinal).map_err(|_| Error::Bug("a stored ordinal is out of range"))?;
    let place = place(member, &stored.row.consent_ref);
    let plain = open_row(&key, TABLE, salt, ordinal, place.as_bytes(), &stored.sealed)?;
    Ok(sealed::read(&plain)?)
}

fn place(member: &str, reference: &str) -> String {
    format!("{member}/{reference}")
}

const TABLE: &str = "consent";
