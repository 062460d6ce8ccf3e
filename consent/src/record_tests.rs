//! Tests of the canonical bytes of a consent's content. *Pure.*

use jiff::civil::date;

use super::*;

fn given() -> Given {
    Given {
        channel: Some(Channel::Electronic),
        consented_at: Some("2026-11-01T09:00:00+08:00".parse().unwrap()),
        source_present: true,
        source_ip: Some("203.0.113.7".parse().unwrap()),
        source_phone: Phone::parse("0912-345-678").ok(),
        form_id: Some("LN-01".into()),
        form_version: Some("3".into()),
        form_sha256: None,
        idv_method: Some(IdvMethod::Otp),
        idv_result: Some(IdvResult::Passed),
        idv_at: Some("2026-11-01T08:59:00+08:00".parse().unwrap()),
        idv_ref: Some("TX-1".into()),
    }
}

fn bytes(change: impl Fn(&mut Given)) -> Vec<u8> {
    let (mut given, mut out) = (given(), Vec::new());
    change(&mut given);
    given.canonical_bytes(Some(date(1990, 1, 31)), &mut out);
    out
}

#[test]
fn equal_contents_have_equal_bytes_however_written() {
    let same: [fn(&mut Given); 5] = [
        |_| (),
        |given| given.source_phone = Phone::parse("(09)12345678").ok(),
        |given| given.consented_at = Some("2026-11-01T01:00:00Z".parse().unwrap()),
        |given| given.source_ip = Some("::ffff:203.0.113.7".parse().unwrap()),
        |given| given.form_sha256 = Some([7; 32]),
    ];
    for change in same {
        assert_eq!(bytes(change), bytes(|_| ()));
    }
}

#[test]
fn every_part_of_the_content_changes_the_bytes() {
    let changes: [fn(&mut Given); 13] = [
        |_| (),
        |given| given.channel = Some(Channel::Paper),
        |given| given.consented_at = Some("2026-11-01T09:00:01+08:00".parse().unwrap()),
        |given| given.source_ip = None,
        |given| given.source_phone = None,
        |given| given.form_id = Some("LN-0".into()),
        |given| given.form_version = Some("13".into()),
        |given| given.idv_method = Some(IdvMethod::Fido),
        |given| given.idv_result = Some(IdvResult::Failed),
        |given| given.idv_at = Some("2026-11-01T08:59:01+08:00".parse().unwrap()),
        |given| given.idv_ref = None,
        |given| given.idv_ref = Some(String::new()),
        |given| (given.form_id, given.form_version) = (Some("LN-013".into()), Some(String::new())),
    ];
    let mut seen: Vec<Vec<u8>> = changes.iter().map(|change| bytes(change)).collect();
    let mut other_birth = Vec::new();
    given().canonical_bytes(Some(date(1990, 2, 1)), &mut other_birth);
    seen.push(other_birth);
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn only_complete_terms_can_be_registered() {
    assert!(given().is_complete());
    let terms = given().registered_terms().unwrap();
    assert!(terms.has_source && terms.form_version == "3");
    let incomplete: [fn(&mut Given); 3] = [
        |given| given.channel = None,
        |given| given.idv_at = None,
        |given| given.form_id = None,
    ];
    for spoil in incomplete {
        let mut given = given();
        spoil(&mut given);
        assert!(!given.is_complete() && given.registered_terms().is_none());
    }
}
