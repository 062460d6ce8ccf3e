//! A telephone number a consent came from, kept as digits and never printed whole. *Pure.*

use zeroize::Zeroizing;

use crate::refusal::Code;

/// A telephone number. It has no `Debug`, `Display`, `Clone` or `Serialize` on purpose.
pub struct Phone(Zeroizing<String>);

impl Phone {
    /// Reads `+` and 8 to 15 digits (E.164), or 9 or 10 digits that begin with 0 (Taiwan local). Hyphens, spaces and
    /// parentheses between digits are dropped, and so is the `+`: no country code begins with 0, so both stay apart.
    ///
    /// # Errors
    /// `ROW-FORMAT`.
    pub fn parse(cell: &str) -> Result<Phone, Code> {
        let (international, rest) = match cell.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, cell),
        };
        // Room for every digit at once, so that no shorter copy stays behind in freed memory.
        let mut digits = Zeroizing::new(String::with_capacity(DIGITS_MAX));
        for c in rest.chars() {
            match c {
                '0'..='9' if digits.len() < DIGITS_MAX => digits.push(c),
                '-' | ' ' | '(' | ')' => {}
                _ => return Err(Code::RowFormat),
            }
        }
        let local = digits.starts_with('0');
        let fits = match international {
            true => !local && (8..=DIGITS_MAX).contains(&digits.len()),
            false => local && (9..=10).contains(&digits.len()),
        };
        if fits {
            Ok(Phone(digits))
        } else {
            Err(Code::RowFormat)
        }
    }

    /// The number whose digits [`Phone::expose`] gave.
    pub(crate) fn from_digits(digits: &str) -> Phone {
        Phone(Zeroizing::new(digits.to_owned()))
    }

    /// The digits; every use of this is a place where they can leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

const DIGITS_MAX: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_digits() {
        let check = |cell: &str, expected: Option<&str>| {
            assert_eq!(
                Phone::parse(cell).ok().as_ref().map(Phone::expose),
                expected,
                "{cell}"
            );
        };
        check("0912345678", Some("0912345678"));
        check("0912-345-678", Some("0912345678"));
        check("(02) 2345-6789", Some("0223456789"));
        check("037-123456", Some("037123456"));
        check("+886912345678", Some("886912345678"));
        check("+886-2-2345-6789", Some("886223456789"));
        check("+12345678", Some("12345678"));
        check("+1234567", None);
        check("+0912345678", None);
        check("+1234567890123456", None);
        check("912345678", None);
        check("09123456", None);
        check("09123456789", None);
        check("0912345678#12", None);
        check("０９１２３４５６７８", None);
        check("+", None);
        check("", None);
    }
}
