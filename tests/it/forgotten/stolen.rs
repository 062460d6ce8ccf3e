//! Stolen copies: everything but the slots at every moment of a story, and the slots of later ones. *Edge.*
//!
//! A failure is: something of a cohort opens with slots from after its destruction. *Not* a failure: it opens with slots
//! from before, which is why there must be no copy of them; the tests insist on that too, as their control.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mayfly_retention::{Key32, envelope::seal_vec};

use super::{
    attacker::{Opened, attack},
    ciphers::{self, Key},
    loot::Copy,
};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// Two batches, three hours apart, and a third when both are gone.
pub struct Story {
    pub sandbox: Sandbox,
    /// What lay there at each moment.
    pub copies: Vec<Copy>,
}

impl Story {
    /// Until right before the first hour is due.
    pub fn until_due() -> Self {
        let mut story = Self {
            sandbox: Sandbox::with_master_data(),
            copies: vec![],
        };
        story.batch(NOW, 1, 1);
        story.batch("2026-11-02T13:00:00+08:00", 2, 1_000_001);
        story.at("2026-11-05T10:59:59+08:00", &["purge", "run"]).expect(0);
        story.look();
        story
    }

    pub fn batch(&mut self, at: &str, number: u8, person: u64) {
        let rows: Vec<_> = (person..person + 20).map(BatchRow::valid).collect();
        let file = self
            .sandbox
            .file(&format!("004-1151102-0{number}.csv"), batch_file(&rows));
        self.at(at, &["batch", "run", file.to_str().unwrap()]).expect(0);
        self.look();
    }

    pub fn at(&self, at: &str, words: &[&str]) -> Run {
        self.sandbox.mayfly([&["--at", at], words].concat())
    }

    pub fn look(&mut self) {
        self.copies.push(Copy::of(&self.sandbox));
    }

    /// What opens of all copies together with the slots of those from `moment` on.
    pub fn attacked_with_slots_from(&self, moment: usize) -> Opened {
        let copies = self.copies.iter().enumerate();
        let stolen: Vec<Copy> = copies
            .map(|(number, copy)| {
                if number < moment {
                    copy.without_slots()
                } else {
                    copy.clone()
                }
            })
            .collect();
        attack(&stolen)
    }
}

/// The cohorts of hours in the story, in the order of their ends; and what is never due in it.
pub const FIRST: [&str; 2] = ["answer-2026110202", "intake-2026110202"];
pub const SECOND: [&str; 2] = ["answer-2026110205", "intake-2026110205"];
const THIRD: [&str; 2] = ["answer-2026110507", "intake-2026110507"];
pub const YEARS: [&str; 1] = ["query-202611"];

pub fn set<'a>(groups: &[&[&'a str]]) -> BTreeSet<&'a str> {
    groups.concat().into_iter().collect()
}

