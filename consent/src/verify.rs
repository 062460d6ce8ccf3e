//! Whether a row may be asked about: every rule of consent at once, and the one value that says yes. *Pure.*

use std::sync::Arc;

use jiff::Timestamp;

use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::day;
use crate::form::{Form, Forms};
use crate::record::{Claim, Given, Registered, RegisteredTerms, Terms};
use crate::refusal::{Code, Faults};

/// The values a regime sets for consents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The youngest age at `consented_at`, in years (Civil Code art. 12: 18).
    pub minimum_age: i16,
    /// A birth date further back than so many years is taken for a mistake (120).
    pub oldest_years: i16,
    /// How many queries one consent allows per item (D24: 1).
    pub uses_per_item: i64,
    /// How long after `consented_at` the identity check may lie, in seconds (3600).
    pub idv_bound_secs: i64,
    /// The identity checks accepted for electronic consents.
    pub electronic_methods: Vec<IdvMethod>,
    /// The identity checks accepted for paper consents.
    pub paper_methods: Vec<IdvMethod>,
}

/// The query a claim is to support.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The member that asks.
    pub member: &'a str,
    /// The item asked for; `None` when the cell was unusable.
    pub item: Option<&'a str>,
    /// The purpose that the reason code stands for; `None` when the cell was unusable.
    pub purpose: Option<&'a str>,
    /// When another person approved the query; `None` when the cell was unusable.
    pub approved_at: Option<Timestamp>,
    /// The moment of screening.
    pub now: Timestamp,
}

/// A consent that passed every rule at one moment; only [`verify`] makes one, and preparing a query uses it up.
///
/// It cannot be made elsewhere:
///
/// ```compile_fail,E0451
/// # use mayfly_consent::{Form, VerifiedConsent};
/// fn forge(form: std::sync::Arc<Form>, at: jiff::Timestamp) -> VerifiedConsent {
///     VerifiedConsent { consent_no: None, use_no: 1, member: "004".into(), item: "C0101".into(), form, consented_at: at }
/// }
/// ```
///
/// It cannot be used twice:
///
/// ```compile_fail,E0599
/// # use mayfly_consent::VerifiedConsent;
/// fn double(once: VerifiedConsent) -> (VerifiedConsent, VerifiedConsent) {
///     (once.clone(), once)
/// }
/// ```
///
/// What can be done with it is to read it:
///
/// ```
/// # use mayfly_consent::VerifiedConsent;
/// fn read(once: VerifiedConsent) -> (Option<i64>, i64) {
///     (once.consent_no(), once.use_no())
/// }
/// ```
#[must_use = "a verified consent permits one query"]
pub struct VerifiedConsent {
    consent_no: Option<i64>,
    use_no: i64,
    member: Box<str>,
    item: Box<str>,
    form: Arc<Form>,
    consented_at: Timestamp,
}

impl VerifiedConsent {
    /// The store's number of the consent; `None` when this row is the first to bring it.
    pub fn consent_no(&self) -> Option<i64> {
        self.consent_no
    }

    /// Which use of the consent for the item this is, from 1. The gate reserves it; until then it is a proposal.
    pub fn use_no(&self) -> i64 {
        self.use_no
    }

    /// The member it was verified for.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The item it was verified for.
    pub fn item(&self) -> &str {
        &self.item
    }

    /// The number of the form the subject agreed to.
    pub fn form_id(&self) -> &str {
        &self.form.id
    }

    /// Its version.
    pub fn form_version(&self) -> &str {
        &self.form.version
    }

    /// When the subject agreed.
    pub fn consented_at(&self) -> Timestamp {
        self.consented_at
    }

    /// Whether the form's `valid_days` have passed: for the gate, which may act later than screening did.
    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.form.expired_at(self.consented_at, now)
    }
}

