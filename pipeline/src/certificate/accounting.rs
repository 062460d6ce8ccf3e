//! Certificates and live cohorts account for every segment ever made, or it is said which they do not. *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use mayfly_retention::{Cohort, ObjectId, certificate::State};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{books, stored};
use crate::{
    app::House,
    error::{Error, Result},
};

/// Where every recorded segment is.
#[derive(Serialize, Default)]
pub struct Accounting {
    /// Segments that the database has recorded, of all classes and times, also where only the certificate still tells.
    pub recorded: u64,
    /// Of these, in cohorts whose key lives.
    pub live: u64,
    /// Of these, in cohorts that are certified as erased.
    pub certified: u64,
    /// Segments in certificates that were in no book: a crash had left them.
    pub unrecorded: u64,
    /// What does not add up, a sentence each; at most 1,000.
    pub findings: Vec<String>,
}

/// Holds the books against the sealed files of live cohorts and the certificates of destroyed ones.
pub async fn account_for_all(house: &House, conn: &mut AnyConnection) -> Result<Accounting> {
    let mut recorded: BTreeMap<Cohort, Vec<ObjectId>> = BTreeMap::new();
    for (cohort, object) in books::all(&mut *conn).await? {
        recorded.entry(cohort).or_default().push(object);
    }
    let mut certified = BTreeMap::new();
    for stored in stored::all(conn).await? {
        let facts = &stored.certificate.facts;
        if facts.state == State::Erased {
            certified.insert(facts.cohort, (facts.segments.expected, stored.unrecorded));
        }
    }
    let destroyed = house.custody.destroyed()?;
    let destroyed: BTreeSet<Cohort> = destroyed.into_iter().map(|listed| listed.cohort).collect();
    let mut sum = Accounting {
        unrecorded: certified.values().map(|(_, unrecorded)| unrecorded).sum(),
        ..Accounting::default()
    };
    for (cohort, objects) in &recorded {
        let count = objects.len() as u64;
        sum.recorded += count;
        match certified.get(cohort) {
            Some((expected, unrecorded)) => {
                sum.certified += count;
                if count + unrecorded > *expected {
                    sum.find(format!(
                        "{cohort}: its certificate counts {expected} segments, the books {count}"
                    ));
                }
            }
            // Said below.
            None if destroyed.contains(cohort) => {}
            None => {
                sum.live += count;
                let there = house.vault.objects(*cohort)?;
                let lost = objects
                    .iter()
                    .filter(|object| there.binary_search(object).is_err())
                    .count();
                if lost > 0 {
                    sum.find(format!(
                        "{cohort}: {lost} of its {count} sealed files are not there, and its key lives"
                    ));
                }
            }
        }
    }
    // Rows go at the end of their years; what they named is in the certificate.
    for (cohort, (expected, unrecorded)) in &certified {
        let rows = recorded.get(cohort).map_or(0, |objects| objects.len() as u64);
        let gone = expected.saturating_sub(*unrecorded).saturating_sub(rows);
        sum.recorded += gone;
        sum.certified += gone;
    }
    for cohort in &destroyed {
        if !certified.contains_key(cohort) {
            sum.find(format!("{cohort}: destroyed, and no certificate yet"));
        }
    }
    for cohort in certified.keys().filter(|cohort| !destroyed.contains(cohort)) {
        sum.find(format!(
            "{cohort}: certified as erased, and its key is not in the list of the destroyed"
        ));
    }
    Ok(sum)
}

impl Accounting {
    fn find(&mut self, finding: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// One sentence, when everything adds up.
    ///
    /// # Errors
    /// `SEGMENT-UNACCOUNTED` with the first finding.
    pub fn verdict(&self) -> Result<String> {
        match self.findings.first() {
            None => Ok(self.sentence()),
            Some(finding) => Err(Error::Operator {
                code: "SEGMENT-UNACCOUNTED",
                sentence: format!(
                    "certificates and live cohorts do not account for every segment: {finding} ({} in all)",
                    self.findings.len()
                ),
                remedy: "run `mayfly purge run`; what it does not mend, show to compliance with `mayfly certificate list`",
            }),
        }
    }

    /// The counts in words.
    pub fn sentence(&self) -> String {
        let extra = match self.unrecorded {
            0 => String::new(),
            count => format!(", and {count} certified that no row named"),
        };
        format!(
            "{} segments recorded: {} live, {} certified as erased{extra}",
            self.recorded, self.live, self.certified
        )
    }
}

const FINDINGS_MAX: usize = 1_000;
