//! Responsible for cutting a stream of bytes into CSV records (RFC 4180) within fixed buffers, whatever the bytes are. *Pure.*

use csv_core::ReadRecordResult;
use zeroize::Zeroizing;

/// What one input may hold at most. Every value is a parameter; the default is the documented one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record after unquoting; a longer one is reported as [`Cut::TooLong`] and skipped.
    pub record_bytes: usize,
    /// Fields of one record, at most 64; one with more is reported as [`Cut::TooManyFields`] and skipped.
    pub fields: usize,
    /// Rows of one file, the header not counted.
    pub rows: u32,
    /// Bytes of one file.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 64 << 10,
            fields: MAX_FIELDS,
            rows: 2_000_000,
            file_bytes: 4 << 30,
        }
    }
}

/// The most fields [`Limits::fields`] can allow: one bit of a `u64` each.
pub(super) const MAX_FIELDS: usize = 64;

/// The unquoted fields of one record, lying in the cutter's own buffer.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    /// How many fields there are; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// All fields, one after the other, without anything between them.
    #[must_use]
    pub fn joined(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where each field ends within [`Self::joined`].
    #[must_use]
    pub fn ends(&self) -> &'a [usize] {
        self.ends
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        self.ends.iter().scan(0, move |start, &end| {
            let field = &bytes[*start..end];
            *start = end;
            Some(field)
        })
    }
}

/// One whole record, as far as the limits let it be kept.
#[derive(Clone, Copy)]
pub enum Cut<'a> {
    /// The record's fields.
    Fields(Fields<'a>),
    /// More bytes than [`Limits::record_bytes`]: skipped, its fields are gone.
    TooLong,
    /// More fields than [`Limits::fields`]: skipped, its fields are gone.
    TooManyFields,
}

/// What a piece of input came to.
pub(super) enum Step {
    /// All of the piece is consumed and no record has ended yet.
    More,
    /// A record has ended; ask [`Cutter::record`] for it.
    Record,
    /// Only from [`Cutter::finish`]: there is nothing left.
    End,
    /// Only from [`Cutter::finish`]: the input ended inside a quoted field.
    OpenQuote,
}

/// What [`Cutter::skip_plain`] passed over.
pub(super) struct Plain {
    pub(super) bytes: usize,
    pub(super) records: u32,
}

/// The record cutter: csv-core's automaton with one bounded output buffer.
///
/// Lines end with LF, CRLF or a lone CR, in any mixture; lines without a single byte are no records. A quote opens
/// a quoted field only as the first byte of the field, as in RFC 4180; elsewhere it is an ordinary byte.
pub(super) struct Cutter {
    core: csv_core::Reader,
    output: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
    written: usize,
    fields: usize,
    skip: Option<Skip>,
    done: bool,
}

#[derive(Clone, Copy)]
enum Skip {
    TooLong,
    TooManyFields,
}

impl Cutter {
    /// A cutter for one input, which must come without its byte order mark.
    pub(super) fn new(limits: &Limits) -> Self {
        let mut core = csv_core::Reader::new();
        // csv-core takes a byte order mark off the first bytes it ever sees. Ours is off already, and a second one
        // is content: an empty line, which is no record, uses that first time up.
        core.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            core,
            // One slot more than allowed, so that a full buffer means "over the limit".
            output: Zeroizing::new(vec![0; limits.record_bytes + 1]),
            ends: vec![0; limits.fields.min(MAX_FIELDS) + 1],
            written: 0,
            fields: 0,
            skip: None,
            done: false,
        }
    }

    /// Reads on in `input` until a record ends or the input does; returns the bytes consumed.
    pub(super) fn feed(&mut self, input: &[u8]) -> (usize, Step) {
        self.start_next();
        let mut consumed = 0;
        while consumed < input.len() {
            let (result, read, wrote, ended) = if self.skip.is_some() {
                self.core
                    .read_record(&input[consumed..], &mut self.output, &mut self.ends)
            } else {
                let (output, ends) = (&mut self.output[self.written..], &mut self.ends[self.fields..]);
                self.core.read_record(&input[consumed..], output, ends)
            };
            consumed += read;
            if self.skip.is_none() {
                self.written += wrote;
                self.fields += ended;
                self.check_limits();
            }
            if matches!(result, ReadRecordResult::Record) {
                self.done = true;
                return (consumed, Step::Record);
            }
        }
        (consumed, Step::More)
    }

    /// Says that the input has ended: the last record (call again), the end, or a quote that nobody closed.
    pub(super) fn finish(&mut self) -> Step {
        if let (_, Step::Record) = self.feed(b"\n") {
            return Step::Record;
        }
        // A line end closes every record except one that is inside quotes.
        match self.core.read_record(b"", &mut [0], &mut [0]).0 {
            ReadRecordResult::End => Step::End,
            _ => Step::OpenQuote,
        }
    }

    /// Counts whole records at the front of `input` without cutting them, as far as no quote is in sight. Only
    /// between two records; what it stops before is for [`Self::feed`].
    pub(super) fn skip_plain(&self, input: &[u8]) -> Plain {
        let quote_free = input
            .chunks(1024)
            .take_while(|piece| !piece.contains(&b'"'))
            .map(<[u8]>::len)
            .sum();
        let bytes = input[..quote_free]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |last| last + 1);
        let whole = &input[..bytes];
        let followers = whole.iter().skip(1);
        let records = whole
            .iter()
            .zip(followers)
            .map(|(&a, &b)| u32::from(!ends_line(a) & ends_line(b)))
            .sum();
        Plain { bytes, records }
    }

    /// The record that [`Self::feed`] or [`Self::finish`] announced last.
    pub(super) fn record(&self) -> Cut<'_> {
        match self.skip {
            Some(Skip::TooLong) => Cut::TooLong,
            Some(Skip::TooManyFields) => Cut::TooManyFields,
            None => Cut::Fields(Fields {
                bytes: &self.output[..self.written],
                ends: &self.ends[..self.fields],
            }),
        }
    }

    /// Whether the record that is being read is over a limit already.
    pub(super) fn skips(&self) -> bool {
        self.skip.is_some()
    }

    fn start_next(&mut self) {
        if self.done {
            (self.written, self.fields, self.skip, self.done) = (0, 0, None, false);
        }
    }

    fn check_limits(&mut self) {
        if self.written == self.output.len() {
            self.skip = Some(Skip::TooLong);
        } else if self.fields == self.ends.len() {
            self.skip = Some(Skip::TooManyFields);
        }
    }
}

fn ends_line(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'\r')
}
