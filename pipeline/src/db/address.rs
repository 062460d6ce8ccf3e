//! Which database a data directory uses. *SQL.*

use std::path::{Path, PathBuf};

use sqlx::{any::AnyConnectOptions, postgres::PgConnectOptions};

/// Where the database is.
///
/// Neither printable nor comparable: an address of a server may hold a password.
#[derive(Clone)]
pub enum Address {
    /// The embedded one: this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server: its URL.
    Postgres(String),
}

/// An address that names neither engine, or that the driver could not use.
pub struct Unknown;

impl Address {
    /// Reads the setting `database`; without one it is `mayfly.db` in the data directory `dir`.
    ///
    /// # Errors
    /// [`Unknown`], unless the text is an address `postgres://` or `postgresql://` whose parts are all understood: the
    /// driver would pass over a parameter that it does not know, `sslmod=verify-full` for one.
    pub fn parse(setting: Option<&str>, dir: &Path) -> Result<Self, Unknown> {
        match setting {
            None => Ok(Self::Sqlite(dir.join("mayfly.db"))),
            Some(url) if is_usable(url) => Ok(Self::Postgres(url.to_owned())),
            Some(_) => Err(Unknown),
        }
    }

    /// What people call the engine.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

fn is_usable(url: &str) -> bool {
    let names_it = url.starts_with("postgres://") || url.starts_with("postgresql://");
    // The parameters first: the driver's own reading logs those that it does not know.
    names_it
        && url.parse::<AnyConnectOptions>().is_ok_and(|parsed| {
            let mut parameters = parsed.database_url.query_pairs();
            parameters.all(|(name, _)| PARAMETERS.contains(&&*name))
        })
        && url.parse::<PgConnectOptions>().is_ok()
}

const PARAMETERS: [&str; 13] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
    "statement-cache-capacity",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_postgresql_or_nothing() {
        #[track_caller]
        fn check(setting: Option<&str>, engine: Option<&str>) {
            let address = Address::parse(setting, Path::new("d"));
            assert_eq!(address.ok().map(|address| address.engine()), engine);
        }
        check(None, Some("SQLite"));
        check(Some("postgres://h/d"), Some("PostgreSQL"));
        check(Some("postgresql:///d?host=/run"), Some("PostgreSQL"));
        check(Some("sqlite://x.db"), None);
        check(Some("mysql://h/d"), None);
        check(Some(""), None);
        check(
            Some("postgres://u:p@h:5433/d?sslmode=verify-full&application_name=a"),
            Some("PostgreSQL"),
        );
        check(Some("postgres://h/d?sslmod=verify-full"), None);
        check(Some("postgres://h/d?sslmode=banana"), None);
        check(Some("postgres://h/d?port=many"), None);
        check(Some("postgres://h:99999/d"), None);
        check(Some("postgres://u:p@a host/d"), None);
    }
}