#[test]
fn a_stolen_copy_opens_what_lives_when_the_slots_are_taken_and_nothing_else() {
    let mut story = Story::until_due();
    // With the database away: the keys and the bytes are gone, the evidence lies there, nothing is certified.
    let away = story.sandbox.data().join("mayfly.toml");
    let good = std::fs::read_to_string(&away).unwrap();
    let others: String = good
        .lines()
        .filter(|line| !line.starts_with("database"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(
        &away,
        format!("database = \"postgres:///nowhere?host=/nowhere\"\n{others}"),
    )
    .unwrap();
    story
        .at("2026-11-05T11:00:00+08:00", &["purge", "run"])
        .expect(75);
    std::fs::write(&away, good).unwrap();
    story.look();
    let evidence = story.copies.last().unwrap();
    assert!(evidence.files.contains_key("purged/answer-2026110202"));
    story.at("2026-11-05T11:01:00+08:00", &["purge", "run"]).expect(0);
    story.look();
    story.at("2026-11-05T13:59:59+08:00", &["purge", "run"]).expect(0);
    story.look();
    story.at("2026-11-05T14:00:00+08:00", &["purge", "run"]).expect(0);
    story.look();
    story.batch("2026-11-05T15:00:00+08:00", 3, 2_000_001);

    // With the slots of a moment and of all later ones; what was made later is in the copies too.
    let all = set(&[&FIRST, &SECOND, &THIRD, &YEARS]);
    let without_first = set(&[&SECOND, &THIRD, &YEARS]);
    let without_second = set(&[&THIRD, &YEARS]);
    let without_any = BTreeSet::new();
    for (moment, expected) in [
        (0, &all),
        (2, &all),
        (3, &without_first),
        (5, &without_first),
        (6, &without_second),
        (story.copies.len(), &without_any),
    ] {
        let opened = story.attacked_with_slots_from(moment);
        println!("slots from moment {moment}: {opened:?}");
        assert_eq!(&opened.cohorts(), expected, "slots from moment {moment}");
        assert_eq!(opened.objects.len(), all.len());
        assert!(opened.secrets > 1_000, "{}", opened.secrets);
    }
}

/// The control of the attacker itself: whatever is left lying about, it finds and uses.
#[test]
fn the_attacker_uses_whatever_is_left_lying_about() {
    let mut story = Story::until_due();
    story.at("2026-11-05T11:00:00+08:00", &["purge", "run"]).expect(0);
    story.look();
    let [.., before, after] = &story.copies[..] else {
        unreachable!()
    };
    let file = |name: &str| before.files[name].to_vec();
    let keyring = file("keys/keyring");
    let keys = before.keys();
    let root = keys.root;
    let context = ciphers::keyring_context(&keyring);
    let plain = ciphers::open_envelope(&root, &context, &keyring[58..]).unwrap();
    let (_, cohort_key) = keys
        .cohorts
        .into_iter()
        .find(|(name, _)| name == FIRST[0])
        .unwrap();
    let (_, object) = before
        .files
        .iter()
        .find(|(name, _)| name.contains(FIRST[0]))
        .unwrap();
    let object_key = ciphers::unwrap(&cohort_key, object, &object[40..56]).unwrap();
    let index_key = Key32::from_bytes(file("keys/index.key")[16..48].try_into().unwrap());
    let hex = |key: &Key| key.iter().map(|byte| format!("{byte:02x}")).collect::<String>();

    let lying_about: [(&str, Vec<u8>, &[&str]); 6] = [
        ("crash.log", [b"root is ", &root[..], b"!"].concat(), &FIRST),
        ("trace.log", format!("root {}", hex(&root)).into_bytes(), &FIRST),
        (
            "dump",
            STANDARD.encode([&[0; 7][..], &root, b"x"].concat()).into_bytes(),
            &FIRST,
        ),
        (
            "purged/old",
            format!("key\n{}\n", hex(&cohort_key)).into_bytes(),
            &FIRST[..1],
        ),
        ("passes/x", [b"a", &object_key[..]].concat(), &FIRST[..1]),
        // A keyring that was sealed under something that follows from a key that stays.
        (
            "keys/keyring.old",
            {
                let key =
                    Key32::from_bytes(&ciphers::derive(index_key.expose(), &[], &[b"mayfly/v1 root\0"]));
                let envelope = seal_vec(&key, &[9; 24], &context, &plain);
                [&keyring[..58], &envelope].concat()
            },
            &FIRST,
        ),
    ];
    let stolen = [before.without_slots(), after.clone()];
    assert_eq!(attack(&stolen).cohorts(), set(&[&SECOND, &YEARS]));
    for (name, content, more) in lying_about {
        let mut found = Copy::default();
        found.files.insert(name.to_owned(), content.into());
        let opened = attack(&[&stolen[..], &[found]].concat());
        assert_eq!(
            opened.cohorts(),
            set(&[more, &SECOND, &YEARS]),
            "{name}: {opened:?}"
        );
    }
}
