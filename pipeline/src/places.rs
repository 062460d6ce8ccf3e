//! Refuses a place that has no record class: a table, a column, a folder of sealed files. *SQL.*
//!
//! What a class forgets is found by its places; a record in a place that nobody has named would never go.

use std::path::{Path, PathBuf};

use mayfly_retention::classes::Classes;
use sqlx::{AnyConnection, Row};

use crate::{
    config::Config,
    db::{Address, Db},
    error::{Error, Result},
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
            return Err(missing(&format!("the column {column} of the table {table}")));
        }
    }
    Ok(())
}

/// Holds the folders below `sealed/` of the data directory `dir` against the classes: a purge goes by their names.
///
/// # Errors
/// `CLASS-MISSING` naming the first that has none.
pub fn check_sealed(dir: &Path, classes: &Classes) -> Result<()> {
    for name in names(&dir.join("sealed"))? {
        if classes.folder(&name).is_none() {
            return Err(missing(&format!(
                "sealed/{} in the data directory",
                name.escape_debug()
            )));
        }
    }
    Ok(())
}

/// What else lies in the data directory `dir` and has no class, nor is a place that the settings name. Nobody's records
/// are there, unless somebody put them there by hand: a matter for `doctor`, not a reason to stand still.
///
/// # Errors
/// `FILE-IO`.
pub fn strays(dir: &Path, config: &Config, classes: &Classes) -> Result<Vec<String>> {
    let named = named(dir, config);
    let mut strays: Vec<String> = names(dir)?
        .into_iter()
        .filter(|name| !classes.knows_entry(name))
        .filter(|name| !named.iter().any(|place| place.starts_with(dir.join(name))))
        .collect();
    strays.sort();
    Ok(strays)
}

/// What of the settings may lie in the data directory and is not mayfly's to class: keys, a ledger, the folders of an exchange.
fn named(dir: &Path, config: &Config) -> Vec<PathBuf> {
    let exchange = config.exchange.iter();
    let folders = exchange.flat_map(|exchange| [&exchange.requests, &exchange.replies]);
    let all = [&config.keys].into_iter().chain(&config.sandbox.ledger);
    all.chain(folders).map(|path| dir.join(path)).collect()
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

fn missing(place: &str) -> Error {
    Error::Operator {
        code: "CLASS-MISSING",
        sentence: format!("{place} has no record class, so nothing would ever be forgotten there"),
        remedy: "remove it if it is not mayfly's; else run the mayfly that made it, or name it in the file of classes",
    }
}
