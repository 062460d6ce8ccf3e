//! Attacks small envelopes in every way the design names, through all three openers. *Pure.*

use std::io::Read;

use super::*;

const SALT_BYTES: [u8; SALT] = [9; SALT];
const CONTEXT: &[u8] = b"here";

fn key() -> Key32 {
    Key32::from_bytes(&[3; 32])
}

fn plaintext(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

fn sealed(length: usize) -> Vec<u8> {
    seal_vec(&key(), &SALT_BYTES, CONTEXT, &plaintext(length))
}

fn open_streaming(bytes: &[u8], key: &Key32, context: &[u8]) -> Result<Vec<u8>, RetentionError> {
    let mut opener = Opener::start(bytes, key, context)?;
    let mut output = Vec::new();
    loop {
        match opener.next_chunk() {
            Ok(Some(chunk)) => output.extend_from_slice(chunk),
            Ok(None) => return Ok(output),
            Err(error) => {
                assert_eq!(
                    opener.next_chunk(),
                    Err(error.clone()),
                    "a refused message stays refused"
                );
                return Err(error);
            }
        }
    }
}

fn open_at_random(bytes: &[u8], key: &Key32, context: &[u8]) -> Result<Vec<u8>, RetentionError> {
    let opener = RandomOpener::open(bytes, 0, key, context)?;
    let mut output = vec![0; opener.plaintext_len() as usize];
    opener.read_into(0, &mut output)?;
    Ok(output)
}

/// Both openers must refuse, with the same code.
pub(super) fn refuse(bytes: &[u8], expected: &RetentionError, what: &str) {
    assert_eq!(
        open_streaming(bytes, &key(), CONTEXT).as_ref(),
        Err(expected),
        "{what}, streaming"
    );
    assert_eq!(
        open_at_random(bytes, &key(), CONTEXT).as_ref(),
        Err(expected),
        "{what}, at random"
    );
}

#[test]
fn every_way_of_sealing_and_opening_agrees() {
    for length in [0, 1, 100, 16_383, 16_384, 16_385, 32_768, 40_000] {
        let (plain, whole) = (plaintext(length), sealed(length));
        assert_eq!(whole.len(), sealed_len(length));
        for step in [1_000, 16_384, 50_000] {
            let mut sealer = Sealer::start(Vec::new(), &key(), &SALT_BYTES, CONTEXT).unwrap();
            plain.chunks(step).for_each(|part| sealer.push(part).unwrap());
            assert_eq!(
                sealer.finish().unwrap(),
                whole,
                "{length} bytes in steps of {step}"
            );
        }
        assert_eq!(open_streaming(&whole, &key(), CONTEXT).unwrap(), plain);
        assert_eq!(open_at_random(&whole, &key(), CONTEXT).unwrap(), plain);
        let mut read = Vec::new();
        Opener::start(whole.as_slice(), &key(), CONTEXT)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, plain);
    }
}

#[test]
fn ranges_open_alone_and_never_past_the_end() {
    let (plain, whole) = (plaintext(40_000), [vec![0xee; 10], sealed(40_000)].concat());
    let opener = RandomOpener::open(whole, 10, &key(), CONTEXT).unwrap();
    for (offset, length) in [
        (0, 0),
        (0, 1),
        (16_383, 2),
        (16_384, 16_384),
        (5, 39_995),
        (32_768, 7_232),
        (40_000, 0),
    ] {
        let mut output = vec![0; length];
        opener.read_into(offset as u64, &mut output).unwrap();
        assert_eq!(output, plain[offset..offset + length], "{offset}+{length}");
    }
    for (offset, length) in [(40_000, 1), (39_999, 2), (u64::MAX, 1), (0, 40_001)] {
        assert_eq!(
            opener.read_into(offset, &mut vec![0; length]),
            Err(RetentionError::RecordUnknown)
        );
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let whole = sealed(150);
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let expected = if bit / 8 < PREFIX {
            RetentionError::SealKeyDiffers
        } else {
            RetentionError::SealBroken
        };
        refuse(&bytes, &expected, &format!("bit {bit}"));
    }
}

