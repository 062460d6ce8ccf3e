//! What must hold for any bytes at all: one function a target, for libFuzzer and for the tests on stable alike. *Edge.*

use std::sync::OnceLock;

use mayfly::{
    ids,
    intake::{Chunks, Encoding, FileKind, Limits, ReadError, Reading, cp950 as code_page, scan},
    journal::{checkpoint::Checkpoint, entry::Entry, note},
    provider::{
        AllowList, Item, QueryId, Reply, Visit,
        exchange::{Expected, ReplyName, read_reply},
        http, match_reply,
    },
    sheet::proof,
    subject::applicant,
};
use mayfly_retention::{
    Cohort, Key32, ObjectId, Place, Randomness, RetentionError,
    header::Header,
    segment::{SegmentBuilder, SegmentReader},
};
use sha2::{Digest, Sha256};

/// The first byte says how the rest is declared: encoding, kind of file, and rows of a chunk.
///
/// # Panics
/// When rows are lost, invented or read otherwise the second time.
pub fn batch_parser(bytes: &[u8]) {
    let Some((&declared, file)) = bytes.split_first() else {
        return;
    };
    let encoding = if declared & 1 == 0 {
        Encoding::Utf8
    } else {
        Encoding::Cp950
    };
    let kind = if declared & 2 == 0 {
        FileKind::Batch
    } else {
        FileKind::Consents
    };
    let limits = Limits {
        record_bytes: 2_048,
        rows: 500,
        file_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut sealed = Vec::new();
    let scanned = scan(file, encoding, kind, limits, |block| {
        sealed.extend_from_slice(block);
        Ok(())
    });
    let scanned = match scanned {
        Ok(scanned) => scanned,
        Err(ReadError::Refused(refusal)) => {
            let said = refusal.to_string();
            assert!(!said.chars().any(char::is_control), "a refusal moves the cursor");
            return;
        }
        Err(ReadError::Source(_)) => panic!("bytes in memory cannot fail"),
    };
    assert!(sealed == file, "what was sealed is not what was read");
    assert_eq!(scanned.bytes, file.len() as u64);
    let reading = Reading {
        encoding,
        kind,
        limits,
        chunk_rows: usize::from(declared >> 2) + 1,
    };
    let whole = rows(file, &reading, 0);
    assert_eq!(whole.len(), scanned.rows as usize, "rows were lost or invented");
    assert!(
        (2..).zip(&whole).all(|(line, row)| row.0 == line),
        "lines are not in order"
    );
    let half = scanned.rows / 2;
    assert!(
        rows(file, &reading, half) == whole[half as usize..],
        "the rest reads otherwise"
    );
}

/// Line, codes, and whether nothing is missing.
fn rows(file: &[u8], reading: &Reading, done: u32) -> Vec<(u32, String, bool)> {
    let chunks =
        Chunks::start(file, reading, done, [7; 16]).unwrap_or_else(|_| panic!("it was accepted before"));
    let mut rows = Vec::new();
    for chunk in chunks {
        let chunk = chunk.unwrap_or_else(|_| panic!("it was accepted before"));
        assert!((1..=reading.chunk_rows).contains(&chunk.rows.len()));
        rows.extend(
            chunk
                .rows
                .iter()
                .map(|row| (row.line, row.faults.codes().to_string(), row.is_complete())),
        );
    }
    rows
}

/// # Panics
/// When text does not come back.
pub fn cp950(bytes: &[u8]) {
    let (mut text, mut again, mut encoded) = (String::new(), String::new(), Vec::new());
    let decoded = code_page::decode(bytes, &mut text);
    // Also after an error: what came before it is text.
    code_page::encode(&text, &mut encoded).unwrap_or_else(|_| panic!("decoded text cannot be encoded"));
    code_page::decode(&encoded, &mut again).unwrap_or_else(|_| panic!("encoded text cannot be decoded"));
    assert!(text == again, "decoded text does not come back");
    assert!(decoded.is_err() || encoded.len() == bytes.len(), "another length");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (mut encoded, mut again) = (Vec::new(), String::new());
        if code_page::encode(text, &mut encoded).is_ok() {
            code_page::decode(&encoded, &mut again)
                .unwrap_or_else(|_| panic!("encoded text cannot be decoded"));
            assert!(text == again, "encoded text does not come back");
        }
    }
}

/// Read as a reply file; and laid over a whole one, three bytes a change: where (two) and what, with the hash as it was
/// and with a hash that holds, so that what stands behind it is reached too.
///
/// # Panics
/// When something is believed that nobody asked for, or when a query id or an item has two spellings.
pub fn reply(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for word in text.split(['\n', ',', ' ']) {
        if let Some(id) = QueryId::parse(word) {
            assert_eq!(id.to_string(), word);
        }
        if let Some(item) = Item::parse(word) {
            assert_eq!(item.as_str(), word);
        }
    }
    believe_nothing(bytes);
    let mut changed = REPLY.to_vec();
    lay_over(&mut changed, bytes);
    believe_nothing(&changed);
    let hashed = changed.len() - HASH_AND_LINE_END;
    let hash = Sha256::digest(&changed[..hashed]);
    changed[hashed..hashed + 64].copy_from_slice(ids::hex(&hash).as_bytes());
    believe_nothing(&changed);
    let mut json = JSON_REPLY.to_vec();
    lay_over(&mut json, bytes);
    for json in [bytes, &json] {
        if let Ok(reply) = http::read_reply(json, 0x7f3a_9c0d_5e1b_2a48, 3) {
            believe_nothing_of(reply);
        }
    }
}

