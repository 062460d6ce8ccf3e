//! Statements over many rows in a few fixed sizes, so that each is prepared once and cached. *SQL.*
//!
//! The texts are generated, and this is the one place where they differ by engine: PostgreSQL wants `$1…$n`, and
//! SQLite gets `?`. SQLite keeps the names of numbered parameters in a list that it walks for each parameter it binds,
//! so the time for a statement with `$1…$n` grows with the square of *n*; nameless ones cost nothing.

use std::fmt::Write;
use std::sync::OnceLock;

use sqlx::{Any, AnyConnection, any::AnyArguments};

/// A statement with one repeated part, in every size and for both engines.
pub struct BlockSql {
    /// What stands before the repeated part; `$1`, `$2`, … in it, once each and in order, are leading parameters.
    head: &'static str,
    /// What stands after it.
    tail: &'static str,
    /// How many parameters an entry of the repeated part has; more than one stand in parentheses.
    width: usize,
    /// Whether each entry begins with its place in the block, from 0: a literal, which costs no parameter.
    placed: bool,
    built: [[OnceLock<String>; SIZES.len()]; 2],
}

impl BlockSql {
    /// The statement `head` + repeated part of `width` parameters + `tail`.
    pub const fn new(head: &'static str, width: usize, tail: &'static str) -> BlockSql {
        BlockSql {
            head,
            tail,
            width,
            placed: false,
            built: [const { [const { OnceLock::new() }; SIZES.len()] }; 2],
        }
    }

    /// The same for rows that are inserted; each begins with its place in the block, from 0, ahead of its parameters.
    pub const fn placed(head: &'static str, width: usize, tail: &'static str) -> BlockSql {
        let mut sql = BlockSql::new(head, width, tail);
        sql.placed = true;
        sql
    }

    /// The text for a block of this size.
    pub fn text(&'static self, connection: &AnyConnection, size: Size) -> &'static str {
        self.of(is_numbered(connection), size)
    }

    fn of(&'static self, numbered: bool, size: Size) -> &'static str {
        self.built[usize::from(numbered)][size.0].get_or_init(|| self.build(numbered, size.rows()))
    }

    fn build(&self, numbered: bool, rows: usize) -> String {
        let mut text = if numbered {
            self.head.to_owned()
        } else {
            anonymous(self.head)
        };
        let mut number = self.head.matches('$').count();
        let (open, close) = if self.width > 1 || self.placed {
            ("(", ")")
        } else {
            ("", "")
        };
        for row in 0..rows {
            text.push_str(if row == 0 { "" } else { ", " });
            text.push_str(open);
            if self.placed {
                text.push_str(&row.to_string());
                text.push_str(", ");
            }
            for column in 0..self.width {
                text.push_str(if column == 0 { "" } else { ", " });
                number += 1;
                let mark = if numbered {
                    write!(text, "${number}")
                } else {
                    write!(text, "?")
                };
                mark.expect("Invariant: writing to a string does not fail");
            }
            text.push_str(close);
        }
        text.push_str(self.tail);
        text
    }
}

fn is_numbered(connection: &AnyConnection) -> bool {
    connection.backend_name() != "SQLite"
}

/// The text with `?` in place of `$1`, `$2`, ….
fn anonymous(text: &str) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('?');
        out.push_str(part.trim_start_matches(|mark: char| mark.is_ascii_digit()));
    }
    out
}

/// Executes `sql` for all `entries`, block by block: `bind` gives a block's parameters to the statement, and is told the
/// place of its first entry among all. A block is bound while the engine works on the one before.
///
/// # Errors
/// The engine's.
pub async fn insert_blocks<'q, T>(
    connection: &mut AnyConnection,
    sql: &'static BlockSql,
    entries: &'q [T],
    bind: impl Fn(AnyQuery<'q>, usize, &'q [T]) -> AnyQuery<'q>,
) -> Result<(), sqlx::Error> {
    let numbered = is_numbered(connection);
    let mut first = 0;
    let mut blocks = full_blocks(entries).map(|(size, block)| {
        let place = first;
        first += block.len();
        bind(sqlx::query(sql.of(numbered, size)), place, block)
    });
    let mut next = blocks.next();
    while let Some(query) = next {
        let (done, bound) = tokio::join!(query.execute(&mut *connection), async { blocks.next() });
        done?;
        next = bound;
    }
    Ok(())
}

