//! Tests of the rules of consent: one change to a good row a line, and the codes it must bring. *Pure.*

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::subject::SubjectId;

#[path = "verify_case.rs"]
mod case;
use case::{Case, at};

/// Spoils a good case and holds the verdict against `code@column` entries.
fn check(mut case: Case, spoil: impl Fn(&mut Case), expected: &[(Code, &str)]) {
    spoil(&mut case);
    let mut faults = Faults::new();
    let verdict = case.judge(&mut faults);
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.column)).collect();
    assert_eq!(found, expected);
    assert_eq!(verdict.is_some(), expected.is_empty());
}

#[test]
fn a_good_row_is_verified() {
    let mut faults = Faults::new();
    let verified = Case::good().judge(&mut faults).unwrap();
    assert_eq!((verified.consent_no(), verified.use_no()), (None, 1));
    assert_eq!((verified.form_id(), verified.form_version()), ("LN-01", "3"));
    assert_eq!((verified.member(), verified.item()), ("004", "C0101"));
    assert_eq!(verified.consented_at(), at("2026-11-01T09:00:00+08:00"));
    let verified = Case::good_registered().judge(&mut faults).unwrap();
    assert_eq!((verified.consent_no(), verified.use_no()), (Some(7), 1));
}

#[test]
fn the_subject_is_checked() {
    let good = Case::good;
    check(
        good(),
        |case| case.claim.birth_date = Some(date(2008, 11, 1)),
        &[],
    );
    check(
        good(),
        |case| case.claim.birth_date = Some(date(2008, 11, 2)),
        &[(Code::SubMinor, "birth_date")],
    );
    check(
        good(),
        |case| case.claim.birth_date = Some(date(2026, 11, 3)),
        &[(Code::SubBirth, "birth_date")],
    );
    check(
        good(),
        |case| case.claim.birth_date = Some(date(1906, 11, 1)),
        &[(Code::SubBirth, "birth_date")],
    );
    check(
        good(),
        |case| case.claim.birth_date = Some(date(1906, 11, 2)),
        &[],
    );
    check(
        good(),
        |case| case.claim.subject_id = SubjectId::parse("AB23456789").ok(),
        &[],
    );
    let old = |case: &mut Case| {
        case.claim.subject_id = SubjectId::parse("AB23456789").ok();
        case.now = at("2030-12-31T16:00:00Z");
    };
    check(
        good(),
        old,
        &[
            (Code::SubIdRetired, "subject_id"),
            (Code::CnsExpired, "consented_at"),
        ],
    );
}

#[test]
fn the_form_is_checked() {
    let good = Case::good;
    check(
        good(),
        |case| case.given().form_id = Some("LN-99".into()),
        &[(Code::CnsFormUnknown, "form_id")],
    );
    check(
        good(),
        |case| case.given().form_version = Some("9".into()),
        &[(Code::CnsFormUnknown, "form_version")],
    );
    check(
        good(),
        |case| case.given().form_version = Some("2".into()),
        &[(Code::CnsFormLapsed, "form_version")],
    );
    check(
        good(),
        |case| case.given().consented_at = Some(at("2026-10-30T16:00:00Z")),
        &[(Code::CnsTime, "idv_at")],
    );
    let before = |case: &mut Case| {
        case.given().consented_at = Some(at("2026-10-30T15:59:59Z"));
        case.given().idv_at = None;
        case.given().idv_at = Some(at("2026-10-30T15:59:59Z"));
    };
    check(good(), before, &[(Code::CnsFormLapsed, "form_version")]);
    check(
        good(),
        |case| case.given().form_sha256 = Some([0; 32]),
        &[(Code::CnsFormHash, "form_sha256")],
    );
    check(good(), |case| case.given().form_sha256 = None, &[]);
    check(
        good(),
        |case| case.purpose = Some("card_marketing"),
        &[(Code::CnsPurpose, "form_id")],
    );
    check(
        good(),
        |case| case.item = Some("C0201"),
        &[(Code::CnsItem, "item")],
    );
}

#[test]
fn the_times_are_checked() {
    let good = Case::good;
    check(
        good(),
        |case| case.approved_at = Some(at("2026-11-01T08:59:59+08:00")),
        &[(Code::CnsTime, "consented_at")],
    );
    check(
        good(),
        |case| case.approved_at = Some(at("2026-11-01T09:00:00+08:00")),
        &[],
    );
    check(
        good(),
        |case| case.now = at("2026-11-01T08:59:59+08:00"),
        &[(Code::CnsTime, "consented_at")],
    );
    check(
        good(),
        |case| case.given().idv_at = Some(at("2026-11-01T10:00:00+08:00")),
        &[],
    );
    check(
        good(),
        |case| case.given().idv_at = Some(at("2026-11-01T10:00:00.000001+08:00")),
        &[(Code::CnsTime, "idv_at")],
    );
    check(good(), |case| case.now = at("2027-01-30T09:00:00+08:00"), &[]);
    check(
        good(),
        |case| case.now = at("2027-01-30T09:00:00.000001+08:00"),
        &[(Code::CnsExpired, "consented_at")],
    );
}

