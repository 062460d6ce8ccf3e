//! The one spelling of an instant in an entry: UTC, six decimals, `2026-11-02T02:00:00.000000Z`. *Pure.*

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Bytes of an instant's spelling. Two spellings compare as their instants do.
pub const INSTANT_BYTES: usize = 27;

/// Spells `at`, cut off to the microsecond; `None` outside the years 0 to 9999.
pub fn spell(at: Timestamp) -> Option<[u8; INSTANT_BYTES]> {
    let time = Offset::UTC.to_datetime(at);
    let year = u32::try_from(time.year()).ok()?;
    let mut out = *b"0000-00-00T00:00:00.000000Z";
    digits(&mut out[0..4], year);
    digits(&mut out[5..7], time.month().unsigned_abs().into());
    digits(&mut out[8..10], time.day().unsigned_abs().into());
    digits(&mut out[11..13], time.hour().unsigned_abs().into());
    digits(&mut out[14..16], time.minute().unsigned_abs().into());
    digits(&mut out[17..19], time.second().unsigned_abs().into());
    digits(&mut out[20..26], time.subsec_nanosecond().unsigned_abs() / 1000);
    Some(out)
}

/// Reads exactly what [`spell`] writes; `None` for every other spelling and for days that do not exist.
pub fn parse(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; INSTANT_BYTES] = text.try_into().ok()?;
    let shaped = text[4] == b'-'
        && text[7] == b'-'
        && text[10] == b'T'
        && text[13] == b':'
        && text[16] == b':'
        && text[19] == b'.'
        && text[26] == b'Z';
    if !shaped {
        return None;
    }
    let small = |range: std::ops::Range<usize>| number(&text[range]).and_then(|n| i8::try_from(n).ok());
    let year = i16::try_from(number(&text[0..4])?).ok()?;
    let nanosecond = i32::try_from(number(&text[20..26])?).ok()?.checked_mul(1000)?;
    let civil = DateTime::new(
        year,
        small(5..7)?,
        small(8..10)?,
        small(11..13)?,
        small(14..16)?,
        small(17..19)?,
        nanosecond,
    );
    Offset::UTC.to_timestamp(civil.ok()?).ok()
}

fn digits(out: &mut [u8], mut number: u32) {
    for place in out.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn number(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(input: &str, expected: Option<&str>) {
        let parsed = parse(input.as_bytes());
        assert_eq!(
            parsed,
            expected.map(|text| text.parse::<Timestamp>().unwrap()),
            "{input}"
        );
        if let Some(at) = parsed {
            assert_eq!(spell(at).unwrap(), input.as_bytes());
        }
    }

    #[test]
    fn one_spelling_only() {
        check("2026-11-02T02:00:00.000000Z", Some("2026-11-02T02:00:00Z"));
        check("2028-02-29T23:59:59.999999Z", Some("2028-02-29T23:59:59.999999Z"));
        check("0000-01-01T00:00:00.000001Z", Some("0000-01-01T00:00:00.000001Z"));
        check("2026-02-29T00:00:00.000000Z", None);
        check("2026-11-02T24:00:00.000000Z", None);
        check("2026-11-02T23:59:60.000000Z", None);
        check("2026-11-02t02:00:00.000000Z", None);
        check("2026-11-02T02:00:00.000000z", None);
        check("2026-11-02T02:00:00.00000Z", None);
        check("2026-11-02T02:00:00,000000Z", None);
        check("2026-11-02T02:00:+0.000000Z", None);
        check("2026-00-02T02:00:00.000000Z", None);
    }

    proptest! {
        #[test]
        fn order_of_spellings_is_order_of_instants(a in 0i64..253_402_207_200_000_000, b in 0i64..253_402_207_200_000_000) {
            let [x, y] = [a, b].map(|us| Timestamp::from_microsecond(us).unwrap());
            prop_assert_eq!(spell(x).unwrap().cmp(&spell(y).unwrap()), a.cmp(&b));
            prop_assert_eq!(parse(&spell(x).unwrap()), Some(x));
        }
    }
}
