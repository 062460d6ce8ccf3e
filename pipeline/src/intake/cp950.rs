//! Responsible for CP950 text, strictly: the 13,503 two-byte codes that mean one character everywhere, and no other. *Pure.*

use std::sync::LazyLock;

use encoding_rs::{BIG5, DecoderResult};

/// The input holds a byte or pair of bytes that CP950 does not define, or leaves to its users (造字).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined;

/// The text holds a character that CP950 has no code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmappable;

/// Appends the text of `bytes` to `text`.
///
/// No byte order mark is looked for: CP950 has none. On an error, `text` is left with what came before it.
///
/// # Errors
///
/// [`Undefined`] at the first byte that does not belong to ASCII or to an accepted pair.
pub fn decode(bytes: &[u8], text: &mut String) -> Result<(), Undefined> {
    let mut rest = bytes;
    loop {
        let ascii = rest
            .iter()
            .position(|byte| !byte.is_ascii())
            .unwrap_or(rest.len());
        let (plain, after) = rest.split_at(ascii);
        text.push_str(str::from_utf8(plain).map_err(|_| Undefined)?);
        let &[lead, trail, ref next @ ..] = after else {
            return if after.is_empty() { Ok(()) } else { Err(Undefined) };
        };
        text.push(TABLES.character(lead, trail).ok_or(Undefined)?);
        rest = next;
    }
}

/// Appends the CP950 bytes of `text` to `bytes`.
///
/// The ten characters that have two codes get the one that Windows and glibc write. On an error, `bytes` is left
/// with what came before it.
///
/// # Errors
///
/// [`Unmappable`] at the first character without a code; nothing is ever written in its place.
pub fn encode(text: &str, bytes: &mut Vec<u8>) -> Result<(), Unmappable> {
    for character in text.chars() {
        if character.is_ascii() {
            bytes.push(character as u8);
        } else {
            bytes.extend_from_slice(&TABLES.code(character).ok_or(Unmappable)?.to_be_bytes());
        }
    }
    Ok(())
}

/// Whether a two-byte code belongs to the accepted ranges: all of Big5's own characters and the seven (and the line
/// drawing) that ETEN added, none of the areas left to users.
fn is_accepted(code: u16) -> bool {
    matches!(code, 0xA140..=0xA3BF | 0xA3E1 | 0xA440..=0xC67E | 0xC940..=0xF9FE)
}

/// Both directions as plain tables, made once from encoding_rs.
struct Tables {
    /// Per lead byte from A1 and trail byte from 40: a UTF-16 unit, or 0.
    characters: Vec<u16>,
    /// Per UTF-16 unit: the code, or 0.
    codes: Vec<u16>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::make);

impl Tables {
    fn make() -> Self {
        let mut tables = Self {
            characters: vec![0; LEADS * TRAILS],
            codes: vec![0; 1 << 16],
        };
        for code in (0xA140..=0xF9FE).filter(|&code| is_accepted(code)) {
            let [lead, trail] = code.to_be_bytes();
            let (Some(index), Some(unit)) = (index(lead, trail), unit(code)) else {
                continue;
            };
            tables.characters[index] = unit;
            let first_code = &mut tables.codes[usize::from(unit)];
            if *first_code == 0 && !SECOND_CODES.contains(&code) {
                *first_code = code;
            }
        }
        tables
    }

    fn character(&self, lead: u8, trail: u8) -> Option<char> {
        let unit = self.characters[index(lead, trail)?];
        char::from_u32(u32::from(unit)).filter(|_| unit != 0)
    }

    fn code(&self, character: char) -> Option<u16> {
        let unit = u16::try_from(u32::from(character)).ok()?;
        Some(self.codes[usize::from(unit)]).filter(|&code| code != 0)
    }
}

/// What one accepted code means; all of CP950 lies in the basic plane.
fn unit(code: u16) -> Option<u16> {
    if code == 0xF9FE {
        // The one accepted code where CP950 (▓) and the web's Big5 (U+FFED) part.
        return Some(0x2593);
    }
    let mut units = [0u16; 2];
    let mut decoder = BIG5.new_decoder_without_bom_handling();
    match decoder.decode_to_utf16_without_replacement(&code.to_be_bytes(), &mut units, true) {
        (DecoderResult::InputEmpty, 2, 1) => Some(units[0]),
        _ => None,
    }
}

fn index(lead: u8, trail: u8) -> Option<usize> {
    if !matches!(trail, 0x40..=0x7E | 0xA1..=0xFE) || !matches!(lead, 0xA1..=0xF9) {
        return None;
    }
    Some(usize::from(lead - 0xA1) * TRAILS + usize::from(trail - 0x40))
}

const LEADS: usize = 0xF9 - 0xA1 + 1;
const TRAILS: usize = 0xFE - 0x40 + 1;

/// 十 and 卅 stand among the numerals too, before their own places; they are written as the ordinary characters.
const SECOND_CODES: [u16; 2] = [0xA2CC, 0xA2CE];

#[cfg(test)]
#[path = "cp950_tests.rs"]
mod tests;
