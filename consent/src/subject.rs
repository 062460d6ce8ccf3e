//! The person asked about: identity number and name, never printed whole, gone from memory when dropped. *Pure.*

use jiff::civil::Date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::cells;
use crate::refusal::Code;

/// The kinds of identity number (domain: national, new and old resident number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// 國民身分證統一編號, second character 1 or 2.
    National,
    /// 新式外來人口統一證號, second character 8 or 9.
    Resident,
    /// 舊式外來人口統一證號, second character A to D; valid to 2030-12-31.
    OldResident,
}

/// A valid identity number. It has no `Debug`, `Display`, `Clone` or `Serialize` on purpose.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SubjectId([u8; 10]);

impl SubjectId {
    /// Reads an identity number: ten ASCII characters, capitals, with a right check digit.
    ///
    /// # Errors
    /// `SUB-ID-FORMAT` when it has the shape of no kind (lower case included), `SUB-ID-CHECK` when the check fails.
    pub fn parse(cell: &str) -> Result<SubjectId, Code> {
        let bytes: &[u8; 10] = cell.as_bytes().try_into().map_err(|_| Code::SubIdFormat)?;
        let shaped = bytes[0].is_ascii_uppercase()
            && matches!(bytes[1], b'1' | b'2' | b'8' | b'9' | b'A'..=b'D')
            && bytes[2..].iter().all(u8::is_ascii_digit);
        if !shaped {
            return Err(Code::SubIdFormat);
        }
        if !weighted_sum(bytes).is_multiple_of(10) {
            return Err(Code::SubIdCheck);
        }
        Ok(SubjectId(*bytes))
    }

    /// An invented but valid number. Seeds that differ modulo the size of the kind's space (520 million numbers, old
    /// resident 1,040 million) give different numbers; the same seed always gives the same.
    pub fn invent(kind: IdKind, seed: u64) -> SubjectId {
        let seconds: &[u8] = match kind {
            IdKind::National => b"12",
            IdKind::Resident => b"89",
            IdKind::OldResident => b"ABCD",
        };
        let second_count = seconds.len() as u64;
        let space = 26 * second_count * SERIALS;
        // An affine step with a multiplier prime to the space visits each number once and looks unordered.
        let place = (seed % space * STRIDE + OFFSET) % space;
        let mut bytes = [b'0'; 10];
        bytes[0] = b'A' + digit(place / SERIALS / second_count, 26);
        bytes[1] = seconds[usize::from(digit(place / SERIALS, second_count))];
        let mut serial = place % SERIALS;
        for slot in bytes[2..9].iter_mut().rev() {
            *slot = b'0' + digit(serial, 10);
            serial /= 10;
        }
        bytes[9] = b'0' + digit(u64::from(10 - weighted_sum(&bytes) % 10), 10);
        SubjectId(bytes)
    }

    /// Which kind of number it is.
    pub fn kind(&self) -> IdKind {
        match self.0[1] {
            b'1' | b'2' => IdKind::National,
            b'8' | b'9' => IdKind::Resident,
            _ => IdKind::OldResident,
        }
    }

    /// Whether the number may no longer be used on this day (`SUB-ID-RETIRED`: old resident numbers from 2031-01-01).
    pub fn retired_on(&self, day: Date) -> bool {
        self.kind() == IdKind::OldResident && day >= OLD_RESIDENT_END
    }

    /// The number itself; every use of this is a place where it can leak.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).expect("Invariant: a parsed identity number is ASCII")
    }

    /// Whether both are the same number, in time that does not depend on where they differ.
    pub fn same_as(&self, other: &SubjectId) -> bool {
        let difference = self
            .0
            .iter()
            .zip(&other.0)
            .fold(0, |found, (a, b)| found | (a ^ b));
        std::hint::black_box(difference) == 0
    }

    /// The number for screens and papers, `A123***789`.
    pub fn masked(&self) -> String {
        let shown = self.expose();
        [&shown[..4], "***", &shown[7..]].concat()
    }
}

/// A subject's name, 1 to 50 characters. It has no `Debug`, `Display`, `Clone` or `Serialize` on purpose.
pub struct SubjectName(Zeroizing<String>);

impl SubjectName {
    /// Reads a name.
    ///
    /// # Errors
    /// `ROW-MISSING` when it is blank, `ROW-LENGTH` over 50 characters, `ROW-FORMAT` with control characters.
    pub fn parse(cell: &str) -> Result<SubjectName, Code> {
        cells::text(cell, NAME_MAX_CHARS).map(|name| SubjectName(Zeroizing::new(name.to_owned())))
    }

    /// The name itself; every use of this is a place where it can leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both can be the same name. `＊`, `□`, `?` and private-use characters stand for any one character,
    /// because names pass through Big5 on their way. A mismatch alone never decides identity (D23).
    pub fn matches(&self, other: &SubjectName) -> bool {
        let (mut ours, mut theirs) = (self.0.chars(), other.0.chars());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || is_wildcard(a) || is_wildcard(b) => {}
                _ => return false,
            }
        }
    }

    /// The name for screens and papers, `王○明`: the first character and, of three or more, the last.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        let shown = |place: usize| count > 1 && (place == 0 || (count > 2 && place == count - 1));
        self.0
            .chars()
            .enumerate()
            .map(|(place, c)| if shown(place) { c } else { '○' })
            .collect()
    }
}

fn is_wildcard(c: char) -> bool {
    matches!(c, '＊' | '□' | '?' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// The sum whose last digit is 0 in a valid number: tens and units of the first letter's value, the digits, weighted;
/// a second letter counts with the units of its value.
fn weighted_sum(bytes: &[u8; 10]) -> u32 {
    let letter = LETTER_VALUES[usize::from(bytes[0] - b'A')];
    let second = match bytes[1] {
        letter @ b'A'..=b'Z' => LETTER_VALUES[usize::from(letter - b'A')] % 10,
        digit => digit - b'0',
    };
    let rest: u32 = bytes[2..]
        .iter()
        .zip([7, 6, 5, 4, 3, 2, 1, 1])
        .map(|(d, weight)| u32::from(d - b'0') * weight)
        .sum();
    u32::from(letter / 10) + u32::from(letter % 10) * 9 + u32::from(second) * 8 + rest
}

fn digit(value: u64, base: u64) -> u8 {
    u8::try_from(value % base).expect("Invariant: a remainder is less than its base, which is at most 26")
}

/// The most characters a name has.
pub const NAME_MAX_CHARS: usize = 50;

/// The values of A to Z.
const LETTER_VALUES: [u8; 26] = [
    10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
];
/// The first day on which an old resident number is no longer valid.
const OLD_RESIDENT_END: Date = jiff::civil::date(2031, 1, 1);
/// Serial numbers per first and second character.
const SERIALS: u64 = 10_000_000;
/// Prime to 2, 5 and 13, the primes of every space.
const STRIDE: u64 = 314_159_257;
const OFFSET: u64 = 141_421_356;

#[cfg(test)]
#[path = "subject_tests.rs"]
mod tests;
