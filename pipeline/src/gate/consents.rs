//! What is known of the consents that a chunk's rows name: one look-up a chunk. *SQL.*

use std::collections::{HashMap, HashSet};

use mayfly_consent::{
    Registered, RegisteredTerms, Terms,
    store::{self as consent_store},
};
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::{
    app::House,
    batch::{Batch, requests},
    error::Result,
    index::{Index, Indexes},
    intake::Row,
};

/// What is known of the consents of a chunk.
pub struct Known {
    /// This member's consents, by its own number.
    pub by_ref: HashMap<String, KnownConsent>,
    /// Numbers that only another member has registered.
    pub elsewhere: HashSet<String>,
    /// Number of the next new consent.
    pub next_no: i64,
    tags: HashMap<u32, (Option<Index>, Option<Index>)>,
}

/// One registered consent.
pub struct KnownConsent {
    /// Its number.
    pub consent_no: i64,
    /// Uses taken, by item.
    pub uses: HashMap<String, Vec<i64>>,
    subject: Option<Index>,
    content: Option<Index>,
    terms: Option<RegisteredTerms>,
    withdrawn: bool,
}

/// Looks up the consents that `rows` name.
pub async fn look_up(house: &House, conn: &mut AnyConnection, batch: &Batch, rows: &[Row]) -> Result<Known> {
    let refs: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.claim.consent_ref.as_deref())
        .collect();
    let found = consent_store::find_consents(&mut *conn, &batch.member, &refs).await?;
    let mut uses = if found.is_empty() {
        HashMap::new()
    } else {
        let numbers: Vec<i64> = found.iter().map(|consent| consent.consent_no).collect();
        requests::uses(&mut *conn, &numbers).await?
    };
    let mut by_ref: HashMap<String, KnownConsent> = HashMap::with_capacity(rows.len());
    let mut numbers: HashMap<i64, String> = HashMap::new();
    for consent in found {
        numbers.insert(consent.consent_no, consent.consent_ref.clone());
        by_ref.insert(
            consent.consent_ref,
            KnownConsent {
                consent_no: consent.consent_no,
                uses: HashMap::new(),
                subject: Some(consent.subject_index),
                content: Some(consent.content_tag),
                terms: Some(consent.terms),
                withdrawn: consent.withdrawn_at.is_some(),
            },
        );
    }
    for ((consent_no, item), taken) in uses.drain() {
        if let Some(known) = numbers
            .get(&consent_no)
            .and_then(|reference| by_ref.get_mut(reference))
        {
            known.uses.insert(item, taken);
        }
    }
    let unknown: Vec<&str> = rows
        .iter()
        .filter(|row| matches!(row.claim.terms, Terms::Registered))
        .filter_map(|row| row.claim.consent_ref.as_deref())
        .filter(|reference| !by_ref.contains_key(*reference))
        .collect();
    let elsewhere = if unknown.is_empty() {
        HashSet::new()
    } else {
        consent_store::refs_of_other_members(&mut *conn, &unknown, &batch.member)
            .await?
            .into_iter()
            .collect()
    };
    let next_no = consent_store::max_consent_no(conn).await? + 1;
    Ok(Known {
        by_ref,
        elsewhere,
        next_no,
        tags: tags(&house.index, rows),
    })
}

impl Known {
    /// What is known of the consent that `row` names.
    pub fn registered(&self, row: &Row) -> Option<Registered> {
        let known = self.by_ref.get(row.claim.consent_ref.as_deref()?)?;
        let (subject, content) = self.tags.get(&row.line).copied().unwrap_or_default();
        let item = row.item.as_deref().unwrap_or("");
        Some(Registered {
            consent_no: known.consent_no,
            same_subject: subject.is_none() || subject == known.subject,
            same_content: content.map(|content| Some(content) == known.content),
            terms: known.terms.clone()?,
            withdrawn: known.withdrawn,
            uses_taken: known.uses.get(item).map_or(0, |taken| taken.len() as i64),
        })
    }

    /// Enters a consent that comes with `row` itself.
    pub fn enter(&mut self, row: &Row) -> i64 {
        let consent_no = self.next_no;
        self.next_no += 1;
        let (subject, content) = self.tags.get(&row.line).copied().unwrap_or_default();
        let terms = match &row.claim.terms {
            Terms::Given(given) => given.registered_terms(),
            Terms::Registered => None,
        };
        let known = KnownConsent {
            consent_no,
            uses: HashMap::new(),
            subject,
            content,
            terms,
            withdrawn: false,
        };
        self.by_ref
            .insert(row.claim.consent_ref.clone().unwrap_or_default(), known);
        consent_no
    }
}

/// The keyed index of each row's subject and the tag of its terms, where both are readable.
fn tags(index: &Indexes, rows: &[Row]) -> HashMap<u32, (Option<Index>, Option<Index>)> {
    let mut canonical = Zeroizing::new(Vec::with_capacity(1024));
    rows.iter()
        .map(|row| {
            let subject = row
                .claim
                .subject_id
                .as_ref()
                .zip(row.claim.birth_date)
                .map(|(id, birth)| index.person(id, birth));
            let content = match &row.claim.terms {
                Terms::Given(given) if given.is_complete() => {
                    canonical.clear();
                    given.canonical_bytes(row.claim.birth_date, &mut canonical);
                    Some(index.content(&canonical))
                }
                _ => None,
            };
            (row.line, (subject, content))
        })
        .collect()
}
