//! What only PostgreSQL needs: one writer at a time, how a connection is prepared, and what the server must not log.
//! *SQL.*

use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// Settings of the connection that writes.
pub(super) const WRITER: &[&str] = &[
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '5min'",
    "SET synchronous_commit = on",
    "SET TIME ZONE 'UTC'",
];

/// Settings of a connection that only reads.
pub(super) const READER: &[&str] = &[
    "SET default_transaction_read_only = on",
    "SET lock_timeout = '30s'",
    "SET TIME ZONE 'UTC'",
];

/// What the tables need besides: bundles of the journal are mostly hashes, which no compression makes smaller.
pub(super) const LAYOUT: &str = "ALTER TABLE journal_entries ALTER COLUMN body SET STORAGE EXTERNAL";

/// Writers of all processes follow one after the other, as on SQLite: the journal has one end. The number is ours.
pub(super) const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(7308321472)";

/// A setting of the server by which values of statements, or the statements, would come into its log.
pub struct Loose {
    /// Its name in postgresql.conf.
    pub setting: &'static str,
    /// What it has to be.
    pub wanted: &'static str,
}

/// The settings of the server that are not as a database with sealed rows needs them.
pub async fn loose_settings(conn: &mut AnyConnection) -> Result<Vec<Loose>> {
    let rows = sqlx::query("SELECT CAST(name AS TEXT), setting FROM pg_settings")
        .fetch_all(conn)
        .await
        .map_err(Error::database("read the settings of the server"))?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let read = || Ok((row.try_get(0)?, row.try_get(1)?));
        found.push(read().map_err(Error::database("read the settings of the server"))?);
    }
    Ok(loose(&found))
}

/// Those of [`HARDENED`] that are not among `found` (name and value) with an accepted value. A setting the server does
/// not have cannot do harm.
fn loose(found: &[(String, String)]) -> Vec<Loose> {
    let is_loose = |(setting, accepted): &&(&'static str, &'static [&'static str])| {
        found
            .iter()
            .any(|(name, value)| name == setting && !accepted.contains(&value.as_str()))
    };
    HARDENED
        .iter()
        .filter(is_loose)
        .map(|(setting, accepted)| Loose {
            setting,
            wanted: accepted[0],
        })
        .collect()
}

/// Each setting with its accepted values, the recommended one first.
const HARDENED: &[(&str, &[&str])] = &[
    ("log_statement", &["none"]),
    ("log_min_error_statement", &["panic", "fatal", "log"]),
    ("log_error_verbosity", &["terse"]),
    ("log_min_duration_statement", &["-1"]),
    ("log_min_duration_sample", &["-1"]),
    ("log_transaction_sample_rate", &["0"]),
    ("log_parameter_max_length", &["0"]),
    ("log_parameter_max_length_on_error", &["0"]),
    ("debug_print_parse", &["off"]),
    ("debug_print_rewritten", &["off"]),
    ("debug_print_plan", &["off"]),
    ("auto_explain.log_min_duration", &["-1"]),
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_would_log_values_is_noticed() {
        let settings = |changed: Option<(&str, &str)>| -> Vec<&'static str> {
            let found: Vec<(String, String)> = HARDENED
                .iter()
                .map(|(name, accepted)| {
                    let value = changed
                        .filter(|(other, _)| other == name)
                        .map_or(accepted[0], |(_, value)| value);
                    ((*name).to_owned(), value.to_owned())
                })
                .collect();
            loose(&found).into_iter().map(|loose| loose.setting).collect()
        };
        assert!(settings(None).is_empty());
        assert_eq!(settings(Some(("log_statement", "all"))), ["log_statement"]);
        assert_eq!(
            settings(Some(("log_error_verbosity", "default"))),
            ["log_error_verbosity"]
        );
        assert_eq!(
            settings(Some(("log_min_duration_statement", "0"))),
            ["log_min_duration_statement"]
        );
        assert!(loose(&[]).is_empty(), "an older server lacks some of them");
    }
}
