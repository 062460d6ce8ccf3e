//! Refuses a place that has no record class: a table, a column, a path in the data directory. *SQL.*
//!
//! What a class forgets is found by its places; a record in a place that nobody has named would never go.

use std::path::{Path, PathBuf};

use mayfly_retention::classes::Classes;
use sqlx::{AnyConnection, Row};

use crate::{
    config::{Config, Environment, http_provider::HttpProvider},
    db::{Address, Db},
    error::{Error, Result},
    regime::source,
};

/// Holds the tables and columns of the open database against the classes.
///
/// # Errors
/// `CLASS-MISSING` naming the first that has none; `DB-*`.
pub async fn check_tables(db: &Db, conn: &mut AnyConnection, classes: &Classes) -> Result<()> {
    let sql = match db.address() {
        Address::Sqlite(_) => {
            "SELECT sqlite_schema.name, pragma_table_info.name FROM sqlite_schema
             JOIN pragma_table_info(sqlite_schema.name)
             WHERE sqlite_schema.type IN ('table', 'view') AND sqlite_schema.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
        Address::Postgres(_) => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        }
    };
    let failed = || Error::database("list the tables");
    let rows = sqlx::query(sql).fetch_all(conn).await.map_err(failed())?;
    for row in &rows {
        let (table, column): (String, String) = (
            row.try_get(0).map_err(failed())?,
            row.try_get(1).map_err(failed())?,
        );
        if classes.column(&table, &column).is_none() {
            return Err(Error::Operator {
                code: "CLASS-MISSING",
                sentence: format!(
                    "the column {column} of the table {table} has no record class, so nothing would ever be forgotten there"
                ),
                remedy: "remove it if it is not mayfly's; else run the mayfly that made it, or name it in the file of classes",
            });
        }
    }
    Ok(())
}

/// Holds what lies in the data directory `dir` against the classes, but for the places that the settings name: its own
/// entries, and the folders below `sealed/`, by whose names a purge goes.
///
/// # Errors
/// `PATH-STRAY` naming the first five that have none; `FILE-IO`.
pub fn check_paths(dir: &Path, config: &Config, classes: &Classes) -> Result<()> {
    let named = named(dir, config);
    let mut strays = names(dir)?;
    strays.retain(|name| !classes.knows_entry(name));
    strays.retain(|name| !named.iter().any(|place| place.starts_with(dir.join(name))));
    let mut folders = names(&dir.join("sealed"))?;
    folders.retain(|name| classes.folder(name).is_none());
    strays.extend(folders.into_iter().map(|name| format!("sealed/{name}")));
    if strays.is_empty() {
        return Ok(());
    }
    strays.sort();
    let first: Vec<String> = strays
        .iter()
        .take(5)
        .map(|name| name.escape_debug().to_string())
        .collect();
    Err(Error::Operator {
        code: "PATH-STRAY",
        sentence: format!(
            "{} paths of the data directory have no record class, so nothing would ever be forgotten there: {}",
            strays.len(),
            first.join(", ")
        ),
        remedy: "move them out of the data directory, or remove them; if mayfly made them, run the mayfly that did",
    })
}

/// What of the settings may lie in the data directory and is not mayfly's to class: keys, a ledger, the folders of an exchange,
/// certificates; and what the demonstration brings and delivers.
fn named(dir: &Path, config: &Config) -> Vec<PathBuf> {
    let rules = [config.regime.clone(), source::classes_name(&config.regime)].map(PathBuf::from);
    let exchange = config.exchange.iter();
    let folders = exchange.flat_map(|exchange| [&exchange.requests, &exchange.replies]);
    let all = [&config.keys].into_iter().chain(&config.sandbox.ledger);
    let files = config.http_provider.iter().flat_map(HttpProvider::files);
    let mut named: Vec<PathBuf> = all
        .chain(folders)
        .chain(files)
        .chain(rules.iter())
        .map(|path| dir.join(path))
        .collect();
    if config.environment == Environment::Sandbox {
        named.extend([FIXTURES, RESULTS].map(|folder| dir.join(folder)));
    }
    named
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = || Error::io("list the data directory");
    let children = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        children => children.map_err(failed())?,
    };
    children
        .map(|child| {
            Ok(child
                .map_err(failed())?
                .file_name()
                .to_string_lossy()
                .into_owned())
        })
        .collect()
}

/// Where a sandbox keeps the invented files of its demonstration.
pub const FIXTURES: &str = "fixtures";
/// Where its demonstration delivers to.
pub const RESULTS: &str = "results";
