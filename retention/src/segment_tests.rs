//! Writes segments of odd shapes and reads them back in every way. *Pure.*

use proptest::prelude::*;

use super::*;
use crate::class::Cohort;
use crate::object::ObjectId;
use crate::secret::testing::SeededRandomness;

fn key() -> Key32 {
    Key32::from_bytes(&[1; 32])
}

fn place() -> Place {
    Place {
        cohort: Cohort::parse("answer-2026110202").unwrap(),
        id: ObjectId::new([4; 16]),
    }
}

fn builder() -> SegmentBuilder {
    SegmentBuilder::new(
        &key(),
        place(),
        Timestamp::UNIX_EPOCH,
        0,
        &SeededRandomness::default(),
    )
    .unwrap()
}

fn sealed(records: &[Vec<u8>]) -> SealedSegment {
    let mut builder = builder();
    for (ordinal, record) in records.iter().enumerate() {
        assert_eq!(builder.push(record), Ok(ordinal as u32));
    }
    builder.finish().unwrap()
}

fn check(records: &[Vec<u8>]) {
    let segment = sealed(records);
    assert_eq!(
        (segment.place, segment.records as usize),
        (place(), records.len())
    );
    let reader = SegmentReader::open(&segment.bytes, place(), &key()).unwrap();
    assert_eq!(
        (reader.len() as usize, reader.is_empty()),
        (records.len(), records.is_empty())
    );
    for (ordinal, record) in records.iter().enumerate().rev() {
        assert!(
            *reader.record(ordinal as u32).unwrap() == *record,
            "record {ordinal}"
        );
    }
    assert_eq!(
        reader.record(records.len() as u32).err(),
        Some(RetentionError::RecordUnknown)
    );
    let all: Vec<Vec<u8>> = reader.iter().map(|record| record.unwrap().to_vec()).collect();
    assert!(all == records);
}

#[test]
fn records_of_every_shape_come_back() {
    check(&[]);
    check(&[vec![]]);
    check(&[vec![], vec![1], vec![], vec![2, 3]]);
    check(&[vec![7; CHUNK], vec![8; CHUNK - 1], vec![9; 2 * CHUNK + 1]]);
    check(&vec![vec![5; 1_024]; 4_096]);
    // Sums that put index and footer at every position around a chunk's border.
    (0..24).for_each(|i| check(&[vec![1; CHUNK - 24 + i]]));
}

#[test]
fn limits_are_kept_and_leave_the_segment_usable() {
    let mut builder = builder();
    let too_long = vec![0; MAX_RECORD_LEN as usize + 1];
    let limit = u64::from(MAX_RECORD_LEN);
    assert_eq!(
        builder.push(&too_long),
        Err(RetentionError::LimitExceeded {
            what: "a record (bytes)",
            limit
        })
    );
    (0..MAX_RECORDS).for_each(|ordinal| assert_eq!(builder.push(&[]), Ok(ordinal)));
    let limit = u64::from(MAX_RECORDS);
    assert_eq!(
        builder.push(&[]),
        Err(RetentionError::LimitExceeded {
            what: "a segment (records)",
            limit
        })
    );
    let segment = builder.finish().unwrap();
    assert_eq!(
        SegmentReader::open(&segment.bytes, place(), &key())
            .unwrap()
            .len(),
        MAX_RECORDS
    );
}

#[test]
fn a_broken_chunk_spoils_its_records_and_no_others() {
    let segment = sealed(&[vec![1; CHUNK], vec![2; CHUNK], vec![3; 10]]);
    let mut bytes = segment.bytes;
    bytes[HEADER + 56 + 100] ^= 1;
    let reader = SegmentReader::open(&bytes, place(), &key()).unwrap();
    assert_eq!(reader.record(0).err(), Some(RetentionError::SealBroken));
    assert!(*reader.record(1).unwrap() == vec![2; CHUNK]);
    let outcomes: Vec<bool> = reader.iter().map(|record| record.is_ok()).collect();
    assert_eq!(outcomes, [false], "a walk ends at the first broken record");
}

#[test]
fn an_authentic_stream_that_is_no_segment_is_refused() {
    let forged_footers: [&[u8]; 5] = [
        b"",
        b"mf-segm1",
        &[&[0, 0, 0, 1, 0, 0, 0, 0], FOOTER_MAGIC.as_slice()].concat(),
        &[&[0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 4], FOOTER_MAGIC.as_slice()].concat(),
        &[&[255; 8], FOOTER_MAGIC.as_slice()].concat(),
    ];
    for plaintext in forged_footers {
        let randomness = SeededRandomness::default();
        let created_at = Timestamp::UNIX_EPOCH;
        let mut sealer = container::seal(
            Vec::new(),
            Kind::Segment,
            place(),
            created_at,
            &key(),
            &randomness,
        )
        .unwrap();
        sealer.push(plaintext).unwrap();
        let bytes = sealer.finish().unwrap();
        assert_eq!(
            SegmentReader::open(&bytes, place(), &key()).err(),
            Some(RetentionError::SealBroken)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_records_come_back(lengths in proptest::collection::vec(0_usize..9_000, 0..20)) {
        let records: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(i, n)| vec![i as u8; *n]).collect();
        check(&records);
    }
}
