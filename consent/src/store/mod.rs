//! Where forms and consents are kept: two tables, both engines, many rows a statement. *SQL.*
//!
//! `form_rows` keeps the registered texts, `consent_rows` registers consents and looks many of them up at once,
//! `consent_changes` shows and changes a single one, `terms_text` is how their terms rest, and `blocks` makes the
//! many-row statements. Every function takes
//! a connection whose transaction the caller owns. What a subject is called or numbered is not here but in `sealed`,
//! which the caller seals and opens.

pub mod blocks;
mod consent_changes;
mod consent_rows;
mod form_rows;
mod terms_text;
#[cfg(test)]
mod tests;

pub use consent_changes::{StoredConsent, find_stored, of_subject, one, set_outcome, set_withdrawn};
pub use consent_rows::{
    ConsentRow, NewConsent, Registration, find_consents, insert_consents, refs_of_other_members,
};
pub use form_rows::{end_form, insert_form, load_forms};

use sqlx::any::AnyRow;
use sqlx::{Any, Decode, Row, Type};

use crate::error::ConsentError;

/// The migrations for SQLite, in order: name and text.
pub const MIGRATIONS_SQLITE: &[(&str, &str)] = &[(
    "0001_consent",
    include_str!("../../migrations/sqlite/0001_consent.sql"),
)];

/// The migrations for PostgreSQL, in order: name and text.
pub const MIGRATIONS_POSTGRES: &[(&str, &str)] = &[(
    "0001_consent",
    include_str!("../../migrations/postgres/0001_consent.sql"),
)];

/// The kind of [`ConsentError::Database`] when the engine could not be heard any more.
pub const BROKEN_CONNECTION: &str = "a broken connection";

/// Translates an engine's error to its kind and code; its message may hold a row and is dropped.
fn refused(act: &'static str) -> impl Fn(sqlx::Error) -> ConsentError {
    move |error| {
        let kind = match &error {
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default();
                let safe: String = code.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
                let kind = match inner.kind() {
                    sqlx::error::ErrorKind::UniqueViolation => "a row that is there already",
                    sqlx::error::ErrorKind::NotNullViolation => "an empty value",
                    _ => "an error",
                };
                format!("{kind} ({safe})")
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => BROKEN_CONNECTION.to_owned(),
            sqlx::Error::RowNotFound => "no row".to_owned(),
            _ => "an error of its driver".to_owned(),
        };
        ConsentError::Database { act, kind }
    }
}

/// Reads columns of a row by place; a value of another kind names its column and nothing else.
struct Columns<'r> {
    act: &'static str,
    row: &'r AnyRow,
}

impl<'r> Columns<'r> {
    fn read<T: Decode<'r, Any> + Type<Any>>(
        &self,
        place: usize,
        column: &'static str,
    ) -> Result<T, ConsentError> {
        self.row.try_get(place).map_err(|_| self.wrong(column))
    }

    fn wrong(&self, column: &'static str) -> ConsentError {
        ConsentError::StoredValue {
            act: self.act,
            column,
        }
    }
}