#[test]
fn a_flipped_bit_in_any_chunk_is_refused_and_releases_nothing_of_it() {
    let whole = sealed(2 * CHUNK + 10);
    for (byte, chunk) in [
        (PREFIX, 0),
        (PREFIX + CHUNK, 0),
        (PREFIX + SEALED_CHUNK + 5, 1),
        (whole.len() - 1, 2),
    ] {
        let mut bytes = whole.clone();
        bytes[byte] ^= 0x80;
        refuse(&bytes, &RetentionError::SealBroken, &format!("byte {byte}"));
        let mut opener = Opener::start(bytes.as_slice(), &key(), CONTEXT).unwrap();
        let released = std::iter::from_fn(|| opener.next_chunk().ok().flatten().map(<[u8]>::len)).count();
        assert_eq!(released, chunk);
    }
    let mut bytes = whole;
    bytes[PREFIX + 3] ^= 1;
    let opener = RandomOpener::open(bytes, 0, &key(), CONTEXT).unwrap();
    let mut output = vec![0xaa; 100];
    assert_eq!(opener.read_into(0, &mut output), Err(RetentionError::SealBroken));
    assert_eq!(output, vec![0; 100]);
}

#[test]
fn every_truncation_is_refused() {
    for length in [0, 150] {
        let whole = sealed(length);
        (0..whole.len()).for_each(|cut| {
            refuse(
                &whole[..cut],
                &RetentionError::SealBroken,
                &format!("cut at {cut}"),
            )
        });
    }
    let whole = sealed(2 * CHUNK);
    let borders = (0..3).flat_map(|k| (0..40).map(move |i| PREFIX + k * SEALED_CHUNK + i - 20));
    for cut in borders.filter(|cut| *cut < whole.len()) {
        refuse(
            &whole[..cut],
            &RetentionError::SealBroken,
            &format!("cut at {cut}"),
        );
    }
}

#[test]
fn chunks_cannot_be_swapped_doubled_dropped_or_added() {
    let whole = sealed(3 * CHUNK + 10);
    let prefix = &whole[..PREFIX];
    let chunks: Vec<&[u8]> = whole[PREFIX..].chunks(SEALED_CHUNK).collect();
    let orders: [&[usize]; 9] = [
        &[1, 0, 2, 3],
        &[0, 2, 1, 3],
        &[0, 0, 1, 2, 3],
        &[0, 1, 1, 3],
        &[1, 2, 3],
        &[0, 1, 3],
        &[0, 1, 2, 3, 3],
        &[0, 1, 2, 2, 3],
        &[3],
    ];
    for order in orders {
        let parts: Vec<u8> = order.iter().flat_map(|i| chunks[*i]).copied().collect();
        refuse(
            &[prefix, &parts].concat(),
            &RetentionError::SealBroken,
            &format!("{order:?}"),
        );
    }
    let longer_tail = [whole.clone(), vec![0; 1]].concat();
    refuse(&longer_tail, &RetentionError::SealBroken, "one byte more");
    let filled_up = [whole.clone(), vec![0; CHUNK - 10]].concat();
    refuse(
        &filled_up,
        &RetentionError::SealBroken,
        "filled up to a whole chunk",
    );
    let intact: Vec<u8> = chunks.concat();
    assert!(
        open_streaming(&[prefix, &intact].concat(), &key(), CONTEXT).is_ok(),
        "control: the right order opens"
    );
}

#[test]
fn another_key_or_context_is_refused_by_the_commitment() {
    let whole = sealed(150);
    let other = Key32::from_bytes(&[4; 32]);
    for (key, context) in [
        (&other, CONTEXT),
        (&key(), b"there".as_slice()),
        (&key(), b"her"),
        (&key(), b""),
    ] {
        assert_eq!(
            open_streaming(&whole, key, context),
            Err(RetentionError::SealKeyDiffers)
        );
        assert_eq!(
            open_at_random(&whole, key, context),
            Err(RetentionError::SealKeyDiffers)
        );
    }
}

#[test]
fn a_chunk_splits_only_from_its_own_message() {
    let (one, two) = (
        sealed(3 * CHUNK),
        seal_vec(&key(), &[8; SALT], CONTEXT, &plaintext(3 * CHUNK)),
    );
    let mut bytes = one;
    bytes[PREFIX + SEALED_CHUNK..PREFIX + 2 * SEALED_CHUNK]
        .copy_from_slice(&two[PREFIX + SEALED_CHUNK..PREFIX + 2 * SEALED_CHUNK]);
    refuse(&bytes, &RetentionError::SealBroken, "a chunk of another message");
}
