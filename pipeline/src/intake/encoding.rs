//! Responsible for the declared encoding of a file: its opening bytes, and the text of one record's cells. *Pure.*

use zeroize::Zeroizing;

use super::cp950::{self, Undefined};
use super::cutter::Fields;
use super::file_error::{EncodingFault, FileRefusal};

/// How a file's bytes become text; declared by the sender, never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// CP950 as [`cp950`] accepts it.
    Cp950,
}

impl Encoding {
    /// The encoding named `utf-8` (or `utf8`) or `cp950`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "cp950" => Some(Self::Cp950),
            _ => None,
        }
    }

    /// The name that [`Self::parse`] reads.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Cp950 => "cp950",
        }
    }

    /// How many of a file's first bytes are its byte order mark. `opening` is the first four bytes, or the whole
    /// of a shorter file.
    ///
    /// # Errors
    ///
    /// `FILE-ENCODING` for a mark of another encoding than the declared one.
    pub(super) fn mark_length(self, opening: &[u8]) -> Result<usize, FileRefusal> {
        match (opening, self) {
            ([0xEF, 0xBB, 0xBF, ..], Self::Utf8) => Ok(3),
            ([0xEF, 0xBB, 0xBF, ..], Self::Cp950) => Err(FileRefusal::Encoding(EncodingFault::Utf8Mark)),
            ([0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..], _) => {
                Err(FileRefusal::Encoding(EncodingFault::Utf32))
            }
            ([0xFF, 0xFE, ..] | [0xFE, 0xFF, ..], _) => Err(FileRefusal::Encoding(EncodingFault::Utf16)),
            _ => Ok(0),
        }
    }
}

/// The text of one record's cells, in a buffer that is used again for the next record.
#[derive(Default)]
pub(super) struct Cells {
    text: Zeroizing<String>,
    ends: Vec<usize>,
    undefined: u64,
}

impl Cells {
    /// Takes over the text of `fields`; a cell that the encoding does not define stays apart from the others.
    pub(super) fn decode(&mut self, fields: &Fields<'_>, encoding: Encoding) {
        self.clear();
        if encoding == Encoding::Utf8 && self.take_whole(fields) {
            return;
        }
        for (position, field) in fields.iter().enumerate() {
            let before = self.text.len();
            let decoded = match encoding {
                Encoding::Utf8 => str::from_utf8(field).map(|cell| self.text.push_str(cell)).is_ok(),
                Encoding::Cp950 => cp950::decode(field, &mut self.text).is_ok(),
            };
            if !decoded {
                self.text.truncate(before);
                self.undefined |= 1 << position;
            }
            self.ends.push(self.text.len());
        }
    }

    /// Forgets the record: there is no cell.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.undefined = 0;
    }

    /// How many cells there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The text of the cell at `position`, counted from 0; beyond the last cell there is empty text.
    pub(super) fn cell(&self, position: usize) -> Result<&str, Undefined> {
        let Some(&end) = self.ends.get(position) else {
            return Ok("");
        };
        if self.undefined >> position & 1 == 1 {
            return Err(Undefined);
        }
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        Ok(&self.text[start..end])
    }

    /// The quick way for a record that is all well: one check for all of its bytes.
    fn take_whole(&mut self, fields: &Fields<'_>) -> bool {
        let Ok(text) = str::from_utf8(fields.joined()) else {
            return false;
        };
        // Two cells with half a character each can look whole side by side.
        if !fields.ends().iter().all(|&end| text.is_char_boundary(end)) {
            return false;
        }
        self.text.push_str(text);
        self.ends.extend_from_slice(fields.ends());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::cutter::{Cut, Cutter, Limits, Step};
    use super::*;

    fn cells(line: &[u8], encoding: Encoding) -> Vec<Option<String>> {
        let mut cutter = Cutter::new(&Limits::default());
        cutter.feed(line);
        assert!(matches!(cutter.finish(), Step::Record));
        let Cut::Fields(fields) = cutter.record() else {
            panic!("within the limits")
        };
        let mut cells = Cells::default();
        cells.decode(&fields, encoding);
        (0..cells.count())
            .map(|position| cells.cell(position).ok().map(String::from))
            .collect()
    }

    #[test]
    fn cells_fail_one_by_one() {
        fn check(line: &[u8], encoding: Encoding, expected: &[Option<&str>]) {
            let found = cells(line, encoding);
            let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
            assert_eq!(found, expected);
        }
        check(
            "a,王,".as_bytes(),
            Encoding::Utf8,
            &[Some("a"), Some("王"), Some("")],
        );
        check(b"a,\xFF,b", Encoding::Utf8, &[Some("a"), None, Some("b")]);
        check(b"\xE7\x8E,\x8B", Encoding::Utf8, &[None, None]);
        check(
            b"\xB3\x5C,x\xFF,\xBB\x5C",
            Encoding::Cp950,
            &[Some("許"), None, Some("蓋")],
        );
        check(b"\xB3,\x5C", Encoding::Cp950, &[None, Some("\\")]);
    }

    #[test]
    fn marks_of_other_encodings_refuse_the_file() {
        fn check(opening: &[u8], encoding: Encoding, expected: Result<usize, EncodingFault>) {
            assert_eq!(
                encoding.mark_length(opening),
                expected.map_err(FileRefusal::Encoding)
            );
        }
        check(b"", Encoding::Utf8, Ok(0));
        check(b"case", Encoding::Utf8, Ok(0));
        check(b"\xEF\xBB", Encoding::Utf8, Ok(0));
        check(b"\xEF\xBB\xBFc", Encoding::Utf8, Ok(3));
        check(b"\xEF\xBB\xBFc", Encoding::Cp950, Err(EncodingFault::Utf8Mark));
        check(b"\xFF\xFEc\0", Encoding::Utf8, Err(EncodingFault::Utf16));
        check(b"\xFE\xFF\0c", Encoding::Cp950, Err(EncodingFault::Utf16));
        check(b"\xFF\xFE\0\0", Encoding::Utf8, Err(EncodingFault::Utf32));
        check(b"\0\0\xFE\xFF", Encoding::Utf8, Err(EncodingFault::Utf32));
    }
}
