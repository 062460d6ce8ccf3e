//! The fuzz targets on stable: seeds from `fixtures/`, changed at random, a fixed number of times. *Edge.*
//!
//! `MAYFLY_FUZZ_RUNS` raises the number, `MAYFLY_FUZZ_SEED` repeats a run; `tests/fuzz/README.md` says how to go on with
//! libFuzzer. A failure tells seed and number on the way out.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;

use mayfly::journal::{
    entry::{Entry, Kind},
    note::SigningKey,
};

use crate::{
    batch_file::{BatchRow, batch_file, chinese_batch_file, consents_file},
    support::{Chance, fixtures, setting},
};

#[test]
fn the_batch_parser_takes_any_bytes() {
    let rows = [
        BatchRow::valid(1),
        BatchRow::valid(2).on_registered_consent(),
        BatchRow::valid(3).with("reason", "\"a,\"\"b\r\nc\""),
    ];
    let demo = fs::read(fixtures().join("demo/004-1151102-01.csv")).unwrap();
    let seeds = [
        [&[0x0c][..], &batch_file(&rows)].concat(),
        [&[0x10][..], &chinese_batch_file(&rows)].concat(),
        [&[0x22][..], &consents_file("004", &rows)].concat(),
        [
            &[0x05][..],
            &encoding_rs::BIG5
                .encode(std::str::from_utf8(&chinese_batch_file(&rows)).unwrap())
                .0,
        ]
        .concat(),
        [&[0x7c][..], &demo[..demo.len().min(12_000)]].concat(),
    ];
    changed(&seeds, targets::batch_parser);
}

#[test]
fn the_cp950_decoder_takes_any_bytes() {
    let vectors = fs::read(fixtures().join("vectors/cp950.txt")).unwrap();
    let text = "許功蓋育＊囍游錕銹碁銹裏粧嫺╔╗ABC\\|~";
    let seeds = [
        encoding_rs::BIG5.encode(text).0.into_owned(),
        text.as_bytes().to_vec(),
        vectors[..vectors.len().min(4_000)].to_vec(),
        (0xa1..=0xfe)
            .flat_map(|lead| [lead, 0x40, lead, 0x7e, lead, 0xa1, lead, 0xfe])
            .collect(),
    ];
    changed(&seeds, targets::cp950);
}

#[test]
fn a_reply_may_be_any_bytes() {
    let seeds = [
        b"7f3a9c0d5e1b2a48-0017,C0101\nunit_no,change,effective_date,unit_name".to_vec(),
        b"unit_no,change,effective_date,end_date,insured_salary,remark".to_vec(),
        include_bytes!("../../fixtures/vectors/exchange/reply.rpl").to_vec(),
        include_bytes!("../../fixtures/vectors/http/reply.json").to_vec(),
        vec![0; 30],
    ];
    changed(&seeds, targets::reply);
}

#[test]
fn a_segment_may_be_any_bytes() {
    let header = [
        b"mayfly-seal\n\0\x01\x01\x01answer-2026110202".to_vec(),
        vec![0; 140],
    ]
    .concat();
    changed(&[header, vec![0; 9], vec![]], targets::segment_header);
}

#[test]
fn a_checkpoint_may_be_any_bytes() {
    let text = format!(
        "{}\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        targets::ORIGIN
    );
    let key = SigningKey::from_seed(&[9; 32]);
    let mut entry = Vec::new();
    Entry {
        kind: Kind::Query,
        at: "2026-11-02T02:00:00Z".parse().unwrap(),
        member: "004",
        reference: "7f3a9c0d5e1b2a48-0017",
        payload: [7; 32],
    }
    .write(&mut entry)
    .unwrap();
    let seeds = [
        key.sign_note(targets::ORIGIN, &text).unwrap().into_bytes(),
        key.verifier_key(targets::ORIGIN).unwrap().text().into_bytes(),
        text.into_bytes(),
        entry,
    ];
    changed(&seeds, targets::checkpoint);
}