/// A statement and the parameters bound to it.
pub type AnyQuery<'q> = sqlx::query::Query<'q, Any, AnyArguments>;

/// One of the fixed sizes.
#[derive(Clone, Copy)]
pub struct Size(usize);

impl Size {
    /// How many entries a block of this size has.
    pub const fn rows(self) -> usize {
        SIZES[self.0]
    }

    /// The largest size that `left` entries fill.
    fn filled_by(left: usize) -> Size {
        Size(
            SIZES
                .iter()
                .position(|rows| *rows <= left)
                .unwrap_or(SIZES.len() - 1),
        )
    }

    /// The smallest size that holds `left` entries, or the largest there is.
    fn holding(left: usize) -> Size {
        Size(SIZES.iter().rposition(|rows| *rows >= left).unwrap_or(0))
    }
}

/// Cuts entries into blocks that are full, for inserts.
pub fn full_blocks<T>(mut entries: &[T]) -> impl Iterator<Item = (Size, &[T])> {
    std::iter::from_fn(move || {
        let size = Size::filled_by(entries.len());
        let (block, rest) = entries.split_at_checked(size.rows())?;
        entries = rest;
        Some((size, block))
    })
}

/// Cuts entries into blocks of which the last may not be full, for `IN` lists: the caller repeats its last entry.
pub fn held_blocks<T>(entries: &[T]) -> impl Iterator<Item = (Size, &[T])> {
    entries
        .chunks(SIZES[0])
        .map(|block| (Size::holding(block.len()), block))
}

/// The sizes, falling to one; the largest, at 32 columns, binds fewer than the 32,766 parameters SQLite allows.
const SIZES: [usize; 4] = [1_000, 100, 10, 1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_built_for_each_engine() {
        static INSERT: BlockSql = BlockSql::new("INSERT INTO t (a, b) VALUES ", 2, "");
        static FIND: BlockSql = BlockSql::new("SELECT a FROM t WHERE b = $1 AND a IN (", 1, ")");
        static PLACED: BlockSql = BlockSql::placed(
            "INSERT INTO t (a, b) SELECT $1 + column1, column2 FROM (VALUES ",
            1,
            ")",
        );
        assert_eq!(
            INSERT.build(true, 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
        assert_eq!(
            INSERT.build(false, 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"
        );
        assert_eq!(
            FIND.build(true, 3),
            "SELECT a FROM t WHERE b = $1 AND a IN ($2, $3, $4)"
        );
        assert_eq!(
            FIND.build(false, 3),
            "SELECT a FROM t WHERE b = ? AND a IN (?, ?, ?)"
        );
        assert_eq!(
            PLACED.build(true, 2),
            "INSERT INTO t (a, b) SELECT $1 + column1, column2 FROM (VALUES (0, $2), (1, $3))"
        );
    }

    #[test]
    fn blocks_cover_every_entry_once() {
        for count in [0, 1, 9, 10, 11, 999, 1_000, 2_345] {
            let entries: Vec<usize> = (0..count).collect();
            let full: Vec<usize> = full_blocks(&entries)
                .inspect(|(size, block)| assert_eq!(size.rows(), block.len()))
                .flat_map(|(_, block)| block.to_vec())
                .collect();
            let held: Vec<usize> = held_blocks(&entries)
                .inspect(|(size, block)| {
                    assert!(size.rows() >= block.len() && size.rows() <= block.len() * 10)
                })
                .flat_map(|(_, block)| block.to_vec())
                .collect();
            assert_eq!((&full, &held), (&entries, &entries));
        }
    }
}
