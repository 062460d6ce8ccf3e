//! Reading RFC 3339 instants quickly: three of them stand in every row. *Pure.*

use jiff::Timestamp;

/// The instant of `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`; `None` when the text is anything else. An offset is
/// required, `T` and `Z` may be small (RFC 3339 5.6), a fraction has 1 to 9 digits. Second 60 is refused: the next
/// leap second, if one comes, is not worth an instant that two lines could share.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (date_time, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
    ] = *date_time
    else {
        return None;
    };
    let year = pair(y1, y2, 99)? * 100 + pair(y3, y4, 99)?;
    let month = pair(m1, m2, 12)?;
    let day = pair(d1, d2, 31)?;
    if month == 0 || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let second_of_day = (pair(h1, h2, 23)? * 60 + pair(i1, i2, 59)?) * 60 + pair(s1, s2, 59)?;
    let (nanosecond, rest) = fraction(rest)?;
    let second = day_number(year, month, day) * 86_400 + second_of_day - offset_seconds(rest)?;
    Timestamp::new(second, nanosecond).ok()
}

/// Days since 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn fraction(rest: &[u8]) -> Option<(i32, &[u8])> {
    let Some((b'.', rest)) = rest.split_first() else {
        return Some((0, rest));
    };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at(count);
    let value = digits
        .iter()
        .fold(0, |sum: i32, byte| sum * 10 + i32::from(byte - b'0'));
    Some((value * 10_i32.pow(9 - u32::try_from(count).ok()?), rest))
}

fn offset_seconds(rest: &[u8]) -> Option<i64> {
    match *rest {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let seconds = (pair(h1, h2, 23)? * 60 + pair(m1, m2, 59)?) * 60;
            Some(if sign == b'+' { seconds } else { -seconds })
        }
        _ => None,
    }
}

fn pair(tens: u8, units: u8, most: i64) -> Option<i64> {
    if !tens.is_ascii_digit() || !units.is_ascii_digit() {
        return None;
    }
    let value = i64::from(tens - b'0') * 10 + i64::from(units - b'0');
    (value <= most).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_instant_is_read_with_its_offset() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                parse(text).map(|at| at.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("2026-11-02T10:00:00+08:00", Some("2026-11-02T02:00:00Z"));
        check("2026-11-02T10:00:00Z", Some("2026-11-02T10:00:00Z"));
        check("2026-11-02t10:00:00.5z", Some("2026-11-02T10:00:00.5Z"));
        check("2024-02-29T00:00:00-00:30", Some("2024-02-29T00:30:00Z"));
        check("2026-02-29T00:00:00Z", None);
        check("2026-11-31T00:00:00Z", None);
        check("2026-11-02T24:00:00Z", None);
        check("2026-11-02T23:59:60Z", None);
        check("2026-11-02T10:00:00", None);
        check("2026-11-02 10:00:00Z", None);
        check("2026-11-02T10:00Z", None);
        check("2026-11-02T10:00:00+0800", None);
        check("2026-11-02T10:00:00+24:00", None);
        check("2026-11-02T10:00:00.Z", None);
        check("2026-11-02T10:00:00.1234567890Z", None);
        check("2026-11-02T10:00:00Z[Asia/Taipei]", None);
        check("2026-00-02T10:00:00Z", None);
        check("9999-12-31T23:59:59Z", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_library(second in -62_000_000_000_i64..253_000_000_000, nanosecond in 0..1_000_000_000) {
            let at = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(parse(&at.to_string()), if second < -62_167_219_200 { None } else { Some(at) });
        }

        #[test]
        fn it_accepts_nothing_the_library_refuses(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.][0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])") {
            if let Some(at) = parse(&text) {
                prop_assert_eq!(Some(at), text.parse().ok());
            }
        }
    }
}
