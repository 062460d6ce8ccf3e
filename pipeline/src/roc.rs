//! Writes instants as people in Taipei read them (D22). *Pure.*

use jiff::{Timestamp, civil::Date};

/// `2026-11-05 10:00:00 (民國115年11月5日) Asia/Taipei`.
pub fn taipei(at: Timestamp) -> String {
    let local = jiff::tz::offset(8).to_datetime(at);
    let year = i32::from(local.year()) - 1911;
    format!(
        "{} (民國{year}年{}月{}日) Asia/Taipei",
        local.strftime("%Y-%m-%d %H:%M:%S"),
        local.month(),
        local.day()
    )
}

/// The same for readers of Chinese: `民國115年11月5日 10:00:00`.
pub fn republic(at: Timestamp) -> String {
    let local = jiff::tz::offset(8).to_datetime(at);
    let year = i32::from(local.year()) - 1911;
    format!(
        "民國{year}年{}月{}日 {}",
        local.month(),
        local.day(),
        local.strftime("%H:%M:%S")
    )
}

/// What [`taipei`] wrote, as [`republic`] writes it; none, if `text` is something else.
pub fn republic_of(text: &str) -> Option<String> {
    let (at, on) = text.strip_suffix(") Asia/Taipei")?.split_once(" (民國")?;
    let (_, time) = at.split_once(' ')?;
    Some(format!("民國{on} {time}"))
}

/// The day that `text` is, `YYYY-MM-DD` and nothing else.
pub fn day(text: &str) -> Option<Date> {
    (text.len() == "YYYY-MM-DD".len())
        .then(|| text.parse().ok())
        .flatten()
}

/// The same instant as a command line takes it, to the second: `2026-11-05T10:00:00+08:00`.
pub fn offset(at: Timestamp) -> String {
    jiff::tz::offset(8)
        .to_datetime(at)
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

/// The hour and minute of it in Taipei: `10:00`.
pub fn hour(at: Timestamp) -> String {
    jiff::tz::offset(8).to_datetime(at).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_taipei_and_in_years_of_the_republic() {
        let at: Timestamp = "2026-12-31T16:00:00.9Z".parse().unwrap();
        assert_eq!(taipei(at), "2027-01-01 00:00:00 (民國116年1月1日) Asia/Taipei");
        assert_eq!(republic(at), "民國116年1月1日 00:00:00");
        assert_eq!(republic_of(&taipei(at)), Some(republic(at)));
        assert!(republic_of("2027-01-01").is_none() && day("2027-01-01").is_some() && day("004").is_none());
        assert_eq!(hour(at), "00:00");
        assert_eq!(offset(at), "2027-01-01T00:00:00+08:00");
    }
}
