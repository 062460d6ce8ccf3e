//! What is known of the consents of a chunk, and what its own rows add to it. *Pure.*

use std::collections::{HashMap, HashSet};

use mayfly_consent::{Registered, RegisteredTerms, Terms, VerifiedConsent, store::ConsentRow};
use zeroize::Zeroizing;

use crate::{
    index::{Index, Indexes},
    intake::Row,
};

/// What is known of the consents that a chunk's rows name.
pub struct Known {
    /// This member's consents, by its own number.
    by_ref: HashMap<String, KnownConsent>,
    /// Numbers that only other members have registered.
    elsewhere: HashSet<String>,
    /// Number of the next new consent.
    next_no: i64,
    /// By line: whom the row is about, and what its consent says.
    tags: HashMap<u32, (Option<Index>, Option<Index>)>,
}

/// Why a row may be asked about.
pub struct Verdict {
    /// The verified consent, used up by the query that is written on it.
    pub consent: VerifiedConsent,
    /// Number of the consent, given here if it is new.
    pub consent_no: i64,
    /// Which use of the consent it takes.
    pub use_no: i64,
    /// Whether the consent has to be entered.
    pub is_new: bool,
}

struct KnownConsent {
    consent_no: i64,
    /// Uses taken, by item.
    uses: HashMap<String, Vec<i64>>,
    person: Option<Index>,
    content: Option<Index>,
    terms: Option<RegisteredTerms>,
    withdrawn: bool,
}

impl Known {
    /// What is known of the consents that `rows` name: those `found` in the register with the uses `taken` of each for
    /// each item, and the numbers that only other members have.
    pub fn new(
        index: &Indexes,
        rows: &[Row],
        found: Vec<ConsentRow>,
        mut taken: HashMap<i64, HashMap<String, Vec<i64>>>,
        elsewhere: HashSet<String>,
        next_no: i64,
    ) -> Self {
        let by_ref = found
            .into_iter()
            .map(|row| {
                let known = KnownConsent {
                    consent_no: row.consent_no,
                    uses: taken.remove(&row.consent_no).unwrap_or_default(),
                    person: Some(row.subject_index),
                    content: Some(row.content_tag),
                    terms: Some(row.terms),
                    withdrawn: row.withdrawn_at.is_some(),
                };
                (row.consent_ref, known)
            })
            .collect();
        Self {
            by_ref,
            elsewhere,
            next_no,
            tags: tags(index, rows),
        }
    }

    /// What is known of the consent that `row` names.
    pub fn registered(&self, row: &Row) -> Option<Registered> {
        let known = self.by_ref.get(row.claim.consent_ref.as_deref()?)?;
        let (person, content) = self.tags(row);
        let item = row.item.as_deref().unwrap_or("");
        Some(Registered {
            consent_no: known.consent_no,
            same_subject: person.is_none() || person == known.person,
            same_content: content.map(|content| Some(content) == known.content),
            terms: known.terms.clone()?,
            withdrawn: known.withdrawn,
            uses_taken: known.uses.get(item).map_or(0, |taken| taken.len() as i64),
        })
    }

    /// Whether only another member has registered the number that `row` names.
    pub fn is_elsewhere(&self, row: &Row) -> bool {
        row.claim
            .consent_ref
            .as_ref()
            .is_some_and(|reference| self.elsewhere.contains(reference))
    }

    /// Reserves the next free use of the row's consent, which becomes known if it was new.
    pub fn take(&mut self, row: &Row, consent: VerifiedConsent) -> Verdict {
        let reference = row.claim.consent_ref.clone().unwrap_or_default();
        let (person, content) = self.tags(row);
        let next_no = self.next_no;
        let mut is_new = false;
        let known = self.by_ref.entry(reference).or_insert_with(|| {
            is_new = true;
            let terms = match &row.claim.terms {
                Terms::Given(given) => given.registered_terms(),
                Terms::Registered => None,
            };
            KnownConsent {
                consent_no: next_no,
                uses: HashMap::new(),
                person,
                content,
                terms,
                withdrawn: false,
            }
        });
        self.next_no += i64::from(is_new);
        let taken = known
            .uses
            .entry(row.item.clone().unwrap_or_default())
            .or_default();
        let use_no = (1..)
            .find(|number| !taken.contains(number))
            .expect("Invariant: there are more numbers than uses");
        taken.push(use_no);
        Verdict {
            consent,
            consent_no: known.consent_no,
            use_no,
            is_new,
        }
    }

    fn tags(&self, row: &Row) -> (Option<Index>, Option<Index>) {
        self.tags.get(&row.line).copied().unwrap_or_default()
    }
}

/// The keyed index of each row's person and the tag of its terms, where they are readable.
fn tags(index: &Indexes, rows: &[Row]) -> HashMap<u32, (Option<Index>, Option<Index>)> {
    let mut canonical = Zeroizing::new(Vec::with_capacity(1024));
    rows.iter()
        .map(|row| {
            let who = row.claim.subject_id.as_ref().zip(row.claim.birth_date);
            let person = who.map(|(id, birth)| index.person(id, birth));
            let content = match &row.claim.terms {
                Terms::Given(given) if given.is_complete() => {
                    canonical.clear();
                    given.canonical_bytes(row.claim.birth_date, &mut canonical);
                    Some(index.content(&canonical))
                }
                _ => None,
            };
            (row.line, (person, content))
        })
        .collect()
}
