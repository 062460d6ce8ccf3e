//! Finds marked values in any bytes, however they are spelled: nine encodings of texts, three of keys. *Pure.*
//!
//! Texts: UTF-8, CP950, UTF-16LE, UTF-16BE, JSON escapes, URL escapes, octal escapes, hexadecimal (both cases), base64
//! (both alphabets, at each of three alignments). Keys: as they are, hexadecimal, base64. Nothing is decompressed: no
//! library that compresses is linked, which a test of `forgotten` holds.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Everything that is looked for, by the four bytes with which each spelling begins.
#[derive(Default)]
pub struct Scanner {
    by_head: HashMap<[u8; 4], Vec<Spelling>>,
    /// Which pairs of bytes any spelling begins with: most places are passed over by this alone.
    heads: Vec<bool>,
}

/// One way to write one value.
pub struct Spelling {
    /// What it is and how it is written, for whoever reads a failure: never the value itself.
    pub label: String,
    pub bytes: Vec<u8>,
}

impl Scanner {
    /// A scanner for `spellings`, each of at least four bytes.
    pub fn new(spellings: Vec<Spelling>) -> Self {
        let mut scanner = Self {
            heads: vec![false; 1 << 16],
            ..Self::default()
        };
        for spelling in spellings {
            let head: [u8; 4] = spelling.bytes[..4].try_into().unwrap();
            scanner.heads[usize::from(u16::from_le_bytes([head[0], head[1]]))] = true;
            scanner.by_head.entry(head).or_default().push(spelling);
        }
        scanner
    }

    /// The label of each spelling found in `bytes`, with its place.
    pub fn find(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for (place, window) in bytes.windows(4).enumerate() {
            if !self.heads[usize::from(u16::from_le_bytes([window[0], window[1]]))] {
                continue;
            }
            let head: [u8; 4] = window.try_into().unwrap();
            for spelling in self.by_head.get(&head).into_iter().flatten() {
                if bytes[place..].starts_with(&spelling.bytes) {
                    found.push(format!("{} at byte {place}", spelling.label));
                }
            }
        }
        found
    }
}

/// All spellings of a text; `cp950` is given by the caller where it differs from UTF-8.
pub fn spellings_of_text(what: &str, text: &str, cp950: Option<&[u8]>) -> Vec<Spelling> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let spelling = |how: &str, bytes: Vec<u8>| Spelling {
        label: format!("{what} in {how}"),
        bytes,
    };
    let mut spellings = spellings_of_bytes(what, text.as_bytes());
    spellings.push(spelling(
        "UTF-16LE",
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    ));
    spellings.push(spelling(
        "UTF-16BE",
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ));
    if let Some(cp950) = cp950 {
        spellings.extend(spellings_of_bytes(&format!("{what} in CP950"), cp950));
        for (how, escape) in ESCAPES {
            for (of, bytes) in [("UTF-8", text.as_bytes()), ("CP950", cp950)] {
                let escaped = bytes.iter().map(|byte| escape(*byte)).collect::<String>();
                spellings.push(spelling(&format!("{how} of {of}"), escaped.into_bytes()));
            }
        }
        // JSON may escape what is not ASCII.
        let escaped: String = utf16.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        spellings.push(spelling("JSON escapes", escaped.into_bytes()));
    }
    spellings
}

/// The bytes as they are, in hexadecimal of both cases, and in base64 of both alphabets at each of three alignments.
pub fn spellings_of_bytes(what: &str, bytes: &[u8]) -> Vec<Spelling> {
    let spelling = |how: String, bytes: Vec<u8>| Spelling {
        label: format!("{what} {how}"),
        bytes,
    };
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut spellings = vec![
        spelling("as it is".into(), bytes.to_vec()),
        spelling("in hexadecimal".into(), hex.clone().into_bytes()),
        spelling("in HEXADECIMAL".into(), hex.to_uppercase().into_bytes()),
    ];
    for (alphabet, engine) in [("standard", &STANDARD), ("URL", &URL_SAFE)] {
        for before in 0..3 {
            let shifted = [vec![0; before], bytes.to_vec()].concat();
            let written = engine.encode(&shifted);
            // Characters that hold bits of what stands before or behind are not the value's own.
            let (start, end) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
            let own = written.as_bytes()[start..end].to_vec();
            spellings.push(spelling(format!("in {alphabet} base64, {before} bytes in"), own));
        }
    }
    spellings
}

type Escape = fn(u8) -> String;

/// How bytes that are no ASCII are escaped.
const ESCAPES: [(&str, Escape); 3] = [
    ("URL escapes", |byte| format!("%{byte:02X}")),
    ("small URL escapes", |byte| format!("%{byte:02x}")),
    ("octal escapes", |byte| format!("\\{byte:03o}")),
];

/// The positive control: each spelling is found when it is planted among other bytes, and the value is found in an
/// encoding made by somebody else at every alignment.
#[test]
fn every_spelling_is_found_where_it_is_planted() {
    let text = || spellings_of_text("name", "龘麤驫", Some(b"\xf9\xd5\xf9\xd2\xf9\xcd"));
    let key: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_mul(7) ^ 0x9b).collect();
    let number = || spellings_of_text("number", "A987654321", None);
    let all = || -> Vec<_> {
        text()
            .into_iter()
            .chain(number())
            .chain(spellings_of_bytes("key", &key))
            .collect()
    };
    let scanner = Scanner::new(all());
    let noise: Vec<u8> = (0..5_000_u32)
        .map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    assert_eq!(scanner.find(&noise), Vec::<String>::new());
    for spelling in all() {
        for place in [0, 1, 2_501, noise.len()] {
            let planted = [&noise[..place], &spelling.bytes, &noise[place..]].concat();
            let found = scanner.find(&planted);
            assert!(
                found.contains(&format!("{} at byte {place}", spelling.label)),
                "{}: {found:?}",
                spelling.label
            );
        }
    }
    for (value, what) in [
        ("龘麤驫".as_bytes(), "name"),
        (b"A987654321", "number"),
        (&key, "key"),
    ] {
        for before in 0..6 {
            for engine in [&STANDARD, &URL_SAFE] {
                let written = engine.encode([&vec![b'x'; before], value, b"yz"].concat());
                assert!(
                    scanner
                        .find(written.as_bytes())
                        .iter()
                        .any(|found| found.starts_with(what)),
                    "{what}, {before}"
                );
            }
        }
    }
}
