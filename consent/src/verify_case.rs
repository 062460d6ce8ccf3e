//! A good row and everything it is held against, for the tests of the rules of consent. *Pure.*

use jiff::Timestamp;
use jiff::civil::date;

use super::super::*;
use crate::form::Form;
use crate::phone::Phone;
use crate::subject::{SubjectId, SubjectName};

const NOW: &str = "2026-11-02T10:00:00+08:00";

/// A good row and everything it is held against; each test spoils one part.
pub(super) struct Case {
    pub(super) claim: Claim,
    pub(super) registered: Option<Registered>,
    pub(super) other_member_has_ref: bool,
    pub(super) item: Option<&'static str>,
    pub(super) purpose: Option<&'static str>,
    pub(super) approved_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

impl Case {
    pub(super) fn good() -> Case {
        let given = Given {
            channel: Some(Channel::Electronic),
            consented_at: Some(at("2026-11-01T09:00:00+08:00")),
            source_present: true,
            source_ip: Some("203.0.113.7".parse().unwrap()),
            source_phone: Phone::parse("0912345678").ok(),
            form_id: Some("LN-01".into()),
            form_version: Some("3".into()),
            form_sha256: Some(Form::hash("text")),
            idv_method: Some(IdvMethod::Fido),
            idv_result: Some(IdvResult::Passed),
            idv_at: Some(at("2026-11-01T08:59:00+08:00")),
            idv_ref: Some("TX-1".into()),
        };
        let claim = Claim {
            consent_ref: Some("L1".into()),
            subject_id: SubjectId::parse("A123456789").ok(),
            subject_name: SubjectName::parse("王小明").ok(),
            birth_date: Some(date(1990, 1, 31)),
            terms: Terms::Given(given),
        };
        let approved_at = Some(at("2026-11-01T10:00:00+08:00"));
        Case {
            claim,
            registered: None,
            other_member_has_ref: false,
            item: Some("C0101"),
            purpose: Some("credit"),
            approved_at,
            now: at(NOW),
        }
    }

    /// The same consent, registered before; the row leaves its columns empty.
    pub(super) fn good_registered() -> Case {
        let mut case = Case::good();
        let terms = case.given().registered_terms().unwrap();
        case.registered = Some(Registered {
            consent_no: 7,
            same_subject: true,
            same_content: None,
            terms,
            withdrawn: false,
            uses_taken: 0,
        });
        case.claim.terms = Terms::Registered;
        case
    }

    pub(super) fn given(&mut self) -> &mut Given {
        match &mut self.claim.terms {
            Terms::Given(given) => given,
            Terms::Registered => panic!("the case gives no terms"),
        }
    }

    pub(super) fn known(&mut self) -> &mut Registered {
        self.registered.as_mut().unwrap()
    }

    pub(super) fn judge(&self, faults: &mut Faults) -> Option<VerifiedConsent> {
        let asked = Asked {
            member: "004",
            item: self.item,
            purpose: self.purpose,
            approved_at: self.approved_at,
            now: self.now,
        };
        verify(
            &self.claim,
            &asked,
            &forms(),
            self.registered.as_ref(),
            self.other_member_has_ref,
            &rules(),
            faults,
        )
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rules() -> Rules {
    Rules {
        minimum_age: 18,
        oldest_years: 120,
        uses_per_item: 1,
        idv_bound_secs: 3_600,
        electronic_methods: vec![IdvMethod::Moica, IdvMethod::Fido, IdvMethod::Otp],
        paper_methods: vec![IdvMethod::Counter],
    }
}

fn forms() -> Forms {
    let form = Form {
        id: "LN-01".into(),
        version: "3".into(),
        title: "consent".into(),
        in_force_from: date(2026, 10, 31),
        in_force_to: Some(date(2028, 1, 1)),
        items: vec!["C0101".into()],
        purposes: vec!["credit".into()],
        recipients: vec![],
        notices: vec![],
        valid_days: 90,
        text: "text".into(),
        sha256: Form::hash("text"),
    };
    [
        Form {
            version: "2".into(),
            in_force_from: date(2020, 1, 1),
            in_force_to: Some(date(2026, 10, 31)),
            ..form.clone()
        },
        form,
    ]
    .into_iter()
    .collect()
}
