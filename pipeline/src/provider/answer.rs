//! The change records of one query as lines of the answers file. *Pure.*

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{
    change::Change,
    digits::{iso, number},
    flags::Flags,
    question::Item,
    scrubbed::ScrubbedText,
};

/// The header of the answers file, with its line end.
pub const ANSWERS_HEADER: &str = "case_no,consent_ref,item,subject_id,subject_name,birth_date,unit_no,unit_name,change,\
     effective_date,end_date,insured_salary,remark,flags\r\n";

/// One person's answer: CSV lines (RFC 4180, CRLF), one a change record, without the cells that only the member knows.
///
/// Personal: neither printable nor copyable, and scrubbed when dropped.
pub struct AnswerLines {
    tails: Zeroizing<Box<[u8]>>,
    count: u32,
}

impl AnswerLines {
    /// How many change records it has; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// Bytes that [`Self::write_lines`] appends at most, so that a caller can make room before: a buffer that grows
    /// leaves unscrubbed copies behind.
    #[must_use]
    pub fn bound(&self, case_no: &str, consent_ref: &str) -> usize {
        self.tails.len() + self.count() * (2 * (case_no.len() + consent_ref.len()) + 10)
    }

    /// Appends the whole lines, as `formats.md` "Answers" has them, for the member's request `case_no` under
    /// `consent_ref`. `out` becomes personal.
    pub fn write_lines(&self, out: &mut Vec<u8>, case_no: &str, consent_ref: &str, item: Item) {
        // No cell holds a line feed (a reply with one is malformed), so a line feed ends a line.
        for tail in self.tails.split_inclusive(|&byte| byte == b'\n') {
            write_cell(out, case_no);
            write_cell(out, consent_ref);
            out.extend_from_slice(item.as_str().as_bytes());
            out.push(b',');
            out.extend_from_slice(tail);
        }
    }
}

/// Whom an answer is about: our number and birth date, the name as the provider writes it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) birth_date: Date,
}

/// Writes lines in a buffer that is used again for the next person.
pub(super) struct LineWriter {
    scratch: ScrubbedText,
}

impl LineWriter {
    /// A writer with room for a long answer.
    pub(super) fn new() -> Self {
        Self {
            scratch: ScrubbedText::with_capacity(8 << 10),
        }
    }

    /// The lines of one answer; `flags` has one entry for each change.
    pub(super) fn lines(
        &mut self,
        subject: Subject<'_>,
        changes: &[Change<'_>],
        flags: &[Flags],
    ) -> AnswerLines {
        let out = &mut self.scratch;
        out.clear();
        let birth_date = iso(subject.birth_date);
        for (change, flags) in changes.iter().zip(flags) {
            cell(out, subject.id);
            cell(out, subject.name);
            plain(out, birth_date.as_str());
            plain(out, change.unit_no);
            cell(out, change.unit_name);
            plain(out, change.kind.word());
            plain(out, iso(change.effective_date).as_str());
            plain(
                out,
                change.end_date.map(iso).as_ref().map_or("", |date| date.as_str()),
            );
            plain(
                out,
                change
                    .insured_salary
                    .map(number)
                    .as_ref()
                    .map_or("", |salary| salary.as_str()),
            );
            cell(out, change.remark);
            if !flags.is_empty() {
                for (at, word) in flags.words().enumerate() {
                    out.push_str(if at == 0 { "" } else { ";" });
                    out.push_str(word);
                }
            }
            out.push_str("\r\n");
        }
        let tails = Zeroizing::new(Box::from(out.expose().as_bytes()));
        AnswerLines {
            tails,
            count: changes.len() as u32,
        }
    }
}

/// A cell that cannot need quotes, and its comma.
fn plain(out: &mut ScrubbedText, text: &str) {
    out.push_str(text);
    out.push_str(",");
}

/// A cell from outside, quoted if it must be, and its comma.
fn cell(out: &mut ScrubbedText, text: &str) {
    if !needs_quotes(text) {
        return plain(out, text);
    }
    out.push_str("\"");
    for (at, part) in text.split('"').enumerate() {
        out.push_str(if at == 0 { "" } else { "\"\"" });
        out.push_str(part);
    }
    out.push_str("\",");
}

/// As [`cell`], into plain bytes.
fn write_cell(out: &mut Vec<u8>, text: &str) {
    if needs_quotes(text) {
        out.push(b'"');
        for byte in text.bytes() {
            out.extend_from_slice(if byte == b'"' {
                b"\"\""
            } else {
                std::slice::from_ref(&byte)
            });
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b',');
}

fn needs_quotes(text: &str) -> bool {
    text.bytes()
        .any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::provider::{change::Kind, flags, grades};

    fn lines(name: &str, remark: &str) -> AnswerLines {
        let base = |kind, effective_date, end_date, insured_salary| Change {
            unit_no: "99000001A",
            unit_name: "蜉露, \"夜光\" 工會",
            kind,
            effective_date,
            end_date,
            insured_salary,
            remark,
        };
        let changes = [
            base(Kind::Enrol, date(2024, 2, 5), None, Some(26_400)),
            base(Kind::Withdraw, date(2026, 3, 31), Some(date(2026, 3, 31)), None),
        ];
        let mut flags = Vec::new();
        flags::derive(&changes, grades::tables(), &mut flags);
        LineWriter::new().lines(
            Subject {
                id: "A123456789",
                name,
                birth_date: date(1990, 1, 2),
            },
            &changes,
            &flags,
        )
    }

    #[test]
    fn lines_are_exactly_the_published_ones() {
        let mut out = Vec::new();
        let lines = lines("王＊明", "部分工時");
        lines.write_lines(&mut out, "L20261102-17", "C/7", Item::parse("C0101").unwrap());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "L20261102-17,C/7,C0101,A123456789,王＊明,1990-01-02,99000001A,\"蜉露, \"\"夜光\"\" 工會\",enrol,\
             2024-02-05,,26400,部分工時,union;part_time;below_minimum\r\n\
             L20261102-17,C/7,C0101,A123456789,王＊明,1990-01-02,99000001A,\"蜉露, \"\"夜光\"\" 工會\",withdraw,\
             2026-03-31,2026-03-31,,部分工時,union;part_time\r\n"
        );
        assert_eq!(lines.count(), 2);
    }

    #[test]
    fn another_csv_reader_gets_the_same_cells() {
        let lines = lines("=\"1,2\"", "a;b, c");
        let mut out = ANSWERS_HEADER.as_bytes().to_vec();
        let room = lines.bound("c,\"1\"", "\"\"\"");
        lines.write_lines(&mut out, "c,\"1\"", "\"\"\"", Item::parse("C0101").unwrap());
        assert!(out.len() - ANSWERS_HEADER.len() <= room);
        let mut reader = csv::Reader::from_reader(&out[..]);
        assert_eq!(reader.headers().unwrap().len(), 14);
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 2);
        assert_eq!(
            (&records[0][0], &records[1][1], &records[0][4]),
            ("c,\"1\"", "\"\"\"", "=\"1,2\"")
        );
        assert_eq!(
            (&records[1][7], &records[1][12]),
            ("蜉露, \"夜光\" 工會", "a;b, c")
        );
    }
}
