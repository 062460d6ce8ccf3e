//! Responsible for checking the CP950 tables code by code against the second source in `fixtures/vectors`. *Pure.*

use super::*;

/// Every accepted character in the order of its code, made by glibc and by Python (see the folder's README).
const SECOND_SOURCE: &str = include_str!("../../../fixtures/vectors/cp950.txt");

fn decoded(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    decode(bytes, &mut text).ok().map(|()| text)
}

fn encoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    encode(text, &mut bytes).ok().map(|()| bytes)
}

#[test]
fn every_pair_of_bytes_is_what_the_second_source_says() {
    let mut expected = SECOND_SOURCE.chars().filter(|&character| character != '\n');
    let mut accepted = 0;
    for code in 0x8000..=0xFFFFu16 {
        let [lead, trail] = code.to_be_bytes();
        let is_pair = matches!(trail, 0x40..=0x7E | 0xA1..=0xFE);
        let text = decoded(&[lead, trail]);
        if is_pair && is_accepted(code) {
            assert_eq!(text, expected.next().map(String::from), "code {code:04X}");
            accepted += 1;
        } else {
            assert_eq!(text, None, "code {code:04X}");
        }
    }
    assert_eq!((accepted, expected.next()), (13_503, None));
}

#[test]
fn every_character_encodes_to_a_code_that_means_it() {
    let mut characters: Vec<char> = SECOND_SOURCE
        .chars()
        .filter(|&character| character != '\n')
        .collect();
    characters.sort_unstable();
    characters.dedup();
    assert_eq!(characters.len(), 13_503 - 10, "ten characters have two codes");
    for character in characters {
        let text = String::from(character);
        assert_eq!(encoded(&text).and_then(|bytes| decoded(&bytes)), Some(text));
    }
}

#[test]
fn characters_with_two_codes_get_the_one_that_windows_writes() {
    let written = encoded("╭╮╰╯═╞╪╡十卅").unwrap();
    assert_eq!(
        written,
        [
            0xA2, 0x7E, 0xA2, 0xA1, 0xA2, 0xA2, 0xA2, 0xA3, 0xA2, 0xA4, 0xA2, 0xA5, 0xA2, 0xA6, 0xA2, 0xA7,
            0xA4, 0x51, 0xA4, 0xCA
        ]
    );
}

#[test]
fn decodes_text() {
    fn check(input: &[u8], expected: Option<&str>) {
        assert_eq!(decoded(input).as_deref(), expected, "{input:02X?}");
    }
    check(b"", Some(""));
    check(b"A123\r\n\0\x7F", Some("A123\r\n\0\x7F"));
    check(&[0xB3, 0x5C, 0xA5, 0x5C, 0xBB, 0x5C], Some("許功蓋"));
    check(&[b'a', 0xF9, 0xD6, b'b'], Some("a碁b"));
    check(&[0xF9, 0xFE], Some("▓"));
    check(&[0xA1, 0x40], Some("\u{3000}"));
    check(&[0xA3, 0xE1], Some("€"));
    check(&[0xB3], None);
    check(&[0xB3, b','], None);
    check(&[0x80], None);
    check(&[0xFF, 0x40], None);
    check(&[0xC6, 0xA1], None);
    check(&[0xFA, 0x40], None);
    check(&[0xA3, 0xC0], None);
    check("許".as_bytes(), None);
    // The web's Big5 gives two characters for these; CP950 leaves them to users.
    check(&[0x88, 0x62], None);
}

#[test]
fn encodes_text_or_nothing() {
    fn check(input: &str, expected: Option<&[u8]>) {
        assert_eq!(encoded(input).as_deref(), expected, "{input}");
    }
    check("", Some(b""));
    check("許功蓋", Some(&[0xB3, 0x5C, 0xA5, 0x5C, 0xBB, 0x5C]));
    check("a碁", Some(&[b'a', 0xF9, 0xD6]));
    check("堃", None);
    check("王〇堃", None);
    check("陳鴻𠮷", None);
    check("é", None);
    check("\u{E000}", None);
}

#[test]
fn an_error_keeps_what_came_before_it_and_writes_nothing_in_its_place() {
    let mut text = String::new();
    assert_eq!(decode(&[b'x', 0xB3, 0x5C, 0xFF, b'y'], &mut text), Err(Undefined));
    assert_eq!(text, "x許");
    let mut bytes = Vec::new();
    assert_eq!(encode("x堃y", &mut bytes), Err(Unmappable));
    assert_eq!(bytes, b"x");
}
