//! Stored days and instants, read back as values. *SQL.*

use jiff::{Timestamp, civil::Date};

/// What reading a column gives.
pub type Column<T> = std::result::Result<T, sqlx::Error>;

/// A stored day.
pub fn day(text: &str) -> Column<Date> {
    text.parse().map_err(|_| sqlx::Error::RowNotFound)
}

/// A stored day that may be absent.
pub fn optional_day(text: Option<String>) -> Column<Option<Date>> {
    text.as_deref().map(day).transpose()
}

/// A stored instant: microseconds since 1970.
pub fn instant(micros: i64) -> Column<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| sqlx::Error::RowNotFound)
}