#[test]
fn a_proof_of_a_sheet_may_be_any_bytes() {
    let text = "mayfly-sheet/1\nmember 004\nweek 2026-W45\nquerier chen.yl\nqueries 3\nentries 5-6,9\nact make 12 00ff\nact sign 13 -\n\n\
        5 {\"kind\":\"query\"}\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n";
    let note = format!(
        "{}\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        targets::ORIGIN
    );
    let signed = SigningKey::from_seed(&[8; 32])
        .sign_note(targets::ORIGIN, &note)
        .unwrap();
    let seeds = [
        format!("{text}{signed}").into_bytes(),
        text.as_bytes().to_vec(),
        b"A123456788\n1980-02-03\n".to_vec(),
    ];
    changed(&seeds, targets::sheet_proof);
}

/// A fault that only a certain change brings out is found, and by the same seed at the same run.
#[test]
fn a_planted_fault_is_found() {
    let found_at = |seed| {
        let calls = std::cell::Cell::new(0);
        let broken = |bytes: &[u8]| {
            calls.set(calls.get() + 1);
            assert!(!bytes.windows(2).any(|piece| piece == b"\0\""));
        };
        let all = std::panic::AssertUnwindSafe(|| run(&[b"harmless".to_vec()], broken, seed, 1_000_000));
        assert!(std::panic::catch_unwind(all).is_err(), "not found");
        calls.get()
    };
    let first = found_at(7);
    assert!(first > 10, "{first}");
    assert_eq!((first, found_at(7)), (found_at(7), first));
    assert_ne!(first, found_at(8));
}

fn changed(seeds: &[Vec<u8>], target: fn(&[u8])) {
    let seed = setting("MAYFLY_FUZZ_SEED").unwrap_or(20_261_102);
    run(seeds, target, seed, setting("MAYFLY_FUZZ_RUNS").unwrap_or(RUNS));
}

/// Hands every seed and then `runs` changed ones to the target.
fn run(seeds: &[Vec<u8>], target: impl Fn(&[u8]), seed: u64, runs: u64) {
    seeds.iter().for_each(|bytes| target(bytes));
    let mut chance = Chance(seed);
    let mut told = Told { seed, number: 0 };
    for number in 0..runs {
        told.number = number;
        let mut bytes = seeds[chance.below(seeds.len() as u64) as usize].clone();
        for _ in 0..=chance.below(6) {
            change(&mut bytes, seeds, &mut chance);
        }
        bytes.truncate(64 << 10);
        target(&bytes);
    }
}

/// One change, of those that break parsers: a bit, a byte, a piece taken away, doubled, or of another seed.
fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], chance: &mut Chance) {
    let mut place = |length: usize| chance.below(length as u64 + 1) as usize;
    let (one, other) = (place(bytes.len()), place(bytes.len()));
    let (from, to) = (one.min(other), one.max(other).min(one.min(other) + 200));
    match chance.below(7) {
        0 if from < bytes.len() => bytes[from] ^= 1 << chance.below(8),
        1 => bytes.insert(from, SHARP[chance.below(SHARP.len() as u64) as usize]),
        2 => bytes.insert(from, chance.below(256) as u8),
        3 => drop(bytes.drain(from..to)),
        4 => {
            let piece = bytes[from..to].to_vec();
            drop(bytes.splice(from..from, piece));
        }
        5 => bytes.truncate(to.max(1)),
        _ => {
            let seed = &seeds[chance.below(seeds.len() as u64) as usize];
            let start = chance.below(seed.len() as u64 + 1) as usize;
            let piece = seed[start..seed.len().min(start + 200)].to_vec();
            drop(bytes.splice(from..to, piece));
        }
    }
}

/// Tells on the way out of a failure which run it was.
struct Told {
    seed: u64,
    number: u64,
}

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!(
                "MAYFLY_FUZZ_SEED={} MAYFLY_FUZZ_RUNS={}",
                self.seed,
                self.number + 1
            );
        }
    }
}

const RUNS: u64 = 20_000;
/// Bytes that mean something to one parser or another.
const SHARP: &[u8] = b"\",\r\n\0\xff\xfe\xef\x80\xa1\xf9\x1a =-+@\\";
