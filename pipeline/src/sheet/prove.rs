//! Writes the proof of a sheet, line by line: what it lists, the acts on it, and the journal's word for both. *SQL.*

use std::{io::Write, ops::Range};

use base64::{Engine, prelude::BASE64_STANDARD};
use sqlx::AnyConnection;

use super::{
    changed,
    content::{self, ActName},
    entries,
    proof::act_line,
    sign::is_content,
    store::{self, Sheet},
};
use crate::{
    app::House,
    error::{Error, Result},
    journal::{act, checkpoint::Checkpoint, signing::damaged, span, store as journal_store, subset},
};

/// Writes the proof of `sheet` to `out`. What was entered about it must be covered by a checkpoint.
///
/// # Errors
/// `SHEET-CHANGED`, `JOURNAL-DAMAGED`, `KEY-*`, `SEAL-*`, `DB-*`, those of the disk.
pub async fn write(
    house: &House,
    conn: &mut AnyConnection,
    sheet: &Sheet,
    out: &mut impl Write,
) -> Result<()> {
    let listed = store::entries(&mut *conn, sheet.number).await?;
    let ranges = entries::parse(&listed)
        .filter(|_| is_content(sheet, &listed))
        .ok_or_else(changed)?;
    let mut text = content::text(&sheet.of(), sheet.queries, &listed);
    let mut known: Vec<_> = ranges.iter().map(|range| range.first..range.last + 1).collect();
    for (name, entry) in acts(sheet) {
        let payload = act::open(house, &mut *conn, entry).await?;
        text.push_str(&act_line(name, entry, payload.as_deref().map(Vec::as_slice)));
        known.push(entry..entry + 1);
    }
    text.push('\n');
    put(out, text.as_bytes())?;
    known.sort_unstable_by_key(|range| range.start);
    for window in windows(&known) {
        let (mut written, mut line) = (Ok(()), Vec::new());
        let mut rest = window;
        let (first, end) = (window[0].start, window[window.len() - 1].end);
        span::by_index(&mut *conn, first, end, |index, entry| {
            while rest.first().is_some_and(|range| range.end <= index) {
                rest = &rest[1..];
            }
            if rest.first().is_none_or(|range| index < range.start) {
                return;
            }
            line.clear();
            line.extend_from_slice(format!("{index} ").as_bytes());
            let spelled = entry.write(&mut line).map_err(Error::journal);
            line.push(b'\n');
            if written.is_ok() {
                written = spelled.and_then(|()| put(out, &line));
            }
        })
        .await?;
        written?;
    }
    let note = journal_store::last_checkpoint(&mut *conn, &house.signer.origin).await?;
    let note = note.ok_or_else(|| damaged("there is no checkpoint"))?;
    let size = Checkpoint::open(note.as_bytes(), house.signer.verifier())
        .map_err(Error::journal)?
        .size();
    if known.last().is_some_and(|range| size < range.end) {
        return Err(damaged("the acts on a sheet are not signed"));
    }
    let needed = subset::tiles_for_subset(&known, size);
    let tiles = journal_store::load_tiles(conn, &needed).await?;
    put(out, b"\n")?;
    for hash in subset::prove(&known, size, &tiles).map_err(Error::journal)? {
        put(out, format!("{}\n", BASE64_STANDARD.encode(hash)).as_bytes())?;
    }
    put(out, format!("\n{note}").as_bytes())
}

/// Ranges that lie near each other, together: the journal is read once there, and not at all in between.
fn windows(known: &[Range<u64>]) -> impl Iterator<Item = &[Range<u64>]> {
    known.chunk_by(|one, other| other.start - one.end < NEAR)
}

/// The acts on a sheet in their order, with their journal indexes.
fn acts(sheet: &Sheet) -> impl Iterator<Item = (ActName, u64)> {
    let marks = [
        (ActName::Make, Some(sheet.make_entry)),
        (ActName::Sign, sheet.signed.as_ref().map(|mark| mark.entry)),
        (ActName::Approve, sheet.approved.as_ref().map(|mark| mark.entry)),
    ];
    marks.into_iter().filter_map(|(act, entry)| Some((act, entry?)))
}

fn put(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes)
        .map_err(Error::io("write the proof of a sheet"))
}

/// Entries between two ranges that are rather read than skipped.
const NEAR: u64 = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_near_is_read_once() {
        let known = [3..5, 7..8, 8 + NEAR..9 + NEAR, 10 + NEAR..11 + NEAR];
        let found: Vec<usize> = windows(&known).map(<[Range<u64>]>::len).collect();
        assert_eq!(found, [2, 2]);
        assert_eq!(windows(&known[..0]).count(), 0);
    }
}
