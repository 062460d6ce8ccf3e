//! From the text of a cell to a typed value or the code that refuses it, for every column of a batch file. *Pure.*
//!
//! An empty cell is `ROW-MISSING` unless said otherwise: whether a column may be empty is for the caller to know.
//! Nothing is trimmed and no case is changed; a member's file says what it means.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;

pub use crate::code_list::{Channel, IdvMethod, IdvResult, ReasonCode};
use crate::day;
use crate::phone::Phone;
use crate::refusal::Code;
use crate::subject::{SubjectId, SubjectName};
use crate::time_text;

/// `case_no`: 1 to 32 of `A-Z a-z 0-9 - _ /`.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn case_no(cell: &str) -> Result<&str, Code> {
    charset(cell, 32, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/')
    })
}

/// `reason_code`: `1` or `2`.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn reason_code(cell: &str) -> Result<ReasonCode, Code> {
    ReasonCode::parse(cell)
}

/// `reason`: 1 to 80 characters.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn reason(cell: &str) -> Result<&str, Code> {
    text(cell, 80)
}

/// `item`: a capital letter and four digits; whether there is such an item is for the regime to say.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn item(cell: &str) -> Result<&str, Code> {
    match cell.as_bytes() {
        [] => Err(Code::RowMissing),
        [b'A'..=b'Z', digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => Ok(cell),
        _ if cell.chars().count() > 5 => Err(Code::RowLength),
        _ => Err(Code::RowFormat),
    }
}

/// `subject_id`: an identity number in capitals.
///
/// # Errors
/// `ROW-MISSING`, `SUB-ID-FORMAT`, `SUB-ID-CHECK`.
pub fn subject_id(cell: &str) -> Result<SubjectId, Code> {
    if cell.is_empty() {
        Err(Code::RowMissing)
    } else {
        SubjectId::parse(cell)
    }
}

/// `subject_name`: 1 to 50 characters.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn subject_name(cell: &str) -> Result<SubjectName, Code> {
    SubjectName::parse(cell)
}

/// `birth_date`: `YYYY-MM-DD` or ROC `YYYMMDD`.
///
/// # Errors
/// `ROW-MISSING`, `SUB-BIRTH`.
pub fn birth_date(cell: &str) -> Result<Date, Code> {
    if cell.is_empty() {
        Err(Code::RowMissing)
    } else {
        day::parse_birth(cell)
    }
}

/// `querier`, `approver`: 1 to 32 of `A-Z a-z 0-9 . _ -`, and not an identity number, which is nobody's account.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn account(cell: &str) -> Result<&str, Code> {
    let account = charset(cell, 32, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
    })?;
    no_identity_number(account)
}

/// `form_id`, `form_version`: the characters and length of an account.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn form_key(cell: &str) -> Result<&str, Code> {
    account(cell)
}

/// `member`: three digits or capital letters.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn member(cell: &str) -> Result<&str, Code> {
    let known = charset(cell, 3, |byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())?;
    if known.len() == 3 {
        Ok(known)
    } else {
        Err(Code::RowFormat)
    }
}

/// `querier_ip`, `consent_ip`: IPv4 or IPv6, without a zone.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn ip(cell: &str) -> Result<IpAddr, Code> {
    if cell.is_empty() {
        Err(Code::RowMissing)
    } else {
        cell.parse().map_err(|_| Code::RowFormat)
    }
}

/// `approved_at`, `consented_at`, `idv_at`: RFC 3339 with an offset (`Z` is one).
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn instant(cell: &str) -> Result<Timestamp, Code> {
    if cell.is_empty() {
        Err(Code::RowMissing)
    } else {
        time_text::parse(cell).ok_or(Code::RowFormat)
    }
}

/// `consent_ref`: the member's own number, 1 to 40 printable characters, and not an identity number.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn consent_ref(cell: &str) -> Result<&str, Code> {
    let known = text(cell, 40)?;
    if known.is_ascii() || !known.chars().any(is_invisible) {
        no_identity_number(known)
    } else {
        Err(Code::RowFormat)
    }
}

/// Refuses an identity number where one does not belong: such cells rest in plain columns.
fn no_identity_number(cell: &str) -> Result<&str, Code> {
    if holds_identity_number(cell) {
        Err(Code::RowFormat)
    } else {
        Ok(cell)
    }
}

/// Whether an identity number stands anywhere in `text`, alone or with other characters around it.
pub fn holds_identity_number(text: &str) -> bool {
    text.as_bytes().windows(10).any(|window| {
        // Few windows have the shape; only those are worth the check digit.
        window[0].is_ascii_uppercase()
            && window[2..].iter().all(u8::is_ascii_digit)
            && std::str::from_utf8(window).is_ok_and(|number| SubjectId::parse(number).is_ok())
    })
}

/// `consent_channel`: `electronic` or `paper`.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn channel(cell: &str) -> Result<Channel, Code> {
    Channel::parse(cell)
}

/// `consent_phone`: E.164 or Taiwan local.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn phone(cell: &str) -> Result<Phone, Code> {
    if cell.is_empty() {
        Err(Code::RowMissing)
    } else {
        Phone::parse(cell)
    }
}

/// `form_sha256`: 64 hexadecimal digits, either case.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn sha256(cell: &str) -> Result<[u8; 32], Code> {
    let digits = charset(cell, 64, |byte| byte.is_ascii_hexdigit())?.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return Err(Code::RowFormat);
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    Ok(bytes)
}

/// `idv_method`: one of seven.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn idv_method(cell: &str) -> Result<IdvMethod, Code> {
    IdvMethod::parse(cell)
}

/// `idv_result`: `passed` or `failed`.
///
/// # Errors
/// `ROW-MISSING`, `ROW-FORMAT`.
pub fn idv_result(cell: &str) -> Result<IdvResult, Code> {
    IdvResult::parse(cell)
}

/// `idv_ref`: 0 to 64 characters; the one cell that may be empty here.
///
/// # Errors
/// `ROW-LENGTH`, `ROW-FORMAT`.
pub fn idv_ref(cell: &str) -> Result<&str, Code> {
    if cell.is_empty() { Ok(cell) } else { text(cell, 64) }
}

/// Free text of 1 to `max_chars` characters without control characters; blank text counts as empty.
///
/// # Errors
/// `ROW-MISSING`, `ROW-LENGTH`, `ROW-FORMAT`.
pub fn text(cell: &str, max_chars: usize) -> Result<&str, Code> {
    // A character takes at most four bytes, so most cells need no counting.
    if cell.len() > max_chars && (cell.len() > max_chars * 4 || cell.chars().count() > max_chars) {
        return Err(Code::RowLength);
    }
    if cell.chars().any(char::is_control) {
        return Err(Code::RowFormat);
    }
    if cell.chars().all(char::is_whitespace) {
        Err(Code::RowMissing)
    } else {
        Ok(cell)
    }
}

fn charset(cell: &str, max_bytes: usize, allowed: impl Fn(u8) -> bool) -> Result<&str, Code> {
    if cell.is_empty() {
        return Err(Code::RowMissing);
    }
    if cell.len() > max_bytes && cell.chars().count() > max_bytes {
        return Err(Code::RowLength);
    }
    if cell.bytes().all(allowed) {
        Ok(cell)
    } else {
        Err(Code::RowFormat)
    }
}

/// Characters that print nothing or reorder what is printed, by which two numbers could look the same.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn nibble(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => (hex | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
