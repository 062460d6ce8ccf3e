//! Statements over many rows in a few fixed sizes, so that each is prepared once and cached. *SQL.*
//!
//! The texts are generated, and this is the one place where they differ by engine: PostgreSQL wants `$1…$n`, and
//! SQLite gets `?`. SQLite keeps the names of numbered parameters in a list that it walks for each parameter it binds,
//! so the time for a statement with `$1…$n` grows with the square of *n*; nameless ones cost nothing.

use std::fmt::Write;
use std::sync::OnceLock;

use sqlx::AnyConnection;

/// A statement with one repeated part, in every size and for both engines.
pub struct BlockSql {
    /// What stands before the repeated part; `$1`, `$2`, … in it, once each and in order, are leading parameters.
    head: &'static str,
    /// What stands after it.
    tail: &'static str,
    /// How many parameters an entry of the repeated part has; more than one stand in parentheses.
    width: usize,
    built: [[OnceLock<String>; SIZES.len()]; 2],
}

impl BlockSql {
    /// The statement `head` + repeated part of `width` parameters + `tail`.
    pub const fn new(head: &'static str, width: usize, tail: &'static str) -> BlockSql {
        BlockSql {
            head,
            tail,
            width,
            built: [const { [const { OnceLock::new() }; SIZES.len()] }; 2],
        }
    }

    /// The text for a block of this size.
    pub fn text(&'static self, connection: &AnyConnection, size: Size) -> &'static str {
        let numbered = connection.backend_name() != "SQLite";
        self.built[usize::from(numbered)][size.0].get_or_init(|| self.build(numbered, size.rows()))
    }

    fn build(&self, numbered: bool, rows: usize) -> String {
        let mut text = if numbered {
            self.head.to_owned()
        } else {
            anonymous(self.head)
        };
        let mut number = self.head.matches('$').count();
        let (open, close) = if self.width > 1 { ("(", ")") } else { ("", "") };
        for row in 0..rows {
            text.push_str(if row == 0 { "" } else { ", " });
            text.push_str(open);
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
