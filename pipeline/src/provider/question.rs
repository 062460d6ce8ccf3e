//! What is asked, about whom, and under which query id. *Pure.*

use std::fmt;

use jiff::civil::Date;
use mayfly_consent::{SubjectId, SubjectName};

use super::digits::Short;

/// One request that passed the gate, ready to leave. Only this crate makes one.
///
/// Personal: neither printable nor copyable, and scrubbed when dropped.
pub struct Question {
    pub(crate) query_id: QueryId,
    pub(crate) item: Item,
    pub(crate) subject_id: SubjectId,
    pub(crate) subject_name: SubjectName,
    pub(crate) birth_date: Date,
}

impl Question {
    /// The question `query_id` for `item` about one person.
    pub(crate) fn new(
        query_id: QueryId,
        item: Item,
        subject_id: SubjectId,
        subject_name: SubjectName,
        birth_date: Date,
    ) -> Self {
        Self {
            query_id,
            item,
            subject_id,
            subject_name,
            birth_date,
        }
    }

    /// Our number for it, which the provider sends back.
    #[must_use]
    pub fn query_id(&self) -> QueryId {
        self.query_id
    }

    /// What is asked for.
    #[must_use]
    pub fn item(&self) -> Item {
        self.item
    }
}

/// The number of one query: the chunk it left with, and its place there. Written `7f3a9c0d5e1b2a48-0017`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueryId {
    chunk: u64,
    ordinal: u32,
}

impl QueryId {
    /// The query at place `ordinal` of chunk `chunk`.
    #[must_use]
    pub const fn new(chunk: u64, ordinal: u32) -> Self {
        Self { chunk, ordinal }
    }

    /// Reads the one written form: 16 lower-case hexadecimal digits, a hyphen, 4 or more decimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (chunk, ordinal) = text.as_bytes().split_at_checked(16)?;
        let ordinal = ordinal.strip_prefix(b"-")?;
        if !(4..=10).contains(&ordinal.len()) || (ordinal.len() > 4 && ordinal[0] == b'0') {
            return None;
        }
        let chunk = chunk.iter().try_fold(0_u64, |sum, byte| {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            Some((sum << 4) | u64::from(digit))
        })?;
        let ordinal = ordinal.iter().try_fold(0_u32, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum.checked_mul(10)?.checked_add(u32::from(byte - b'0')))?
        })?;
        Some(Self { chunk, ordinal })
    }

    /// The written form, without the heap.
    pub(super) fn written(self) -> Short<32> {
        let mut text = Short::new();
        for shift in (0..16).rev() {
            let digit = ((self.chunk >> (4 * shift)) & 15) as usize;
            text.push(HEX.get(digit..=digit).unwrap_or_default());
        }
        text.push("-");
        text.push_number(self.ordinal, 4);
        text
    }

    /// The chunk it left with.
    #[must_use]
    pub const fn chunk(self) -> u64 {
        self.chunk
    }

    /// Its place in the chunk.
    #[must_use]
    pub const fn ordinal(self) -> u32 {
        self.ordinal
    }
}

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written().as_str())
    }
}

/// An item code such as `C0101`: a capital and four digits (附件的查詢項目).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Item([u8; 5]);

impl Item {
    /// Reads an item code; whether it is granted is the regime's matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 5] = text.as_bytes().try_into().ok()?;
        (code[0].is_ascii_uppercase() && code[1..].iter().all(u8::is_ascii_digit)).then_some(Self(code))
    }

    /// The code as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const HEX: &str = "0123456789abcdef";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn query_ids_have_one_written_form() {
        #[track_caller]
        fn check(text: &str, expected: Option<(u64, u32)>) {
            assert_eq!(
                QueryId::parse(text),
                expected.map(|(chunk, ordinal)| QueryId::new(chunk, ordinal))
            );
        }
        check("7f3a9c0d5e1b2a48-0017", Some((0x7f3a_9c0d_5e1b_2a48, 17)));
        check("0000000000000000-0000", Some((0, 0)));
        check("ffffffffffffffff-4294967295", Some((u64::MAX, u32::MAX)));
        check("ffffffffffffffff-4294967296", None);
        check("7f3a9c0d5e1b2a48-017", None);
        check("7f3a9c0d5e1b2a48-00017", None);
        check("7F3A9C0D5E1B2A48-0017", None);
        check("7f3a9c0d5e1b2a48_0017", None);
        check("7f3a9c0d5e1b2a4-0017", None);
        check("+f3a9c0d5e1b2a48-0017", None);
        check("7f3a9c0d5e1b2a48-+017", None);
        check("許功蓋許功蓋", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn a_written_query_id_reads_back(chunk: u64, ordinal: u32) {
            let id = QueryId::new(chunk, ordinal);
            prop_assert_eq!(QueryId::parse(&id.to_string()), Some(id));
            prop_assert_eq!(id.to_string(), format!("{chunk:016x}-{ordinal:04}"));
        }
    }

    #[test]
    fn items_are_a_capital_and_four_digits() {
        for (text, good) in [
            ("C0101", true),
            ("c0101", false),
            ("C010", false),
            ("C01012", false),
            ("C010x", false),
        ] {
            assert_eq!(Item::parse(text).is_some(), good, "{text}");
        }
        assert_eq!(Item::parse("P0201").unwrap().to_string(), "P0201");
    }
}
