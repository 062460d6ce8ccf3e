//! The signed journal piece by piece, as C2SP tlog-tiles serves it: checkpoint, tiles, bundles of entries. *SQL.*

use sqlx::AnyConnection;

use super::{
    batch::entries,
    checkpoint::Checkpoint,
    signing, store,
    tiles::{Resource, TILE_WIDTH, Tile, hashes_of_level},
};
use crate::{
    app::House,
    error::{Error, Result},
};

/// The newest signed checkpoint, a note; `None` before the first.
pub async fn note(house: &House) -> Result<Option<String>> {
    store::last_checkpoint(&mut *house.db.reader().await?, &house.signer.origin).await
}

/// The bytes of `resource`; `None` if the signed journal does not reach so far. A partial one is served as long as it is asked for.
///
/// # Errors
/// `JOURNAL-DAMAGED`; `DB-*`.
pub async fn resource(house: &House, resource: Resource) -> Result<Option<Vec<u8>>> {
    let mut reader = house.db.reader().await?;
    let note = store::last_checkpoint(&mut reader, &house.signer.origin).await?;
    let Some(note) = note else { return Ok(None) };
    let signed = Checkpoint::open(note.as_bytes(), house.signer.verifier()).map_err(Error::journal)?;
    let (Resource::Tile(tile) | Resource::Bundle(tile)) = resource;
    let end = (tile.index.checked_mul(TILE_WIDTH)).and_then(|first| first.checked_add(tile.width.into()));
    if end.is_none_or(|end| end > hashes_of_level(signed.size(), tile.level)) {
        return Ok(None);
    }
    match resource {
        Resource::Tile(tile) => {
            let stored = store::load_tiles(&mut reader, &[tile]).await?;
            let hashes = stored.hashes(tile.level, tile.index);
            if hashes.len() < usize::from(tile.width) {
                return Err(signing::damaged("a tile is missing"));
            }
            Ok(Some(hashes.as_flattened().to_vec()))
        }
        Resource::Bundle(tile) => bundle(&mut reader, tile).await.map(Some),
    }
}

async fn bundle(conn: &mut AnyConnection, tile: Tile) -> Result<Vec<u8>> {
    let first = tile.index * TILE_WIDTH;
    let end = first + u64::from(tile.width);
    let (mut bytes, mut next) = (Vec::new(), first);
    while next < end {
        let piece = store::piece(&mut *conn, next).await?;
        let piece = piece.ok_or_else(|| signing::damaged("entries are missing"))?;
        for (index, line) in (piece.first_index..end).zip(entries(&piece.body)) {
            let line = line.map_err(|_| signing::damaged("an entry is cut off"))?;
            if index >= next {
                bytes.extend_from_slice(&(line.len() as u16).to_be_bytes());
                bytes.extend_from_slice(line);
            }
        }
        next = piece.first_index + piece.entry_count;
    }
    Ok(bytes)
}
