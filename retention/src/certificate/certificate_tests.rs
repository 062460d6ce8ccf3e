//! Certificates: writing and reading are inverse, no other text is read, and contradictions are seen. *Pure.*

use proptest::prelude::*;

use super::*;
use crate::class::{Class, from_micros};

fn example() -> Certificate {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let counts = |count| Counts {
        expected: count,
        destroyed: count,
        removed: count,
    };
    Certificate {
        origin: "mayfly/sandbox/4e574380a4f4e6f7".into(),
        number: 17,
        facts: Facts {
            cohort: Cohort::parse("answer-2026110202").unwrap(),
            state: State::Erased,
            commitment: Some([0xab; 32]),
            due_at: at("2026-11-05T03:00:00Z"),
            gone_by: Some(at("2026-11-06T02:00:00Z")),
            key_destroyed_at: Some(at("2026-11-05T03:00:00.25Z")),
            bytes_removed_at: at("2026-11-05T03:00:01Z"),
            segments: counts(3),
            records: counts(186),
            residue: Some(0),
            strength: Strength::Weak,
            actor: Actor::Schedule,
            why: Why::Over,
        },
        public_key: [0xcd; 32],
    }
}

#[test]
fn the_text_of_the_specification() {
    let specification = include_str!("../../README.md");
    let (_, block) = specification.split_once("```certificate\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let text = example().text();
    assert_eq!(text, block);
    assert_eq!(Certificate::parse(&text), Some(example()));
}

prop_compose! {
    fn counts()(expected: u64, destroyed: u64, removed: u64) -> Counts {
        Counts { expected, destroyed, removed }
    }
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0i64..4_000_000_000_000_000).prop_map(|micros| from_micros(micros).unwrap())
}

prop_compose! {
    fn certificates()(
        number: u64,
        (class, at) in (0..Class::ALL.len(), instant()),
        erased: bool,
        commitment in prop::option::of(any::<[u8; 32]>()),
        due_at in instant(),
        gone_by in prop::option::of(instant()),
        key_destroyed_at in prop::option::of(instant()),
        bytes_removed_at in instant(),
        (segments, records) in (counts(), counts()),
        residue in prop::option::of(any::<u64>()),
        strength in prop::sample::select(vec![Strength::File, Strength::Logical, Strength::Weak, Strength::Hardware]),
        account in prop::option::of("[A-Za-z0-9._-]{1,64}"),
        why in prop::sample::select(vec![Why::Over, Why::TimeLost]),
        public_key: [u8; 32],
    ) -> Certificate {
        Certificate {
            origin: "mayfly/production/0123456789abcdef".into(),
            number,
            facts: Facts {
                cohort: Cohort::of(Class::ALL[class], at),
                state: if erased { State::Erased } else { State::Deleted },
                commitment,
                due_at,
                gone_by,
                key_destroyed_at,
                bytes_removed_at,
                segments,
                records,
                residue,
                strength,
                actor: account.map_or(Actor::Schedule, Actor::Person),
                why,
            },
            public_key,
        }
    }
}

proptest! {
    #[test]
    fn a_certificate_is_read_as_it_was_written(certificate in certificates()) {
        let text = certificate.text();
        prop_assert!(text.len() <= TEXT_BYTES_MAX);
        prop_assert_eq!(Certificate::parse(&text), Some(certificate));
    }

    /// Whatever is done to a text, it reads as nothing or as another certificate: two texts never say the same.
    #[test]
    fn a_changed_text_never_says_the_same(certificate in certificates(), at: prop::sample::Index, by in 1u8..128) {
        let mut bytes = certificate.text().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        let read = std::str::from_utf8(&bytes).ok().and_then(Certificate::parse);
        prop_assert!(read != Some(certificate));
    }

    #[test]
    fn no_text_brings_the_reader_down(text in "\\PC{0,200}") {
        prop_assert_eq!(Certificate::parse(&text), None);
    }
}

#[test]
fn other_texts_are_not_read() {
    let text = example().text();
    let check = |from: &str, to: &str| {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text, "{from}");
        assert_eq!(Certificate::parse(&other), None, "{from} -> {to}");
    };
    check("version 1", "version 2");
    check("number: 17", "number: 017");
    check("number: 17", "number: +17");
    check("class: answer", "class: intake");
    check("cohort until: 2026-11-02T03", "cohort until: 2026-11-02T04");
    check("due: 2026-11-05T03:00:00.000000Z", "due: 2026-11-05T03:00:00Z");
    check(
        "due: 2026-11-05T03:00:00.000000Z",
        "due: 2026-11-05T11:00:00.000000+08",
    );
    check("residue: 0", "residue: -");
    check("strength: weak", "strength: strong");
    check("actor: schedule", "actor: person chen yl");
    check("actor: schedule", "actor: ");
    check("reason: over", "reason: early");
    check("reason: over\n", "");
    check("actor: schedule\n", "actor: schedule\nactor: schedule\n");
    check("public key: cd", "public key: CD");
    assert_eq!(Certificate::parse(&format!("{text}\n")), None);
    assert_eq!(Certificate::parse(text.trim_end()), None);
}

#[test]
fn contradictions_are_seen() {
    fn check(change: impl FnOnce(&mut Facts), expected: &[Fault]) {
        let mut facts = example().facts;
        change(&mut facts);
        assert_eq!(facts.faults(), expected);
    }
    check(|_| {}, &[]);
    check(|facts| facts.segments.removed = 2, &[Fault::Counts]);
    check(|facts| facts.records.destroyed = 185, &[Fault::Counts]);
    check(|facts| facts.residue = None, &[Fault::Residue]);
    check(|facts| facts.residue = Some(1), &[Fault::Residue]);
    check(|facts| facts.key_destroyed_at = None, &[Fault::State]);
    check(
        |facts| facts.state = State::Deleted,
        &[Fault::Counts, Fault::State],
    );
    let deleted = |facts: &mut Facts| {
        facts.state = State::Deleted;
        facts.key_destroyed_at = None;
        facts.segments.destroyed = 0;
        facts.records.destroyed = 0;
    };
    check(deleted, &[]);
    let early = |facts: &mut Facts| {
        facts.key_destroyed_at = Some(facts.due_at - jiff::SignedDuration::from_micros(1))
    };
    check(early, &[Fault::Early]);
    // Early for the one reason there is; which explains nothing of a key that went in time, or still lives, or has years.
    let lost = |facts: &mut Facts| facts.why = Why::TimeLost;
    check(
        |facts| {
            early(facts);
            lost(facts)
        },
        &[],
    );
    check(lost, &[Fault::Reason]);
    check(
        |facts| {
            deleted(facts);
            lost(facts)
        },
        &[Fault::Reason],
    );
    let of_years = |facts: &mut Facts| facts.cohort = Cohort::parse("query-202611").unwrap();
    check(
        |facts| {
            early(facts);
            lost(facts);
            of_years(facts)
        },
        &[Fault::Reason],
    );
    let mut facts = example().facts;
    assert!(!facts.is_late());
    facts.gone_by = Some(facts.bytes_removed_at);
    assert!(!facts.is_late());
    facts.gone_by = facts.key_destroyed_at;
    assert!(facts.is_late());
}
