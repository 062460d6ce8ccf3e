//! Moves sealed objects to places, kinds and keys that are not theirs. *Pure.*

use super::*;
use crate::class::Cohort;
use crate::object::ObjectId;
use crate::secret::Key32;
use crate::secret::testing::SeededRandomness;

fn place(cohort: &str, id: u8) -> Place {
    Place {
        cohort: Cohort::parse(cohort).unwrap(),
        id: ObjectId::new([id; 16]),
    }
}

fn sealed(kind: Kind, place: Place, key: &Key32, randomness: &SeededRandomness) -> Vec<u8> {
    let mut sealer = seal(Vec::new(), kind, place, Timestamp::UNIX_EPOCH, key, randomness).unwrap();
    sealer.push(b"synthetic plaintext").unwrap();
    sealer.finish().unwrap()
}

fn open(bytes: &[u8], kind: Kind, place: Place, key: &Key32) -> Result<Vec<u8>, RetentionError> {
    let mut opener = open_stream(bytes, kind, place, key)?;
    let streamed = opener.next_chunk()?.unwrap_or_default().to_vec();
    let mut at_random = vec![0; streamed.len()];
    open_random(bytes, kind, place, key)?.read_into(0, &mut at_random)?;
    assert_eq!(streamed, at_random);
    Ok(streamed)
}

#[test]
fn an_object_opens_in_its_own_place_only() {
    let (key, randomness) = (Key32::from_bytes(&[1; 32]), SeededRandomness::default());
    let home = place("answer-2026110202", 1);
    let bytes = sealed(Kind::Segment, home, &key, &randomness);
    assert_eq!(
        open(&bytes, Kind::Segment, home, &key).unwrap(),
        b"synthetic plaintext"
    );
    assert_eq!(
        open(&bytes, Kind::Stream, home, &key),
        Err(RetentionError::PlaceDiffers)
    );
    for other in [
        place("answer-2026110202", 2),
        place("answer-2026110203", 1),
        place("intake-2026110202", 1),
    ] {
        assert_eq!(
            open(&bytes, Kind::Segment, other, &key),
            Err(RetentionError::PlaceDiffers)
        );
    }
    let wrong = open(&bytes, Kind::Segment, home, &Key32::from_bytes(&[2; 32]));
    assert_eq!(wrong, Err(RetentionError::SealKeyDiffers));
    for cut in 0..HEADER {
        assert_eq!(
            open(&bytes[..cut], Kind::Segment, home, &key),
            Err(RetentionError::SealBroken)
        );
    }
}

#[test]
fn headers_and_bodies_of_two_hundred_objects_do_not_mix() {
    let (key, randomness) = (Key32::from_bytes(&[1; 32]), SeededRandomness::default());
    let places: Vec<Place> = (0..200).map(|id| place("query-202611", id)).collect();
    let objects: Vec<Vec<u8>> = places
        .iter()
        .map(|p| sealed(Kind::Segment, *p, &key, &randomness))
        .collect();
    for (i, place) in places.iter().enumerate() {
        for (j, other) in objects.iter().enumerate() {
            let spliced = [&objects[i][..HEADER], &other[HEADER..]].concat();
            assert_eq!(open(&spliced, Kind::Segment, *place, &key).is_ok(), i == j);
        }
    }
}

#[test]
fn the_same_object_sealed_twice_shares_no_key_salt_or_ciphertext() {
    let (key, randomness, home) = (
        Key32::from_bytes(&[1; 32]),
        SeededRandomness::default(),
        place("query-202611", 1),
    );
    let one = sealed(Kind::Stream, home, &key, &randomness);
    let two = sealed(Kind::Stream, home, &key, &randomness);
    // All before the salts is the same; all after it, in windows of eight bytes, is not.
    assert_eq!(one[..96], two[..96]);
    assert!(
        one[96..]
            .windows(8)
            .zip(two[96..].windows(8))
            .all(|(a, b)| a != b)
    );
}

#[test]
fn an_envelope_opens_under_its_own_header_only_even_for_who_holds_the_keys() {
    let (key, home) = (Key32::from_bytes(&[1; 32]), place("query-202611", 1));
    let bytes = sealed(Kind::Segment, home, &key, &SeededRandomness::default());
    let header = Header::parse(&bytes).unwrap();
    let object_key = header.unwrap_key(&key).unwrap();
    let rewrapped =
        |at: &str, salt| Header::wrap(Kind::Segment, home, at.parse().unwrap(), &key, &object_key, salt);
    let forged = [
        &rewrapped("2026-11-02T02:00:00Z", [0; 24]).encode(),
        &bytes[HEADER..],
    ]
    .concat();
    assert_eq!(
        open(&forged, Kind::Segment, home, &key),
        Err(RetentionError::SealKeyDiffers)
    );
    let same_salt = *bytes[96..120].first_chunk().unwrap();
    let control = [
        &rewrapped("1970-01-01T00:00:00Z", same_salt).encode(),
        &bytes[HEADER..],
    ]
    .concat();
    assert!(open(&control, Kind::Segment, home, &key).is_ok());
}
