//! Which database a data directory uses. *Pure.*

use std::path::{Path, PathBuf};

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

/// An address that names neither engine.
pub struct Unknown;

impl Address {
    /// Reads the setting `database`; without one it is `mayfly.db` in the data directory `dir`.
    ///
    /// # Errors
    /// [`Unknown`], unless the text begins with `postgres://` or `postgresql://`.
    pub fn parse(setting: Option<&str>, dir: &Path) -> Result<Self, Unknown> {
        match setting {
            None => Ok(Self::Sqlite(dir.join("mayfly.db"))),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Self::Postgres(url.to_owned()))
            }
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
    }
}