#[test]
fn source_and_identity_check_are_checked() {
    let good = Case::good;
    let no_source = |case: &mut Case| {
        case.given().source_present = false;
        case.given().source_ip = None;
        case.given().source_phone = None;
    };
    check(good(), no_source, &[(Code::CnsSource, "consent_ip")]);
    let unreadable = |case: &mut Case| {
        no_source(case);
        case.given().source_present = true;
    };
    check(good(), unreadable, &[]);
    let paper = |case: &mut Case| {
        no_source(case);
        case.given().channel = Some(Channel::Paper);
        case.given().idv_method = Some(IdvMethod::Counter);
    };
    check(good(), paper, &[]);
    check(
        good(),
        |case| case.given().idv_method = Some(IdvMethod::Counter),
        &[(Code::CnsIdv, "idv_method")],
    );
    check(
        good(),
        |case| case.given().channel = Some(Channel::Paper),
        &[(Code::CnsIdv, "idv_method")],
    );
    check(
        good(),
        |case| case.given().idv_result = Some(IdvResult::Failed),
        &[(Code::CnsIdvFailed, "idv_result")],
    );
}

#[test]
fn the_registration_is_checked() {
    let good = Case::good_registered;
    let gone = |case: &mut Case| case.registered = None;
    check(good(), gone, &[(Code::CnsMissing, "consent_ref")]);
    let elsewhere = |case: &mut Case| {
        gone(case);
        case.other_member_has_ref = true;
    };
    check(good(), elsewhere, &[(Code::CnsOtherMember, "consent_ref")]);
    check(Case::good(), |case| case.other_member_has_ref = true, &[]);
    check(
        good(),
        |case| case.known().same_subject = false,
        &[(Code::CnsOtherSubject, "subject_id")],
    );
    check(
        good(),
        |case| case.known().withdrawn = true,
        &[(Code::CnsWithdrawn, "consent_ref")],
    );
    check(
        good(),
        |case| case.known().uses_taken = 1,
        &[(Code::CnsUsed, "consent_ref")],
    );
    check(
        good(),
        |case| case.known().terms.form_version = "2".into(),
        &[(Code::CnsFormLapsed, "consent_ref")],
    );
    check(
        good(),
        |case| case.known().terms.idv_result = IdvResult::Failed,
        &[(Code::CnsIdvFailed, "consent_ref")],
    );
    check(
        good(),
        |case| case.known().terms.has_source = false,
        &[(Code::CnsSource, "consent_ref")],
    );
    check(
        good(),
        |case| case.now = at("2027-02-01T00:00:00Z"),
        &[(Code::CnsExpired, "consent_ref")],
    );
    check(
        good(),
        |case| case.claim.birth_date = Some(date(2010, 1, 1)),
        &[(Code::SubMinor, "birth_date")],
    );
    for same_content in [Some(true), None, Some(false)] {
        let again = |case: &mut Case| {
            case.registered = Case::good_registered().registered;
            case.known().same_content = same_content;
        };
        let conflict: &[(Code, &str)] = &[(Code::CnsConflict, "consent_ref")];
        check(
            Case::good(),
            again,
            if same_content == Some(false) {
                conflict
            } else {
                &[]
            },
        );
    }
}

#[test]
fn all_reasons_are_told_at_once() {
    let spoil = |case: &mut Case| {
        case.claim.birth_date = Some(date(2010, 1, 1));
        case.given().idv_method = Some(IdvMethod::Video);
        case.given().idv_result = Some(IdvResult::Failed);
        case.given().form_sha256 = Some([0; 32]);
        case.item = Some("C0201");
        case.now = at("2027-06-01T00:00:00Z");
    };
    let mut case = Case::good();
    spoil(&mut case);
    let mut faults = Faults::new();
    assert!(case.judge(&mut faults).is_none());
    let expected = "SUB-MINOR;CNS-FORM-HASH;CNS-EXPIRED;CNS-IDV;CNS-IDV-FAILED;CNS-ITEM";
    assert_eq!(faults.codes().to_string(), expected);
}

#[test]
fn what_the_parser_noted_refuses_too() {
    let mut faults = Faults::new();
    faults.push(Code::RowFormat, "reason");
    assert!(Case::good().judge(&mut faults).is_none());
    assert_eq!(faults.len(), 1);
}

proptest! {
    /// Whatever part is missing, there is no permission, even when the parser forgot to note it.
    #[test]
    fn an_incomplete_row_is_never_verified(part in 0..14_usize) {
        let mut case = Case::good();
        match part {
            0 => case.claim.consent_ref = None,
            1 => case.claim.subject_id = None,
            2 => case.claim.subject_name = None,
            3 => case.claim.birth_date = None,
            4 => case.given().channel = None,
            5 => case.given().consented_at = None,
            6 => case.given().form_id = None,
            7 => case.given().form_version = None,
            8 => case.given().idv_method = None,
            9 => case.given().idv_result = None,
            10 => case.given().idv_at = None,
            11 => case.item = None,
            12 => case.purpose = None,
            _ => case.approved_at = None,
        }
        let mut faults = Faults::new();
        prop_assert!(case.judge(&mut faults).is_none());
        prop_assert!(faults.is_empty());
    }
}