/// Holds a claim against every rule of consent (D14, 四(二)1(2), 四(二)3) and notes all that fail in `faults`, which
/// already has what the parser noted. A rule whose inputs are missing is skipped.
///
/// `registered` is this member's registered consent of the claim's number; `other_member_has_ref` says that only
/// another member has one, which matters when the claim itself gives no terms.
///
/// Returns the permission only when the claim is complete, no rule failed and `faults` is empty.
pub fn verify(
    claim: &Claim,
    asked: &Asked<'_>,
    forms: &Forms,
    registered: Option<&Registered>,
    other_member_has_ref: bool,
    rules: &Rules,
    faults: &mut Faults,
) -> Option<VerifiedConsent> {
    let facts = match (&claim.terms, registered) {
        (Terms::Given(given), _) => Some(Facts::given(given)),
        (Terms::Registered, Some(known)) => Some(Facts::registered(&known.terms)),
        (Terms::Registered, None) => None,
    };
    check_subject(claim, facts.as_ref(), asked.now, rules, faults);
    check_registration(claim, registered, other_member_has_ref, rules, faults);
    let form = facts
        .as_ref()
        .and_then(|facts| check_facts(facts, asked, forms, rules, faults));
    if !faults.is_empty() || !is_complete(claim, asked) {
        return None;
    }
    Some(VerifiedConsent {
        consent_no: registered.map(|known| known.consent_no),
        use_no: registered.map_or(0, |known| known.uses_taken) + 1,
        member: asked.member.into(),
        item: asked.item?.into(),
        form: Arc::clone(form?),
        consented_at: facts?.consented_at?,
    })
}

fn check_subject(
    claim: &Claim,
    facts: Option<&Facts<'_>>,
    now: Timestamp,
    rules: &Rules,
    faults: &mut Faults,
) {
    let today = day::taipei_day(now);
    if claim.subject_id.as_ref().is_some_and(|id| id.retired_on(today)) {
        faults.push(Code::SubIdRetired, "subject_id");
    }
    let Some(birth) = claim.birth_date else {
        return;
    };
    if !day::is_birth_possible(birth, today, rules.oldest_years) {
        // An impossible date says nothing about an age.
        faults.push(Code::SubBirth, "birth_date");
    } else if let Some(consented_at) = facts.and_then(|facts| facts.consented_at)
        && day::age_on(birth, day::taipei_day(consented_at)) < rules.minimum_age
    {
        faults.push(Code::SubMinor, "birth_date");
    }
}

/// What the registration of the number itself says: whose it is, its content, withdrawal and uses.
fn check_registration(
    claim: &Claim,
    registered: Option<&Registered>,
    other_member_has_ref: bool,
    rules: &Rules,
    faults: &mut Faults,
) {
    let Some(known) = registered else {
        if matches!(claim.terms, Terms::Registered) && claim.consent_ref.is_some() {
            let code = if other_member_has_ref {
                Code::CnsOtherMember
            } else {
                Code::CnsMissing
            };
            faults.push(code, "consent_ref");
        }
        return;
    };
    if claim.subject_id.is_some() && !known.same_subject {
        faults.push(Code::CnsOtherSubject, "subject_id");
    }
    if matches!(claim.terms, Terms::Given(_)) && known.same_content == Some(false) {
        faults.push(Code::CnsConflict, "consent_ref");
    }
    if known.withdrawn {
        faults.push(Code::CnsWithdrawn, "consent_ref");
    }
    if known.uses_taken >= rules.uses_per_item {
        faults.push(Code::CnsUsed, "consent_ref");
    }
}

fn check_facts<'f>(
    facts: &Facts<'_>,
    asked: &Asked<'_>,
    forms: &'f Forms,
    rules: &Rules,
    faults: &mut Faults,
) -> Option<&'f Arc<Form>> {
    check_times(facts, asked, rules, faults);
    check_identity(facts, rules, faults);
    if facts.channel == Some(Channel::Electronic) && !facts.source_present {
        faults.push(Code::CnsSource, facts.column("consent_ip"));
    }
    let (id, version) = (facts.form_id?, facts.form_version?);
    let Some(form) = forms.find(id, version) else {
        let column = if forms.knows(id) {
            "form_version"
        } else {
            "form_id"
        };
        faults.push(Code::CnsFormUnknown, facts.column(column));
        return None;
    };
    check_form(facts, form, asked, faults);
    Some(form)
}