fn believe_nothing(file: &[u8]) {
    let expected = Expected {
        name: ReplyName::parse("004-7f3a9c0d5e1b2a48-01.rpl").unwrap_or_else(|| panic!("a name")),
        trial: true,
        token: std::array::from_fn(|place| place as u8 * 0x11),
    };
    if let Ok(read) = read_reply(file, &expected) {
        believe_nothing_of(read.reply);
    }
}

fn believe_nothing_of(reply: Reply) {
    let matched = match_reply(Visit::Ask, &[], reply, &AllowList::ALL);
    assert!(
        matched.outcomes.is_empty(),
        "an answer that nobody asked for was believed"
    );
}

/// Changes `file` in places: three bytes a change, where (two) and what.
fn lay_over(file: &mut [u8], changes: &[u8]) {
    let length = file.len();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        file[at % length] ^= change[2];
    }
}

/// Read as a header; and laid over a whole segment, three bytes a change: where (two) and what.
///
/// # Panics
/// When a header is written otherwise than it was read, or a changed segment opens to other records.
pub fn segment_header(bytes: &[u8]) {
    if let Ok(header) = Header::parse(bytes) {
        let written = header.encode();
        assert!(bytes.starts_with(&written), "a header with two spellings");
    }
    let (place, key) = (place(), Key32::from_bytes(&[1; 32]));
    let segment = segment();
    let mut changed = segment.to_vec();
    lay_over(&mut changed, bytes);
    changed.truncate(segment.len() - bytes.len() % 3);
    let Ok(reader) = SegmentReader::open(&changed[..], place, &key) else {
        return;
    };
    assert_eq!(reader.len(), RECORDS.len() as u32, "another number of records");
    for (ordinal, record) in (0..).zip(RECORDS) {
        if let Ok(found) = reader.record(ordinal) {
            assert!(found.as_slice() == record, "a changed record was believed");
        }
    }
}

fn place() -> Place {
    Place {
        cohort: Cohort::parse("answer-2026110202").unwrap_or_else(|_| panic!("a cohort")),
        id: ObjectId::random(&Counting).unwrap_or_else(|_| panic!("an id")),
    }
}

/// A whole segment of three records.
fn segment() -> &'static [u8] {
    static SEGMENT: OnceLock<Vec<u8>> = OnceLock::new();
    SEGMENT.get_or_init(|| {
        let at = "2026-11-02T02:00:00Z"
            .parse()
            .unwrap_or_else(|_| panic!("an instant"));
        let made = SegmentBuilder::new(&Key32::from_bytes(&[1; 32]), place(), at, 0, &Counting).and_then(
            |mut builder| {
                for record in RECORDS {
                    builder.push(record)?;
                }
                builder.finish()
            },
        );
        made.unwrap_or_else(|_| panic!("a segment")).bytes
    })
}

/// No randomness at all, for bytes that are the same each time.
struct Counting;

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RetentionError> {
        (0..)
            .zip(bytes)
            .for_each(|(number, byte): (u32, _)| *byte = number.to_le_bytes()[0]);
        Ok(())
    }
}

/// # Panics
/// When something is believed that the key did not sign, or has two spellings.
pub fn checkpoint(bytes: &[u8]) {
    let key = note::SigningKey::from_seed(&[9; 32]);
    let verifier = key
        .verifier_key(ORIGIN)
        .unwrap_or_else(|_| panic!("a name of a key"));
    if let Ok(text) = verifier.open(bytes) {
        let signed = key
            .sign_note(ORIGIN, text)
            .unwrap_or_else(|_| panic!("a text that was signed"));
        let line = signed.lines().last().unwrap_or_default();
        assert!(
            String::from_utf8_lossy(bytes).contains(line),
            "a signature of somebody else was believed"
        );
    }
    if let Ok(entry) = Entry::parse(bytes) {
        let mut written = Vec::new();
        entry
            .write(&mut written)
            .unwrap_or_else(|_| panic!("an entry that was read can be written"));
        assert!(written == bytes, "an entry with two spellings");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(other) = note::VerifierKey::parse(text) {
        assert_eq!(other.text(), text);
    }
    // Signed by the right key, whatever it says: then the text alone decides.
    let Ok(signed) = key.sign_note(ORIGIN, text) else {
        return;
    };
    if let Ok(read) = Checkpoint::open(signed.as_bytes(), &verifier) {
        let mut lines = text.lines();
        assert_eq!(
            (lines.next(), lines.next()),
            (Some(read.origin()), Some(read.size().to_string().as_str()))
        );
        assert_eq!(read.root().len(), 32);
    }
}

/// # Panics
/// When a proof of a sheet holds that nobody signed, or an error repeats who asked.
pub fn sheet_proof(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let key = note::SigningKey::from_seed(&[9; 32]);
    let verifier = key
        .verifier_key(ORIGIN)
        .unwrap_or_else(|_| panic!("a name of a key"));
    if let Some(read) = proof::read(text) {
        let checked = proof::check(&read, &verifier);
        assert!(!checked.findings.is_empty(), "a proof without a signature");
    }
    if let Err(refused) = applicant::parse(text) {
        // The remedy is always the same, and shows a birth date of nobody.
        let said = refused.to_string();
        let repeated = text
            .lines()
            .filter(|line| line.len() > 9)
            .any(|line| said.contains(line));
        assert!(!repeated, "an error repeats what was read");
    }
}

/// The key's name in [`checkpoint()`].
pub const ORIGIN: &str = "mayfly/fuzz";
const RECORDS: [&[u8]; 3] = [b"synthetic answer", b"", &[b'x'; 3_000]];

/// A whole reply file of invented persons.
const JSON_REPLY: &[u8] = include_bytes!("../../fixtures/vectors/http/reply.json");
const REPLY: &[u8] = include_bytes!("../../fixtures/vectors/exchange/reply.rpl");
/// What a reply file ends with.
const HASH_AND_LINE_END: usize = 64 + 2;
