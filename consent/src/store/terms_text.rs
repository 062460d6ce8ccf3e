//! The terms of a registered consent as the one text that rests in a plain column, and back. *Pure.*
//!
//! A column costs more than its content on the way through the driver, and nothing is looked up by a single term; the
//! nine together in one text make registering and looking up twice as fast.

use std::fmt::Write;

use jiff::Timestamp;

use crate::cells;
use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::record::RegisteredTerms;

/// Writes the terms, with a space between them: channel, instant of the consent, whether it has a source, form and
/// version, method, result and instant of the identity check, and the hash of the text agreed to, or `-`. Instants are
/// microseconds since 1970. Codes and form keys have no space in them.
pub(super) fn write(terms: &RegisteredTerms) -> String {
    let mut text = String::with_capacity(LENGTH);
    let written = write!(
        text,
        "{} {} {} {} {} {} {} {} ",
        terms.channel.as_str(),
        terms.consented_at.as_microsecond(),
        i32::from(terms.has_source),
        terms.form_id,
        terms.form_version,
        terms.idv_method.as_str(),
        terms.idv_result.as_str(),
        terms.idv_at.as_microsecond(),
    );
    written.expect("Invariant: writing to a string does not fail");
    match &terms.form_sha256 {
        None => text.push('-'),
        Some(hash) => hash.iter().for_each(|byte| {
            let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }),
    }
    text
}

/// Reads what [`write()`] wrote; otherwise says which of the terms is wrong.
pub(super) fn read(text: &str) -> Result<RegisteredTerms, &'static str> {
    let mut pieces = text.splitn(PIECES, ' ');
    let mut next = |term| pieces.next().ok_or(term);
    Ok(RegisteredTerms {
        channel: Channel::parse(next("channel")?).map_err(|_| "channel")?,
        consented_at: instant(next("consented_at")?).ok_or("consented_at")?,
        has_source: match next("has_source")? {
            "1" => true,
            "0" => false,
            _ => return Err("has_source"),
        },
        form_id: next("form_id")?.to_owned(),
        form_version: next("form_version")?.to_owned(),
        idv_method: IdvMethod::parse(next("idv_method")?).map_err(|_| "idv_method")?,
        idv_result: IdvResult::parse(next("idv_result")?).map_err(|_| "idv_result")?,
        idv_at: instant(next("idv_at")?).ok_or("idv_at")?,
        form_sha256: match next("form_sha256")? {
            "-" => None,
            hash => Some(cells::sha256(hash).map_err(|_| "form_sha256")?),
        },
    })
}

fn instant(micros: &str) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros.parse().ok()?).ok()
}

const PIECES: usize = 9;
const LENGTH: usize = 160;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(form_sha256: Option<[u8; 32]>) -> RegisteredTerms {
        RegisteredTerms {
            channel: Channel::Electronic,
            consented_at: "2026-10-31T07:00:00.5Z".parse().unwrap(),
            has_source: true,
            form_id: "LN-01".to_owned(),
            form_version: "3".to_owned(),
            form_sha256,
            idv_method: IdvMethod::parse("chip_card").unwrap(),
            idv_result: IdvResult::Passed,
            idv_at: "1969-12-31T23:59:59Z".parse().unwrap(),
        }
    }

    #[test]
    fn terms_are_written_as_published_and_read_back() {
        let plain = terms(None);
        let text = write(&plain);
        assert_eq!(
            text,
            "electronic 1793430000500000 1 LN-01 3 chip_card passed -1000000 -"
        );
        assert_eq!(read(&text).as_ref(), Ok(&plain));
        let hashed = terms(Some([0xA5; 32]));
        assert!(write(&hashed).ends_with(&format!(" {}", "a5".repeat(32))));
        assert_eq!(read(&write(&hashed)).as_ref(), Ok(&hashed));
    }

    #[test]
    fn another_text_names_the_term_that_is_wrong() {
        let good = write(&terms(None));
        for (from, to, term) in [
            ("electronic", "fax", "channel"),
            ("1793430000500000", "soon", "consented_at"),
            (" 1 LN", " 2 LN", "has_source"),
            ("chip_card", "", "idv_method"),
            ("passed", "perhaps", "idv_result"),
            ("-1000000", "never", "idv_at"),
            (" -1000000 -", "", "idv_at"),
            (" -1000000 -", " 7", "form_sha256"),
            (" -1000000 -", " 7 ab", "form_sha256"),
        ] {
            assert_eq!(read(&good.replacen(from, to, 1)).err(), Some(term), "{from}");
        }
        assert_eq!(read("").err(), Some("channel"));
    }
}
