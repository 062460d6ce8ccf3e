//! An attacker with stolen copies and everything it found later, trying every way in. *Pure.*
//!
//! It knows the specification and obeys none of its refusals. Its secrets are
//! - every 32 bytes in a row of every small file of every copy: slots whole or torn, hashes, salts, headers, indexes;
//! - everything in them that is written in hexadecimal or base64: commitments, checkpoints, certificates, evidence;
//! - what follows from the 32 bytes that have a name by every label, place and hash: the ratchet forward, keys of one
//!   place for another, two slots together.
//!
//! Each is tried as root on each keyring, under its own header and under each other's, as cohort key and as object key
//! on each sealed object, in its place and in the others'; what comes out is a secret in turn.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    rc::Rc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    ciphers::{
        HEADER, Key, cohort_of, commitment, derive, entries, expand, extracted, is_for, is_keyring,
        keyring_context, keyring_envelope, object_context, open_envelope, sha256, sha512, unwrap,
    },
    loot::{Copy, SLOTS},
};
use aws_lc_rs::hkdf::{HKDF_SHA512, Prk};

/// What an attack came to.
#[derive(Default, Debug)]
#[expect(dead_code, reason = "all of it is told when a test fails")]
pub struct Opened {
    /// How many sealed objects were opened of how many, by cohort.
    pub objects: BTreeMap<String, (usize, usize)>,
    /// How many keyrings were opened of how many.
    pub keyrings: (usize, usize),
    /// How many secrets were tried.
    pub secrets: usize,
    /// How many of them have a name.
    pub named: usize,
}

impl Opened {
    /// The cohorts of which every object was opened; none may be opened in part.
    #[track_caller]
    pub fn cohorts(&self) -> BTreeSet<&str> {
        let opened = self.objects.iter().filter(|(_, (opened, _))| *opened > 0);
        opened
            .map(|(cohort, (opened, of))| {
                assert_eq!(opened, of, "{cohort}: {self:?}");
                cohort.as_str()
            })
            .collect()
    }
}

/// Tries everything on `copies`.
pub fn attack(copies: &[Copy]) -> Opened {
    let mut attacker = Attacker::default();
    for copy in copies {
        for (name, bytes) in &copy.files {
            attacker.take(name, bytes);
        }
    }
    attacker.think();
    attacker.open_keyrings();
    attacker.think();
    attacker.open_objects()
}

#[derive(Default)]
struct Attacker {
    seen: HashSet<Rc<[u8]>>,
    keyrings: Vec<Rc<[u8]>>,
    objects: Vec<Rc<[u8]>>,
    cohorts: BTreeSet<String>,
    /// Secrets that have a name: they are thought about.
    named: BTreeSet<Key>,
    /// All of them.
    secrets: HashSet<Key>,
    keyrings_opened: usize,
}

impl Attacker {
    fn take(&mut self, name: &str, bytes: &Rc<[u8]>) {
        if !self.seen.insert(bytes.clone()) {
            return;
        }
        if bytes.starts_with(b"mayfly-seal\n") {
            self.objects.push(bytes.clone());
            self.cohorts.insert(cohort_of(bytes));
            self.named.insert(bytes[64..96].try_into().unwrap());
            return;
        }
        self.named.insert(sha256(bytes));
        self.written(bytes);
        if bytes.len() <= SMALL && !name.starts_with("mayfly.db") {
            self.secrets.extend(windows(bytes));
        }
        if is_keyring(bytes) {
            self.keyrings.push(bytes.clone());
        }
        let mut part = |from: usize| {
            self.named.extend(
                bytes
                    .get(from..from + 32)
                    .map(|part| <Key>::try_from(part).unwrap()),
            );
        };
        // Generation, key and hash of each slot; the index key and its hash; the journal's key; salts and commitments.
        match name {
            SLOTS => [24, 56, 4096 + 24, 4096 + 56].into_iter().for_each(&mut part),
            "keys/index.key" => [16, 48].into_iter().for_each(&mut part),
            "keys/journal.key" => part(0),
            _ if is_keyring(bytes) => [58, 82].into_iter().for_each(&mut part),
            _ => {}
        }
        if name == SLOTS {
            let (one, other) = (&bytes[24..56], &bytes[4096 + 24..4096 + 56]);
            let both: Vec<u8> = one.iter().zip(other).map(|(one, other)| one ^ other).collect();
            self.named.insert(both.try_into().unwrap());
        }
    }

