//! Responsible for the name of a batch: member, date and number, from a file name or from what the sender says instead. *Pure.*

use std::fmt;
use std::path::Path;

use jiff::civil::Date;

use super::file_error::FileRefusal;

/// The name of a batch, for example `004-1151102-01`; one member uses each only once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BatchName {
    member: [u8; 3],
    date: Date,
    number: u8,
}

impl BatchName {
    /// Reads `<member 3>-<ROC date 7>-<batch no. 2>`, which is a file's name without `.csv`.
    ///
    /// # Errors
    ///
    /// `FILE-NAME` for anything else, a date that does not exist included.
    pub fn parse(stem: &str) -> Result<Self, FileRefusal> {
        let parts: Option<(&str, &str)> = stem.split_once('-');
        let (member, batch_no) = parts.ok_or(FileRefusal::Name)?;
        let (date, number) = parse_batch_no(batch_no)?;
        Ok(Self {
            member: parse_member(member)?,
            date: date.ok_or(FileRefusal::Name)?,
            number,
        })
    }

    /// The name of the batch in `file`, where `member` (three digits) and `batch_no` (`01` or `1151102-01`) stand in
    /// for the parts of the file's name. A number without a date takes the file name's, or else `today` (Taipei).
    ///
    /// # Errors
    ///
    /// `FILE-NAME` when a part is missing or not of its kind.
    pub fn resolve(
        file: &Path,
        member: Option<&str>,
        batch_no: Option<&str>,
        today: Date,
    ) -> Result<Self, FileRefusal> {
        let named = stem(file).and_then(|stem| Self::parse(stem).ok());
        let member = match member {
            Some(member) => Some(parse_member(member)?),
            None => named.as_ref().map(|name| name.member),
        };
        let (date, number) = match batch_no {
            Some(batch_no) => {
                let (date, number) = parse_batch_no(batch_no)?;
                let date = date
                    .or_else(|| named.as_ref().map(|name| name.date))
                    .unwrap_or(today);
                (date, number)
            }
            None => named
                .as_ref()
                .map(|name| (name.date, name.number))
                .ok_or(FileRefusal::Name)?,
        };
        Ok(Self {
            member: member.ok_or(FileRefusal::Name)?,
            date,
            number,
        })
    }

    /// The member's three digits.
    #[must_use]
    pub fn member(&self) -> &str {
        str::from_utf8(&self.member).expect("Invariant: a member's code is three digits")
    }

    /// The day in the name.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// The batch number of that day, 0 to 99.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }
}

impl fmt::Display for BatchName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (
            self.date.year() - FIRST_ROC_YEAR,
            self.date.month(),
            self.date.day(),
        );
        write!(
            formatter,
            "{}-{year:03}{month:02}{day:02}-{:02}",
            self.member(),
            self.number
        )
    }
}

fn stem(file: &Path) -> Option<&str> {
    let is_csv = file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    file.file_stem().filter(|_| is_csv)?.to_str()
}

fn parse_member(text: &str) -> Result<[u8; 3], FileRefusal> {
    let digits: [u8; 3] = text.as_bytes().try_into().map_err(|_| FileRefusal::Name)?;
    if digits.iter().all(u8::is_ascii_digit) {
        Ok(digits)
    } else {
        Err(FileRefusal::Name)
    }
}

/// `01`, or `1151102-01`.
fn parse_batch_no(text: &str) -> Result<(Option<Date>, u8), FileRefusal> {
    let (date, number) = match text.split_once('-') {
        Some((date, number)) => (Some(parse_roc_date(date)?), number),
        None => (None, text),
    };
    Ok((
        date,
        u8::try_from(digits(number, 2)?).map_err(|_| FileRefusal::Name)?,
    ))
}

fn parse_roc_date(text: &str) -> Result<Date, FileRefusal> {
    let number = digits(text, 7)?;
    let part = |divisor: u32, modulus: u32| i16::try_from(number / divisor % modulus).ok();
    let date = || {
        let year = part(10_000, 1000).filter(|&year| year > 0)? + FIRST_ROC_YEAR;
        let (month, day) = (
            i8::try_from(part(100, 100)?).ok()?,
            i8::try_from(part(1, 100)?).ok()?,
        );
        Date::new(year, month, day).ok()
    };
    date().ok_or(FileRefusal::Name)
}

fn digits(text: &str, count: usize) -> Result<u32, FileRefusal> {
    if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FileRefusal::Name);
    }
    text.parse().map_err(|_| FileRefusal::Name)
}

/// Year 1 of the Republic is 1912.
const FIRST_ROC_YEAR: i16 = 1911;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_names() {
        fn check(stem: &str, expected: Option<(&str, &str, u8)>) {
            let name = BatchName::parse(stem).ok();
            let parts = name
                .as_ref()
                .map(|name| (name.member(), name.date().to_string(), name.number()));
            assert_eq!(
                parts,
                expected.map(|(member, date, number)| (member, date.to_owned(), number))
            );
            if let Some(name) = name {
                assert_eq!(name.to_string(), stem);
            }
        }
        check("004-1151102-01", Some(("004", "2026-11-02", 1)));
        check("812-0990101-99", Some(("812", "2010-01-01", 99)));
        check("004-1130229-01", Some(("004", "2024-02-29", 1)));
        check("004-1150229-01", None);
        check("004-0000101-01", None);
        check("004-1151302-01", None);
        check("04-1151102-01", None);
        check("0O4-1151102-01", None);
        check("004-151102-01", None);
        check("004-1151102-1", None);
        check("004-1151102-001", None);
        check("004-1151102", None);
        check("004-1151102-01-2", None);
        check("004_1151102_01", None);
        check("004-+151102-01", None);
        check("", None);
        check("王小明-1151102-01", None);
    }

    #[test]
    fn what_the_sender_says_goes_before_the_file_name() {
        fn check(file: &str, member: Option<&str>, batch_no: Option<&str>, expected: Option<&str>) {
            let today = jiff::civil::date(2026, 11, 5);
            let name = BatchName::resolve(Path::new(file), member, batch_no, today);
            assert_eq!(
                name.ok().map(|name| name.to_string()).as_deref(),
                expected,
                "{file}"
            );
        }
        check("in/004-1151102-01.csv", None, None, Some("004-1151102-01"));
        check("in/004-1151102-01.CSV", None, None, Some("004-1151102-01"));
        check("004-1151102-01", None, None, None);
        check("004-1151102-01.txt", None, None, None);
        check("004-1151102-01.csv", Some("812"), None, Some("812-1151102-01"));
        check("004-1151102-01.csv", None, Some("07"), Some("004-1151102-07"));
        check(
            "004-1151102-01.csv",
            None,
            Some("1151103-02"),
            Some("004-1151103-02"),
        );
        check("november.csv", Some("812"), Some("07"), Some("812-1151105-07"));
        check(
            "november.csv",
            Some("812"),
            Some("1151103-02"),
            Some("812-1151103-02"),
        );
        check("november.csv", Some("812"), None, None);
        check("november.csv", None, Some("07"), None);
        check("004-1151102-01.csv", Some("81"), None, None);
        check("004-1151102-01.csv", None, Some("7"), None);
        check("004-1151102-01.csv", None, Some("1150229-07"), None);
    }
}
