//! The journal for outsiders: a folder, one query's proof, and a check of everything that is stored. *SQL.*

use std::path::Path;

use serde::Serialize;

use super::{
    batch::{digest, entries},
    checkpoint::Checkpoint,
    export::Export,
    frontier::Frontier,
    merkle::hash_leaf,
    proof, signing, store,
    tiles::TileHashes,
    tree::tiles_for_inclusion,
};
use crate::{
    app::House,
    batch::{chunks, requests},
    error::{Error, Result},
    input,
    provider::QueryId,
};

/// What a check of the stored journal found.
#[derive(Serialize)]
pub struct Verified {
    /// Entries that are stored.
    pub entries: u64,
    /// Entries that the last checkpoint covers.
    pub signed: u64,
    /// What does not hold; empty if all does.
    pub findings: Vec<String>,
    /// The key that verifies, in the form stock tools take.
    pub key: String,
}

/// Reads the whole stored journal again and compares it with what was signed.
pub async fn verify(house: &House) -> Result<Verified> {
    let mut reader = house.db.reader().await?;
    // What is signed first: entries only ever come on top of it.
    let signed = signing::signed(house, &mut reader).await?;
    let size = store::size(&mut reader).await?;
    let mut found = Verified {
        entries: size,
        signed: signed.size(),
        findings: vec![],
        key: house.signer.verifier().text(),
    };
    let mut frontier = Frontier::default();
    let mut signed_root = (signed.size() == 0).then(|| frontier.root());
    while frontier.size() < size {
        let Some(piece) = store::piece(&mut reader, frontier.size()).await? else {
            found.findings.push(format!(
                "entry {}: it and what follows is missing",
                frontier.size()
            ));
            break;
        };
        let leaves: Option<Vec<_>> = entries(&piece.body)
            .map(|line| line.ok().map(hash_leaf))
            .collect();
        let intact = leaves
            .filter(|leaves| leaves.len() as u64 == piece.entry_count && digest(leaves) == piece.digest);
        let Some(leaves) = intact.filter(|_| piece.first_index == frontier.size()) else {
            found.findings.push(format!(
                "entries from {} on are not what was written",
                piece.first_index
            ));
            break;
        };
        let mut tiles = Vec::new();
        for leaf in leaves {
            tiles.extend(frontier.append(leaf));
            if frontier.size() == signed.size() {
                signed_root = Some(frontier.root());
                tiles.extend(frontier.partial_tiles());
                compare(&mut reader, &tiles, &mut found.findings).await?;
            }
        }
        if frontier.size() < signed.size() {
            compare(&mut reader, &tiles, &mut found.findings).await?;
        }
    }
    match signed_root {
        Some(root) if root == *signed.root() => {}
        Some(_) => found
            .findings
            .push("the entries do not give the signed root".into()),
        None => found
            .findings
            .push("there are fewer entries than were signed".into()),
    }
    Ok(found)
}

/// Holds stored tiles against those the entries give; from them alone the journal goes on.
async fn compare(
    conn: &mut sqlx::AnyConnection,
    tiles: &[TileHashes],
    findings: &mut Vec<String>,
) -> Result<()> {
    for tile in tiles {
        let stored = store::load_tiles(&mut *conn, &[tile.tile]).await?;
        if stored.hashes(tile.tile.level, tile.tile.index) != tile.hashes {
            findings.push(format!(
                "{}: the stored hashes are not those of the entries",
                tile.tile.path()
            ));
        }
    }
    Ok(())
}

/// Refuses a folder that nothing can be exported to: what lies in the data directory would stop the next start.
///
/// # Errors
/// `JOURNAL-INPUT`.
pub fn check_target(house: &House, target: &Path) -> Result<()> {
    input::unfit_for_export(target, &house.dir).map_or(Ok(()), |why| {
        Err(Error::Input {
            code: "JOURNAL-INPUT",
            sentence: why.into(),
            remedy: "name a new folder outside the data directory",
        })
    })
}

/// Exports the journal to the folder `target`; returns how many entries.
///
/// # Errors
/// `JOURNAL-INPUT` when the folder is none, is not empty, or lies in the data directory; those of the database and the disk.
pub async fn export(house: &House, target: &Path) -> Result<u64> {
    check_target(house, target)?;
    signing::sign(house).await?;
    let mut reader = house.db.reader().await?;
    let note = store::last_checkpoint(&mut reader, &house.signer.origin)
        .await?
        .ok_or_else(empty)?;
    let size = Checkpoint::open(note.as_bytes(), house.signer.verifier())
        .map_err(Error::journal)?
        .size();
    let mut export = Export::begin(target, &note, house.signer.verifier()).map_err(Error::journal)?;
    let mut next = 0;
    while next < size {
        let piece = store::piece(&mut reader, next)
            .await?
            .ok_or_else(|| signing::damaged("entries are missing"))?;
        export.append(&piece.body).map_err(Error::journal)?;
        next = piece.first_index + piece.entry_count;
    }
    export.finish().map_err(Error::journal)?;
    Ok(size)
}

/// The proof that the query (or the entry) `which` is in the journal: a C2SP tlog-proof.
pub async fn prove(house: &House, which: &str) -> Result<String> {
    signing::sign(house).await?;
    let mut reader = house.db.reader().await?;
    let index = match which.parse::<u64>() {
        Ok(index) => index,
        Err(_) => index_of(&mut reader, which).await?,
    };
    let note = store::last_checkpoint(&mut reader, &house.signer.origin)
        .await?
        .ok_or_else(empty)?;
    let size = Checkpoint::open(note.as_bytes(), house.signer.verifier())
        .map_err(Error::journal)?
        .size();
    if index >= size {
        return Err(unknown());
    }
    let piece = store::piece(&mut reader, index).await?.ok_or_else(unknown)?;
    let place = usize::try_from(index - piece.first_index).map_err(|_| unknown())?;
    let line = entries(&piece.body)
        .nth(place)
        .and_then(|line| line.ok())
        .ok_or_else(unknown)?;
    let tiles = store::load_tiles(&mut reader, &tiles_for_inclusion(index, size)).await?;
    proof::write(line, index, &note, house.signer.verifier(), &tiles).map_err(Error::journal)
}

async fn index_of(conn: &mut sqlx::AnyConnection, query: &str) -> Result<u64> {
    let id = QueryId::parse(query).ok_or_else(unknown)?;
    let tag = i64::try_from(id.chunk()).map_err(|_| unknown())?;
    let chunk = chunks::by_tag(&mut *conn, tag).await?.ok_or_else(unknown)?;
    if i64::from(id.ordinal()) >= chunk.row_count {
        return Err(unknown());
    }
    let line = chunk.first_line + i64::from(id.ordinal());
    let request = requests::of_chunk(conn, &chunk)
        .await?
        .into_iter()
        .find(|request| request.line == line)
        .ok_or_else(unknown)?;
    request
        .entry
        .and_then(|entry| u64::try_from(entry).ok())
        .ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::Input {
        code: "JOURNAL-UNKNOWN",
        sentence: "the journal has no such query or entry".into(),
        remedy: "give a query id as in a results file (7f3a9c0d5e1b2a48-0017) or the number of an entry",
    }
}

fn empty() -> Error {
    Error::Input {
        code: "JOURNAL-EMPTY",
        sentence: "the journal has no entry yet".into(),
        remedy: "do something first, for example `mayfly member import`",
    }
}
