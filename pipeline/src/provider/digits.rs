//! Dates and amounts as the provider writes them, and as answers carry them. *Pure.*

use jiff::civil::Date;

/// A short text on the stack, for one cell at a time.
#[derive(Clone, Copy)]
pub(super) struct Short<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Short<N> {
    /// An empty text.
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }

    /// Appends `text` if there is room for the whole of it.
    pub(super) fn push(&mut self, text: &str) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + text.len()) {
            room.copy_from_slice(text.as_bytes());
            self.len += text.len();
        }
    }

    /// Appends `value` in decimal, at least `width` digits.
    pub(super) fn push_number(&mut self, value: u32, width: usize) {
        let mut digits = [b'0'; 10];
        let mut rest = value;
        let mut first = digits.len();
        while rest > 0 || digits.len() - first < width {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        if let (Some(room), Some(digits)) = (
            self.bytes.get_mut(self.len..self.len + digits.len() - first),
            digits.get(first..),
        ) {
            room.copy_from_slice(digits);
            self.len += digits.len();
        }
    }

    /// The text so far.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// A date as `YYYY-MM-DD`.
pub(super) fn iso(date: Date) -> Short<12> {
    let mut text = Short::new();
    text.push_number(u32::from(date.year().unsigned_abs()), 4);
    text.push("-");
    text.push_number(date.month().unsigned_abs().into(), 2);
    text.push("-");
    text.push_number(date.day().unsigned_abs().into(), 2);
    text
}

/// A date in the ROC calendar as `YYYMMDD`; before 1912, which has no such year, as `YYYY-MM-DD`.
pub(super) fn roc(date: Date) -> Short<12> {
    let year = date.year() - ROC_EPOCH;
    if year < 1 {
        return iso(date);
    }
    let mut text = Short::new();
    text.push_number(u32::from(year.unsigned_abs()), 3);
    text.push_number(date.month().unsigned_abs().into(), 2);
    text.push_number(date.day().unsigned_abs().into(), 2);
    text
}

/// An amount in decimal, at least one digit.
pub(super) fn number(value: u32) -> Short<12> {
    let mut text = Short::new();
    text.push_number(value, 1);
    text
}

/// Reads a date as providers write it: ROC `YYYMMDD` or `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let (year, month, day) = match *bytes {
        [a, b, c, m, n, d, e] => {
            let year = decimal(&[a, b, c])?;
            if year == 0 {
                return None;
            }
            (year + ROC_EPOCH, [m, n], [d, e])
        }
        [a, b, c, d, b'-', m, n, b'-', e, f] => (decimal(&[a, b, c, d])?, [m, n], [e, f]),
        _ => return None,
    };
    Date::new(year, decimal(&month)? as i8, decimal(&day)? as i8).ok()
}

/// Reads an amount in whole TWD: 1 to 7 digits, nothing else.
pub(super) fn parse_amount(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 7 {
        return None;
    }
    text.bytes().try_fold(0, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
    })
}

fn decimal(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
    })
}

/// The year before ROC year 1.
const ROC_EPOCH: i16 = 1911;

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_read_in_two_forms() {
        #[track_caller]
        fn check(text: &str, expected: Option<Date>) {
            assert_eq!(parse_date(text), expected, "{text}");
        }
        check("1151121", Some(date(2026, 11, 21)));
        check("0990101", Some(date(2010, 1, 1)));
        check("0130229", Some(date(1924, 2, 29)));
        check("2026-11-21", Some(date(2026, 11, 21)));
        check("2026-02-29", None);
        check("0000101", None);
        check("1151321", None);
        check("20261121", None);
        check("115 121", None);
        check("2026/11/21", None);
        check("", None);
        check("許功a", None);
    }

    #[test]
    fn dates_are_written_in_two_forms() {
        assert_eq!(iso(date(2026, 1, 5)).as_str(), "2026-01-05");
        assert_eq!(roc(date(2026, 1, 5)).as_str(), "1150105");
        assert_eq!(roc(date(2010, 12, 31)).as_str(), "0991231");
        assert_eq!(roc(date(1911, 12, 31)).as_str(), "1911-12-31");
    }

    #[test]
    fn amounts_are_digits_only() {
        for (text, expected) in [
            ("45800", Some(45_800)),
            ("0", Some(0)),
            ("", None),
            ("4580x", None),
            ("-1", None),
            ("12345678", None),
        ] {
            assert_eq!(parse_amount(text), expected, "{text}");
        }
        assert_eq!(number(0).as_str(), "0");
        assert_eq!(number(45_800).as_str(), "45800");
    }
}
