//! Tables on pages, from those that the command line prints. *Pure.*

use mayfly_consent::Language;

use crate::printed::Printed;

/// A table: the names of its columns and its lines.
pub(super) struct Table {
    pub(super) columns: Vec<&'static str>,
    pub(super) lines: Vec<Vec<Cell>>,
}

/// A cell: what it says, and where it leads.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) link: Option<String>,
}

impl Cell {
    /// Whether it may take several lines: not a word, a name, a clause or a state.
    pub(super) fn is_long(&self) -> bool {
        self.text.chars().count() > SHORT_CHARS
    }
}

impl Table {
    /// Whether it has so many columns that they stand closer together.
    pub(super) fn is_dense(&self) -> bool {
        self.columns.len() >= DENSE_COLUMNS
    }

    /// `printed` for readers of `language`; columns that are empty throughout are left out.
    pub(super) fn of<const N: usize>(printed: &Printed<N>, language: Language) -> Self {
        let name = match language {
            Language::En => 1,
            Language::ZhTw => 2,
        };
        let shown: Vec<usize> = (0..N)
            .filter(|column| printed.lines.iter().any(|line| !line[*column].is_empty()))
            .collect();
        let cells = |line: &[String; N]| {
            let texts = shown.iter().map(|column| line[*column].clone());
            texts.map(|text| Cell { text, link: None }).collect()
        };
        Self {
            columns: shown
                .iter()
                .map(|column| printed.columns[*column][name])
                .collect(),
            lines: printed.lines.iter().map(cells).collect(),
        }
    }

    /// Makes the first cell of each line lead to what `to` says of that line's place.
    pub(super) fn leading(mut self, to: impl Fn(usize) -> String) -> Self {
        for (place, line) in self.lines.iter_mut().enumerate() {
            if let Some(first) = line.first_mut() {
                first.link = Some(to(place));
            }
        }
        self
    }
}

/// The longest text that is never broken.
const SHORT_CHARS: usize = 9;
/// The columns from which on a table is dense.
const DENSE_COLUMNS: usize = 11;
