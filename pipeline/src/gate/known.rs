//! What is known of the consents of a chunk, and what its own rows add to it. *Pure.*

use std::collections::{HashMap, HashSet};

use mayfly_consent::{Given, Registered, RegisteredTerms, Terms, VerifiedConsent, store::ConsentRow};
use zeroize::Zeroizing;

use crate::{
    index::{Index, Indexes},
    intake::Row,
};

/// What the registers hold about the consents that a chunk's rows name.
#[derive(Default, PartialEq, Eq)]
pub struct Found {
    /// This member's consents.
    pub consents: Vec<ConsentRow>,
    /// Uses taken of each of them, for each item.
    pub taken: HashMap<i64, HashMap<String, Vec<i64>>>,
    /// Numbers that only other members have registered.
    pub elsewhere: HashSet<String>,
}

/// What is known of the consents that a chunk's rows name: what was found, and what the rows before have added.
pub struct Known<'c> {
    /// This member's consents, by its own number.
    by_ref: HashMap<&'c str, KnownConsent<'c>>,
    elsewhere: &'c HashSet<String>,
    /// How many consents are new with the chunk.
    new: u32,
}

/// Why a row may be asked about.
pub struct Verdict {
    /// The verified consent, used up by the query that is written on it.
    pub consent: VerifiedConsent,
    /// Which consent that is.
    pub number: ConsentNumber,
    /// Which use of the consent it takes.
    pub use_no: i64,
    /// Whether the consent has to be entered.
    pub is_new: bool,
}

/// Number of a consent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ConsentNumber {
    /// The one it has.
    Registered(i64),
    /// It is new with this chunk and gets its number when it is entered: so many of the chunk are entered before it.
    New(u32),
}

/// The keyed index of a row's person and the tag of its terms, where they are readable.
#[derive(Clone, Copy, Default)]
pub struct Tags {
    /// Whom the row is about.
    pub person: Option<Index>,
    /// What its consent says.
    pub content: Option<Index>,
}

struct KnownConsent<'c> {
    number: ConsentNumber,
    /// Uses taken: the item, and which use of it.
    uses: Vec<(&'c str, i64)>,
    tags: Tags,
    terms: KnownTerms<'c>,
    withdrawn: bool,
}

/// Where the terms of a known consent are.
enum KnownTerms<'c> {
    Registered(&'c RegisteredTerms),
    Given(&'c Given),
    None,
}

impl ConsentNumber {
    /// The number itself, where `first_new` is the one that the first new consent gets.
    pub fn at(self, first_new: i64) -> i64 {
        match self {
            Self::Registered(number) => number,
            Self::New(place) => first_new + i64::from(place),
        }
    }
}

impl<'c> Known<'c> {
    /// What is known before the first of the `rows` of a chunk.
    pub fn new(found: &'c Found, rows: usize) -> Self {
        let mut by_ref = HashMap::with_capacity(rows);
        by_ref.extend(found.consents.iter().map(|row| {
            let taken = found.taken.get(&row.consent_no).into_iter().flatten();
            let known = KnownConsent {
                number: ConsentNumber::Registered(row.consent_no),
                uses: taken
                    .flat_map(|(item, uses)| uses.iter().map(|used| (item.as_str(), *used)))
                    .collect(),
                tags: Tags {
                    person: Some(row.subject_index),
                    content: Some(row.content_tag),
                },
                terms: KnownTerms::Registered(&row.terms),
                withdrawn: row.withdrawn_at.is_some(),
            };
            (row.consent_ref.as_str(), known)
        }));
        Self {
            by_ref,
            elsewhere: &found.elsewhere,
            new: 0,
        }
    }

    /// What is known of the consent that `row` names.
    pub fn registered(&self, row: &Row, tags: Tags) -> Option<Registered> {
        let known = self.by_ref.get(row.claim.consent_ref.as_deref()?)?;
        let item = row.item.as_deref().unwrap_or("");
        Some(Registered {
            consent_no: known.number.at(0),
            same_subject: tags.person.is_none() || tags.person == known.tags.person,
            same_content: tags.content.map(|content| Some(content) == known.tags.content),
            terms: match known.terms {
                KnownTerms::Registered(terms) => terms.clone(),
                KnownTerms::Given(given) => given.registered_terms()?,
                KnownTerms::None => return None,
            },
            withdrawn: known.withdrawn,
            uses_taken: known.uses_of(item).count() as i64,
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
    pub fn take(&mut self, row: &'c Row, tags: Tags, consent: VerifiedConsent) -> Verdict {
        let reference = row.claim.consent_ref.as_deref().unwrap_or_default();
        let mut is_new = false;
        let known = self.by_ref.entry(reference).or_insert_with(|| {
            is_new = true;
            KnownConsent {
                number: ConsentNumber::New(self.new),
                uses: Vec::with_capacity(1),
                tags,
                terms: match &row.claim.terms {
                    Terms::Given(given) => KnownTerms::Given(given),
                    Terms::Registered => KnownTerms::None,
                },
                withdrawn: false,
            }
        });
        self.new += u32::from(is_new);
        let item = row.item.as_deref().unwrap_or_default();
        let use_no = (1..)
            .find(|number| !known.uses_of(item).any(|used| used == *number))
            .expect("Invariant: there are more numbers than uses");
        known.uses.push((item, use_no));
        Verdict {
            consent,
            number: known.number,
            use_no,
            is_new,
        }
    }
}

impl KnownConsent<'_> {
    fn uses_of(&self, item: &str) -> impl Iterator<Item = i64> {
        self.uses
            .iter()
            .filter(move |(of, _)| *of == item)
            .map(|(_, number)| *number)
    }
}

/// The tags of each row, in their order.
pub fn tags(index: &Indexes, rows: &[Row]) -> Vec<Tags> {
    let mut canonical = Zeroizing::new(Vec::with_capacity(1024));
    rows.iter()
        .map(|row| {
            let who = row.claim.subject_id.as_ref().zip(row.claim.birth_date);
            let content = match &row.claim.terms {
                Terms::Given(given) if given.is_complete() => {
                    canonical.clear();
                    given.canonical_bytes(row.claim.birth_date, &mut canonical);
                    Some(index.content(&canonical))
                }
                _ => None,
            };
            Tags {
                person: who.map(|(id, birth)| index.person(id, birth)),
                content,
            }
        })
        .collect()
}