fn check_times(facts: &Facts<'_>, asked: &Asked<'_>, rules: &Rules, faults: &mut Faults) {
    let Some(consented_at) = facts.consented_at else {
        return;
    };
    let after_approval = asked
        .approved_at
        .is_some_and(|approved_at| consented_at > approved_at);
    if after_approval || consented_at > asked.now {
        faults.push(Code::CnsTime, facts.column("consented_at"));
    }
    let bound_ns = i128::from(rules.idv_bound_secs) * 1_000_000_000;
    if facts
        .idv_at
        .is_some_and(|idv_at| idv_at.as_nanosecond() - consented_at.as_nanosecond() > bound_ns)
    {
        faults.push(Code::CnsTime, facts.column("idv_at"));
    }
}

fn check_identity(facts: &Facts<'_>, rules: &Rules, faults: &mut Faults) {
    if let (Some(channel), Some(method)) = (facts.channel, facts.idv_method) {
        let accepted = match channel {
            Channel::Electronic => &rules.electronic_methods,
            Channel::Paper => &rules.paper_methods,
        };
        if !accepted.contains(&method) {
            faults.push(Code::CnsIdv, facts.column("idv_method"));
        }
    }
    if facts.idv_result == Some(IdvResult::Failed) {
        faults.push(Code::CnsIdvFailed, facts.column("idv_result"));
    }
}

fn check_form(facts: &Facts<'_>, form: &Form, asked: &Asked<'_>, faults: &mut Faults) {
    if facts.form_sha256.is_some_and(|hash| *hash != form.sha256) {
        faults.push(Code::CnsFormHash, facts.column("form_sha256"));
    }
    if asked.purpose.is_some_and(|purpose| !form.covers_purpose(purpose)) {
        faults.push(Code::CnsPurpose, facts.column("form_id"));
    }
    if asked.item.is_some_and(|item| !form.covers_item(item)) {
        faults.push(Code::CnsItem, "item");
    }
    let Some(consented_at) = facts.consented_at else {
        return;
    };
    if !form.in_force_on(day::taipei_day(consented_at)) {
        faults.push(Code::CnsFormLapsed, facts.column("form_version"));
    }
    if form.expired_at(consented_at, asked.now) {
        faults.push(Code::CnsExpired, facts.column("consented_at"));
    }
}

/// Whether every part a permission rests on was there to be checked.
fn is_complete(claim: &Claim, asked: &Asked<'_>) -> bool {
    let terms_complete = match &claim.terms {
        Terms::Given(given) => given.is_complete(),
        Terms::Registered => true,
    };
    terms_complete
        && claim.consent_ref.is_some()
        && claim.subject_id.is_some()
        && claim.subject_name.is_some()
        && claim.birth_date.is_some()
        && asked.purpose.is_some()
        && asked.approved_at.is_some()
}

/// The terms under judgement, from the row or from the register.
struct Facts<'a> {
    from_register: bool,
    channel: Option<Channel>,
    consented_at: Option<Timestamp>,
    source_present: bool,
    form_id: Option<&'a str>,
    form_version: Option<&'a str>,
    form_sha256: Option<&'a [u8; 32]>,
    idv_method: Option<IdvMethod>,
    idv_result: Option<IdvResult>,
    idv_at: Option<Timestamp>,
}

impl<'a> Facts<'a> {
    fn given(given: &'a Given) -> Facts<'a> {
        Facts {
            from_register: false,
            channel: given.channel,
            consented_at: given.consented_at,
            source_present: given.source_present || given.source_ip.is_some() || given.source_phone.is_some(),
            form_id: given.form_id.as_deref(),
            form_version: given.form_version.as_deref(),
            form_sha256: given.form_sha256.as_ref(),
            idv_method: given.idv_method,
            idv_result: given.idv_result,
            idv_at: given.idv_at,
        }
    }

    fn registered(terms: &'a RegisteredTerms) -> Facts<'a> {
        Facts {
            from_register: true,
            channel: Some(terms.channel),
            consented_at: Some(terms.consented_at),
            source_present: terms.has_source,
            form_id: Some(&terms.form_id),
            form_version: Some(&terms.form_version),
            form_sha256: terms.form_sha256.as_ref(),
            idv_method: Some(terms.idv_method),
            idv_result: Some(terms.idv_result),
            idv_at: Some(terms.idv_at),
        }
    }

    /// The cell a fault is about: what was registered shows in a row only as its number.
    fn column(&self, column: &'static str) -> &'static str {
        if self.from_register { "consent_ref" } else { column }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
