//! Tests of the sealed form of a consent. *Pure.*

use jiff::civil::date;
use zeroize::Zeroizing;

use super::*;

fn claim() -> Claim {
    Claim {
        consent_ref: Some("L20261102-17".into()),
        subject_id: SubjectId::parse("A123456789").ok(),
        subject_name: SubjectName::parse("王\"小\\明").ok(),
        birth_date: Some(date(1990, 1, 31)),
        terms: Terms::Given(Given {
            channel: Some(Channel::Electronic),
            consented_at: Some("2026-11-01T09:00:00.123456789+08:00".parse().unwrap()),
            source_present: true,
            source_ip: Some("2001:db8::1".parse().unwrap()),
            source_phone: Phone::parse("+886912345678").ok(),
            form_id: Some("LN-01".into()),
            form_version: Some("3".into()),
            form_sha256: Some([0xA7; 32]),
            idv_method: Some(IdvMethod::ChipCard),
            idv_result: Some(IdvResult::Passed),
            idv_at: Some("2026-11-01T08:59:00+08:00".parse().unwrap()),
            idv_ref: Some("TX-1".into()),
        }),
    }
}

fn written(claim: &Claim) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::new());
    write(claim, &mut out).unwrap();
    out
}

#[test]
fn a_consent_comes_back_whole() {
    let bytes = written(&claim());
    let again = read(&bytes).ok().unwrap();
    assert!(
        again
            .subject_id
            .as_ref()
            .unwrap()
            .same_as(claim().subject_id.as_ref().unwrap())
    );
    assert_eq!(again.subject_name.as_ref().unwrap().expose(), "王\"小\\明");
    assert_eq!(*written(&again), *bytes);
}

#[test]
fn optional_parts_may_be_absent() {
    let mut bare = claim();
    if let Terms::Given(given) = &mut bare.terms {
        (
            given.source_ip,
            given.source_phone,
            given.form_sha256,
            given.idv_ref,
        ) = (None, None, None, None);
    }
    let bytes = written(&bare);
    assert_eq!(*written(&read(&bytes).ok().unwrap()), *bytes);
    assert!(!std::str::from_utf8(&bytes).unwrap().contains("null"));
}

#[test]
fn an_incomplete_consent_is_not_written() {
    let mut out = Zeroizing::new(Vec::new());
    let mut referring = claim();
    referring.terms = Terms::Registered;
    assert_eq!(
        write(&referring, &mut out).err(),
        Some(ConsentError::ClaimIncomplete)
    );
    let mut nameless = claim();
    nameless.subject_name = None;
    assert_eq!(
        write(&nameless, &mut out).err(),
        Some(ConsentError::ClaimIncomplete)
    );
    assert!(out.is_empty());
}

#[test]
fn the_longest_consent_fits_its_bound() {
    let mut longest = claim();
    longest.consent_ref = Some("𠮷".repeat(40));
    longest.subject_name = SubjectName::parse(&"𠮷".repeat(50)).ok();
    if let Terms::Given(given) = &mut longest.terms {
        given.idv_ref = Some("\"".repeat(64));
        (given.form_id, given.form_version) = (Some("x".repeat(32)), Some("x".repeat(32)));
    }
    assert!(written(&longest).len() <= SEALED_MAX_BYTES);
}

#[test]
fn other_bytes_are_refused() {
    let bytes = written(&claim());
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        assert_eq!(
            read(text.replace(from, to).as_bytes()).err(),
            Some(ConsentError::SealedText),
            "{from}"
        );
    };
    check("\"v\":1", "\"v\":2");
    check("A123456789", "A123456788");
    check("chip_card", "chip");
    check("\"form_id\"", "\"form\"");
    assert_eq!(read(&bytes[1..]).err(), Some(ConsentError::SealedText));
}
