//! What every exchange file has in common: a header, a trailer with count and hash, and lines of known widths. *Pure.*

use jiff::{Timestamp, civil::Date, tz};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    super::digits::roc,
    fault::FileFault,
    layout::{HEADER, TRAILER},
};
use crate::ids::hex;

/// Which way a file goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From us to the provider.
    Request,
    /// Back.
    Reply,
}

/// What the first line of a file says.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Institution code of the member whose chunk it is.
    pub member: [u8; 3],
    /// When the file was made, to the minute.
    pub made_at: Timestamp,
    /// The tag of the chunk's query ids.
    pub tag: u64,
    /// Whether it is a trial with invented persons.
    pub trial: bool,
    /// Which reply it is; 0 in a request.
    pub number: u8,
    /// A keyed value of the file number that a reply must carry back: who never saw the request cannot know it, and
    /// whoever sees only the file's SHA-256 cannot guess what was in it (D17).
    pub token: [u8; 16],
}

/// A file whose header, trailer, count and hash agree.
pub(super) struct Frame<'b> {
    pub(super) header: Header,
    /// Its lines between the two, without their line ends.
    pub(super) lines: Vec<&'b [u8]>,
}

/// Begins a file with room for `bytes` of records; a buffer that grew would leave unscrubbed copies.
pub(super) fn begin(way: Way, header: &Header, bytes: usize) -> Zeroizing<Vec<u8>> {
    let whole = HEADER.width() + TRAILER.width() + 2 * LINE_END.len() + bytes;
    let mut out = Zeroizing::new(Vec::with_capacity(whole));
    let (date, time) = written(header.made_at);
    HEADER.write(
        &mut out,
        [
            way.id(),
            std::str::from_utf8(&header.member).unwrap_or_default(),
            &date,
            &time,
            &format!("{:016x}", header.tag),
            if header.trial { TRIAL } else { PRODUCTION },
            &format!("{:02}", header.number),
            &hex(&header.token),
        ],
    );
    out
}

/// Ends a file of `count` lines. The hash is over everything before it, the rest of the trailer included.
pub(super) fn end(out: &mut Vec<u8>, count: usize, made_at: Timestamp) {
    let (date, time) = written(made_at);
    end_as(out, count, &date, &time);
}

/// As [`end`], whatever the count, the date and the time are.
pub(super) fn end_as(out: &mut Vec<u8>, count: usize, date: &str, time: &str) {
    let count = format!("{count:08}");
    let mut hash = Sha256::new_with_prefix(&*out);
    for part in [MARK, &count, date, time] {
        hash.update(part);
    }
    TRAILER.write(out, [MARK, &count, date, time, &hex(&hash.finalize())]);
}

impl<'b> Frame<'b> {
    /// Opens a file; `width` tells how long a line that begins with these six bytes is.
    pub(super) fn open(
        way: Way,
        bytes: &'b [u8],
        width: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<Self, FileFault> {
        let id = way.id().as_bytes();
        let seen = bytes.len().min(id.len());
        if bytes[..seen] != id[..seen] {
            return Err(FileFault::Header);
        }
        let (first, rest) = line(bytes, HEADER.width()).ok_or(FileFault::Cut)?;
        let trailer_at = rest
            .len()
            .checked_sub(TRAILER.width() + LINE_END.len())
            .ok_or(FileFault::Cut)?;
        let (mut rest, last) = rest.split_at(trailer_at);
        let count = declared(bytes, last)?;
        let header = Header::read(first).ok_or(FileFault::Header)?;
        let mut lines = Vec::new();
        while !rest.is_empty() {
            let table = rest.get(..TABLE_BYTES).ok_or(FileFault::Record)?;
            let width = width(table).ok_or(FileFault::Record)?;
            let (found, after) = line(rest, width).ok_or(FileFault::Record)?;
            lines.push(found);
            rest = after;
        }
        if lines.len() != count {
            return Err(FileFault::Count);
        }
        Ok(Self { header, lines })
    }
}

/// The count of the trailer `last`, when its hash holds for the file.
fn declared(bytes: &[u8], last: &[u8]) -> Result<usize, FileFault> {
    let (last, _) = line(last, TRAILER.width()).ok_or(FileFault::Cut)?;
    let [mark, count, date, time, sha256] = TRAILER.read(last).ok_or(FileFault::Cut)?;
    if mark != MARK.as_bytes() {
        return Err(FileFault::Cut);
    }
    let hashed = bytes.len() - LINE_END.len() - sha256.len();
    if hex(&Sha256::digest(&bytes[..hashed])).as_bytes() != sha256 {
        return Err(FileFault::Hash);
    }
    instant(date, time).ok_or(FileFault::Record)?;
    decimal(count).ok_or(FileFault::Record)
}

impl Header {
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let [_, member, date, time, tag, environment, number, token] = HEADER.read(line)?;
        let token = unhex(token)?.try_into().ok()?;
        let tag: [u8; 8] = unhex(tag)?.try_into().ok()?;
        let trial = match environment {
            b"T" => true,
            b"P" => false,
            _ => return None,
        };
        Some(Self {
            member: member.try_into().ok()?,
            made_at: instant(date, time)?,
            tag: u64::from_be_bytes(tag),
            trial,
            number: u8::try_from(decimal(number)?).ok()?,
            token,
        })
    }
}

impl Way {
    fn id(self) -> &'static str {
        match self {
            Self::Request => "MAYFLY-INQ-L01-V1-",
            Self::Reply => "MAYFLY-RPL-L01-V1-",
        }
    }
}

/// The bytes of a number in decimal; digits only.
pub(super) fn decimal(digits: &[u8]) -> Option<usize> {
    digits.iter().try_fold(0_usize, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum.checked_mul(10)?.checked_add(usize::from(byte - b'0')))?
    })
}

/// Cuts the next line of `width` bytes off, if it ends where it must.
fn line(bytes: &[u8], width: usize) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at_checked(width)?;
    Some((line, rest.strip_prefix(LINE_END)?))
}

/// ROC date and HHMM in Taipei.
fn written(at: Timestamp) -> (String, String) {
    let local = tz::offset(TAIPEI_HOURS).to_datetime(at);
    let time = format!("{:02}{:02}", local.hour(), local.minute());
    (roc(local.date()).as_str().to_owned(), time)
}

fn instant(date: &[u8], time: &[u8]) -> Option<Timestamp> {
    let date: Date = super::super::digits::parse_date(std::str::from_utf8(date).ok()?)?;
    let time = decimal(time)?;
    let (hour, minute) = (i8::try_from(time / 100).ok()?, (time % 100) as i8);
    let local = date.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?);
    tz::offset(TAIPEI_HOURS).to_timestamp(local).ok()
}

/// Lower-case hexadecimal only.
fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        })
        .collect()
}

const LINE_END: &[u8] = b"\r\n";
const MARK: &str = "TRLR";
const TRIAL: &str = "T";
const PRODUCTION: &str = "P";
const TABLE_BYTES: usize = 6;
/// UTC+8, without daylight saving since 1979.
const TAIPEI_HOURS: i8 = 8;
