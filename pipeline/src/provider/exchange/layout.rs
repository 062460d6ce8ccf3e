//! The records of exchange files: one table of widths a record, in bytes of CP950. *Pure.*

use zeroize::Zeroizing;

use crate::intake::cp950;

/// A record: its fields and their widths. Every record ends with CR LF, which its width does not count.
pub(super) struct Record<const N: usize> {
    fields: [(&'static str, usize); N],
}

impl<const N: usize> Record<N> {
    /// Bytes of the record without its line end.
    pub(super) const fn width(&self) -> usize {
        let (mut sum, mut at) = (0, 0);
        while at < N {
            sum += self.fields[at].1;
            at += 1;
        }
        sum
    }

    /// Appends the record with these cells, each cut at a character and padded with spaces to its width.
    pub(super) fn write(&self, out: &mut Vec<u8>, cells: [&str; N]) {
        for ((_, width), cell) in self.fields.iter().zip(cells) {
            write_cell(out, cell, *width);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The fields of a line that was cut out with [`Self::width`]; `None` if it has another length.
    pub(super) fn read<'l>(&self, line: &'l [u8]) -> Option<[&'l [u8]; N]> {
        let mut rest = (line.len() == self.width()).then_some(line)?;
        let mut cells = [&b""[..]; N];
        for (cell, (_, width)) in cells.iter_mut().zip(&self.fields) {
            let (field, after) = rest.split_at_checked(*width)?;
            (*cell, rest) = (field, after);
        }
        Some(cells)
    }
}

/// The name as the provider gets it: what CP950 lacks is `＊`, what does not fit is gone. A name is compared in this
/// form too, and never decides (D23).
#[must_use]
pub fn as_sent(name: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(NAME_BYTES + 2));
    write_cell(&mut bytes, name, NAME_BYTES);
    let mut text = Zeroizing::new(String::with_capacity(2 * NAME_BYTES));
    // What was just encoded has a meaning.
    let _ = cp950::decode(bytes.trim_ascii_end(), &mut text);
    text
}

/// Appends `text` in CP950 in exactly `width` bytes. A character is written whole or not at all.
fn write_cell(out: &mut Vec<u8>, text: &str, width: usize) {
    let end = out.len() + width;
    let mut spelling = [0; 4];
    for character in text.chars() {
        let before = out.len();
        if cp950::encode(character.encode_utf8(&mut spelling), out).is_err() {
            out.extend_from_slice(&WILDCARD);
        }
        if out.len() > end {
            out.truncate(before);
            break;
        }
    }
    out.resize(end, b' ');
}

/// Bytes of a name.
const NAME_BYTES: usize = 40;
/// `＊` in CP950: one character that CP950 lacks.
const WILDCARD: [u8; 2] = [0xA1, 0xAF];

/// The first line of every file.
pub(super) const HEADER: Record<8> = Record {
    fields: [
        ("file_id", 18),
        ("member", 3),
        ("date", 7),
        ("time", 4),
        ("file_number", 16),
        ("environment", 1),
        ("reply_number", 2),
        ("token", 32),
    ],
};

/// The last line of every file.
pub(super) const TRAILER: Record<5> = Record {
    fields: [
        ("mark", 4),
        ("count", 8),
        ("date", 7),
        ("time", 4),
        ("sha256", 64),
    ],
};

/// One question of a request.
pub(super) const QUESTION: Record<7> = Record {
    fields: [
        ("table", 6),
        ("query_id", 22),
        ("item", 5),
        ("subject_id", 10),
        ("birth_era", 1),
        ("birth_date", 7),
        ("subject_name", NAME_BYTES),
    ],
};

/// One person of a reply.
pub(super) const PERSON: Record<8> = Record {
    fields: [
        ("table", 6),
        ("query_id", 22),
        ("subject_id", 10),
        ("birth_era", 1),
        ("birth_date", 7),
        ("subject_name", NAME_BYTES),
        ("finding", 1),
        ("changes", 4),
    ],
};

/// One change record of the person before it.
pub(super) const CHANGE: Record<9> = Record {
    fields: [
        ("table", 6),
        ("query_id", 22),
        ("unit_no", 9),
        ("unit_name", 50),
        ("change", 1),
        ("effective_date", 7),
        ("end_date", 7),
        ("insured_salary", 7),
        ("remark", 30),
    ],
};

/// Table ids: S for a single row a person, M for many, as such files have them; Q is our own.
pub(super) const QUESTION_TABLE: &str = "LAQ001";
pub(super) const PERSON_TABLE: &str = "LAS001";
pub(super) const CHANGE_TABLE: &str = "LAM001";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_at_characters_and_padded_in_bytes() {
        #[track_caller]
        fn check(text: &str, width: usize, expected: &[u8]) {
            let mut out = b"|".to_vec();
            write_cell(&mut out, text, width);
            assert_eq!(&out[1..], expected, "{text}");
        }
        check("許功蓋", 8, b"\xB3\x5C\xA5\x5C\xBB\x5C  ");
        check("許功蓋", 6, b"\xB3\x5C\xA5\x5C\xBB\x5C");
        check("許功蓋", 5, b"\xB3\x5C\xA5\x5C ");
        check("許功蓋", 1, b" ");
        check("王〇堃", 8, b"\xA4\xFD\xA1\xAF\xA1\xAF  ");
        check("陳鴻𠮷", 6, b"\xB3\xAF\xC2\x45\xA1\xAF");
        check("aΒ許", 4, b"a\xA3\x45 ");
        check("", 3, b"   ");
    }

    #[test]
    fn a_name_is_compared_as_it_was_sent() {
        let long = "許".repeat(21);
        #[track_caller]
        fn check(name: &str, sent: &str) {
            assert_eq!(*as_sent(name), sent);
        }
        check("許功蓋", "許功蓋");
        check("王〇堃", "王＊＊");
        check(&long, &"許".repeat(20));
        check(&format!("a{long}"), &format!("a{}", "許".repeat(19)));
    }

    #[test]
    fn a_record_reads_back_by_its_widths() {
        let mut line = Vec::new();
        TRAILER.write(&mut line, ["TRLR", "00000001", "1151102", "1000", "ab"]);
        assert_eq!(line.len(), TRAILER.width() + 2);
        let fields = TRAILER.read(&line[..TRAILER.width()]).unwrap();
        assert_eq!((fields[0], fields[2]), (&b"TRLR"[..], &b"1151102"[..]));
        assert!(TRAILER.read(&line).is_none());
    }

    /// The specification has the same tables, byte for byte.
    #[test]
    fn the_specification_has_these_tables() {
        let page = include_str!("../../../README.md");
        #[track_caller]
        fn check<const N: usize>(page: &str, title: &str, record: &Record<N>) {
            let (_, section) = page.split_once(title).unwrap();
            let mut rows = section.lines().skip_while(|line| !line.starts_with("| 0 |"));
            let mut at = 0;
            for (name, width) in record.fields {
                let row = rows.next().unwrap();
                let begins = format!("| {at} | {width} | `{name}` |");
                assert!(row.starts_with(&begins), "{title}: {row}, not {begins}");
                at += width;
            }
            assert_eq!(rows.next(), Some(""), "{title}");
        }
        check(page, "**Header**", &HEADER);
        check(page, "**Question**", &QUESTION);
        check(page, "**Person**", &PERSON);
        check(page, "**Change record**", &CHANGE);
        check(page, "**Trailer**", &TRAILER);
    }
}
