//! A reply file is believed whole or not at all, whatever its bytes are. *Pure.*

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{
    super::{
        other_side::{Manner, ReplyFault, reply_files},
        vector_tests::{REPLY, expected, header, questions},
    },
    *,
};
use crate::ids::hex;

#[track_caller]
fn check(bytes: &[u8], fault: FileFault) {
    let read = read_reply(bytes, &expected());
    assert_eq!(read.err(), Some(fault));
}

#[test]
fn a_file_cut_off_at_any_byte_is_not_believed() {
    for length in 0..REPLY.len() {
        check(&REPLY[..length], FileFault::Cut);
    }
    assert!(read_reply(REPLY, &expected()).is_ok());
}

#[test]
fn a_file_with_any_byte_changed_is_not_believed() {
    let mut bytes = REPLY.to_vec();
    for at in 0..bytes.len() {
        for bit in [1, 0x20, 0x80] {
            bytes[at] ^= bit;
            assert!(read_reply(&bytes, &expected()).is_err(), "byte {at}, bit {bit}");
            bytes[at] ^= bit;
        }
    }
    let longer = [REPLY, b"\r\n"].concat();
    assert!(read_reply(&longer, &expected()).is_err());
    assert!(read_reply(&[REPLY, REPLY].concat(), &expected()).is_err());
}

#[test]
fn what_is_wrong_inside_has_its_code() {
    // Line 1 is the header; 2 a person with two changes, 3 and 4 these; 5 and 6 persons without; 7 a person with one, 8 it.
    check(&with_lines(|lines| lines[1][17] ^= 1), FileFault::Foreign);
    check(&with_lines(|lines| lines[2][17] ^= 1), FileFault::Foreign);
    check(&with_lines(|lines| lines[1][6] = b'A'), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][32] ^= 1), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][20] = b'5'), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][48] = b'P'), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][50] = b'2'), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][51] ^= 1), FileFault::Foreign);
    check(&with_lines(|lines| lines[0][48] = b'X'), FileFault::Header);
    check(&with_lines(|lines| lines[0][22] = b'x'), FileFault::Header);
    check(&with_lines(|lines| lines[0][28] = b'9'), FileFault::Header);
    check(&with_lines(|lines| lines[1][5] = b'2'), FileFault::Record);
    check(&with_lines(|lines| lines[1][86] = b'7'), FileFault::Record);
    check(&with_lines(|lines| lines[1][90] = b'3'), FileFault::Record);
    check(&with_lines(|lines| lines[1][90] = b'1'), FileFault::Record);
    check(&with_lines(|lines| lines[4][90] = b'1'), FileFault::Record);
    check(&with_lines(|lines| lines[2][26] = b'3'), FileFault::Record);
    check(&with_lines(|lines| lines.swap(1, 2)), FileFault::Record);
    check(
        &with_lines(|lines| {
            lines.remove(3);
        }),
        FileFault::Record,
    );
    check(&with_lines(|lines| lines[3].push(b' ')), FileFault::Record);
    check(
        &with_lines(|lines| {
            lines[3].pop();
        }),
        FileFault::Record,
    );
    // C6A1 is left to users, FF40 is nothing, and a lead byte before the padding is half a character.
    check(
        &with_lines(|lines| lines[1][46..48].copy_from_slice(b"\xC6\xA1")),
        FileFault::Encoding,
    );
    check(
        &with_lines(|lines| lines[2][37..39].copy_from_slice(b"\xFF\x40")),
        FileFault::Encoding,
    );
    check(&with_lines(|lines| lines[1][52] = 0xB3), FileFault::Encoding);
    check(&with_count(6), FileFault::Count);
    check(&with_count(8), FileFault::Count);
    check(super::super::vector_tests::REQUEST, FileFault::Header);
    check(b"<html>", FileFault::Header);
}

#[test]
fn a_cell_that_means_nothing_spoils_its_answer_only() {
    let bytes = with_lines(|lines| lines[2][37] = 0x07);
    let read = read_reply(&bytes, &expected()).ok().unwrap();
    let malformed: Vec<_> = read.reply.answers().map(|answer| answer.is_malformed()).collect();
    assert_eq!(malformed, [true, false, false, false]);
}

#[test]
fn the_other_side_of_a_trial_writes_what_we_read_and_its_faults_are_seen() {
    #[track_caller]
    fn check(fault: Option<ReplyFault>, file: usize, expected_fault: Option<FileFault>) {
        let manner = Manner {
            seed: 3,
            now: header(0).made_at,
            number: 1,
            fault,
        };
        let files = reply_files(&header(0), &questions(), &manner).ok().unwrap();
        let (name, bytes) = &files[file];
        let mut expected = expected();
        expected.name = ReplyName::parse(name).unwrap_or(expected.name);
        assert_eq!(read_reply(bytes, &expected).err(), expected_fault);
        let again = reply_files(&header(0), &questions(), &manner).ok().unwrap();
        assert!(again[file].1 == files[file].1, "not the same each time");
    }
    check(None, 0, None);
    check(Some(ReplyFault::Double), 0, None);
    check(Some(ReplyFault::Double), 1, None);
    check(Some(ReplyFault::WrongPerson), 0, None);
    check(Some(ReplyFault::MissingPersons), 0, None);
    check(Some(ReplyFault::Cut), 0, Some(FileFault::Cut));
    check(Some(ReplyFault::Altered), 0, Some(FileFault::Hash));
    check(Some(ReplyFault::Count), 0, Some(FileFault::Count));
    check(Some(ReplyFault::Foreign), 0, None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read_reply(&bytes, &expected()).is_err());
        let _ = read_reply(&framed(&bytes, 1), &expected());
    }

    #[test]
    fn no_change_in_the_midst_makes_it_panic(changes in proptest::collection::vec((0..REPLY.len(), any::<u8>()), 1..8)) {
        let mut bytes = REPLY.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let end = bytes.len() - 89;
        let _ = read_reply(&framed(&bytes[..end], 7), &expected());
    }
}

/// The vector with its lines changed, and a count and hash that hold for them.
fn with_lines(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut rest = &REPLY[..REPLY.len() - 89];
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        lines.push(rest[..end].to_vec());
        rest = &rest[end + 2..];
    }
    change(&mut lines);
    let count = lines.len() - 1;
    let body: Vec<u8> = lines
        .into_iter()
        .flat_map(|line| [line, b"\r\n".to_vec()].concat())
        .collect();
    framed(&body, count)
}

fn with_count(count: usize) -> Vec<u8> {
    framed(&REPLY[..REPLY.len() - 89], count)
}

/// `body` with a trailer that holds for it.
fn framed(body: &[u8], count: usize) -> Vec<u8> {
    let mut bytes = [body, format!("TRLR{count:08}11511021000").as_bytes()].concat();
    let hash = hex(&Sha256::digest(&bytes));
    bytes.extend_from_slice(format!("{hash}\r\n").as_bytes());
    bytes
}