    /// What is written as text: 64 hexadecimal digits, or base64 of at least 32 bytes.
    fn written(&mut self, bytes: &[u8]) {
        let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        for word in bytes
            .split(|byte| !is_text(byte))
            .filter(|word| (43..=2048).contains(&word.len()))
        {
            let hex: Option<Vec<u8>> = (word.len() == 64)
                .then(|| {
                    let digits = std::str::from_utf8(word).unwrap();
                    (0..32)
                        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok())
                        .collect()
                })
                .flatten();
            let decoded = hex.or_else(|| STANDARD.decode(word).ok()).unwrap_or_default();
            match <Key>::try_from(&*decoded) {
                Ok(whole) => drop(self.named.insert(whole)),
                Err(_) => self.secrets.extend(windows(&decoded)),
            }
        }
    }

    /// What follows from the secrets that have a name, and from what follows from them by the ratchet's own means.
    fn think(&mut self) {
        let places: Vec<Vec<u8>> = [vec![]]
            .into_iter()
            .chain(self.cohorts.iter().map(|name| name.clone().into_bytes()))
            .chain((0..12_u64).map(|generation| generation.to_be_bytes().to_vec()))
            .chain(self.keyrings.iter().map(|keyring| keyring[..58].to_vec()))
            .collect();
        let mut follows = Vec::new();
        for key in &self.named {
            let mut reversed = *key;
            reversed.reverse();
            follows.extend([reversed, key.map(|byte| !byte), sha256(key), sha256(&sha256(key))]);
            let long = sha512(key);
            follows.extend([&long[..32], &long[32..]].map(|half| <Key>::try_from(half).unwrap()));
            for label in LABELS {
                follows.push(expand(key, &[label.as_bytes()]));
                for place in &places {
                    follows.push(derive(key, &[], &[label.as_bytes(), &[0], place]));
                }
            }
        }
        self.secrets.extend(follows);
        self.secrets.extend(&self.named);
    }

    fn open_keyrings(&mut self) {
        let contexts: Vec<Vec<u8>> = self
            .keyrings
            .iter()
            .map(|keyring| keyring_context(keyring))
            .collect();
        for keyring in self.keyrings.clone() {
            let envelope = keyring_envelope(&keyring);
            let own = keyring_context(&keyring);
            let mut plain = None;
            for secret in &self.secrets {
                let key = Prk::new_less_safe(HKDF_SHA512, secret);
                if is_for(&key, &own, envelope) {
                    plain = open_envelope(secret, &own, envelope);
                }
            }
            // Whatever it says of its key, and under the headers of the others.
            for secret in &self.named {
                for context in &contexts {
                    plain = plain.or_else(|| open_envelope(secret, context, envelope));
                }
            }
            if let Some(plain) = plain {
                self.keyrings_opened += 1;
                self.named.extend(entries(&plain).into_iter().map(|(_, key)| key));
            }
        }
    }

    fn open_objects(self) -> Opened {
        let mut opened = Opened {
            keyrings: (self.keyrings_opened, self.keyrings.len()),
            secrets: self.secrets.len(),
            named: self.named.len(),
            ..Opened::default()
        };
        // Which secrets a commitment speaks for; there are few commitments, and many objects under each.
        let committed: BTreeSet<(String, [u8; 32])> = self
            .objects
            .iter()
            .map(|object| (cohort_of(object), object[64..96].try_into().unwrap()))
            .collect();
        let mut candidates: BTreeSet<Key> = self.named.clone();
        for secret in &self.secrets {
            let key = extracted(secret);
            let speaks = |(name, expected): &(String, [u8; 32])| commitment(&key, name) == *expected;
            if committed.iter().any(speaks) {
                candidates.insert(*secret);
            }
        }
        for object in &self.objects {
            let is_open = self.open_object(object, &candidates);
            let (count, of) = opened.objects.entry(cohort_of(object)).or_default();
            *count += usize::from(is_open);
            *of += 1;
        }
        opened
    }

    fn open_object(&self, object: &[u8], candidates: &BTreeSet<Key>) -> bool {
        let (header, envelope) = object.split_at(HEADER);
        let context = object_context(header);
        let ids: BTreeSet<&[u8]> = self.objects.iter().map(|object| &object[40..56]).collect();
        let mut keys = candidates.clone();
        for key in candidates {
            keys.extend(ids.iter().filter_map(|id| unwrap(key, header, id)));
        }
        let speaks = |key: &&Key| is_for(&Prk::new_less_safe(HKDF_SHA512, *key), &context, envelope);
        let key = keys.iter().chain(&self.secrets).find(speaks);
        key.and_then(|key| open_envelope(key, &context, envelope))
            .is_some()
    }
}

fn windows(bytes: &[u8]) -> impl Iterator<Item = Key> {
    bytes.windows(32).map(|window| window.try_into().unwrap())
}

/// Everything that the specification derives by, and what a ratchet might be called.
const LABELS: [&str; 10] = [
    "mayfly/v1 cohort commitment",
    "mayfly/v1 wrap",
    "mayfly/v1 object",
    "mayfly/v1 keyring",
    "mayfly/v1 row",
    "mayfly/v1 index",
    "mayfly/v1 root",
    "mayfly/v1 ratchet",
    "mayfly-root-v1\n",
    "",
];
/// Every 32 bytes in a row are tried of files up to this length; the reserve and the database are longer.
const SMALL: usize = 64 << 10;
