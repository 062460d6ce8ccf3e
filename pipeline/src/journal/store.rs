//! The journal's tables: entries appended in the transaction of the change they describe, tiles, checkpoints. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    batch::EntryBatch,
    checkpoint::Checkpoint,
    tiles::{Tile, TileHashes},
    tree::TileSet,
};
use crate::{
    db::columns::instant,
    error::{Error, Result},
};

/// A stored piece of the journal.
pub struct Piece {
    /// Index of its first entry.
    pub first_index: u64,
    /// How many entries.
    pub entry_count: u64,
    /// The entries' encoding.
    pub body: Vec<u8>,
    /// Digest of the leaf hashes as the writer computed them.
    pub digest: [u8; 32],
}

/// How many entries there are.
pub async fn size(conn: &mut AnyConnection) -> Result<u64> {
    let row = sqlx::query("SELECT size FROM journal_head WHERE id = 1")
        .fetch_one(conn)
        .await
        .map_err(Error::database("read the journal's size"))?;
    number(&row, 0).map_err(Error::database("read the journal's size"))
}

/// Appends `entries`; returns the index of the first.
pub async fn append(conn: &mut AnyConnection, entries: &EntryBatch) -> Result<u64> {
    let first = size(&mut *conn).await?;
    let (old, count) = (column(first)?, entries.len() as i64);
    sqlx::query(
        "INSERT INTO journal_entries (first_index, entry_count, body, digest) VALUES ($1, $2, $3, $4)",
    )
    .bind(old)
    .bind(count)
    .bind(entries.body().to_vec())
    .bind(entries.digest().to_vec())
    .execute(&mut *conn)
    .await
    .map_err(Error::database("append to the journal"))?;
    let done = sqlx::query(
        "UPDATE journal_head SET size = $1, unsigned_since = COALESCE(unsigned_since, $3) WHERE id = 1 AND size = $2",
    )
        .bind(old + count)
        .bind(old)
        .bind(entries.latest().map(Timestamp::as_microsecond))
        .execute(conn)
        .await
        .map_err(Error::database("append to the journal"))?;
    if done.rows_affected() == 1 {
        Ok(first)
    } else {
        Err(Error::Bug("the journal grew during an append"))
    }
}

/// When the first entry came that no checkpoint covers; `None` while every entry is signed.
pub async fn unsigned_since(conn: &mut AnyConnection) -> Result<Option<Timestamp>> {
    let row = sqlx::query("SELECT unsigned_since FROM journal_head WHERE id = 1")
        .fetch_one(conn)
        .await
        .map_err(Error::database("look for unsigned entries"))?;
    let micros: Option<i64> = row
        .try_get(0)
        .map_err(Error::database("look for unsigned entries"))?;
    micros
        .map(instant)
        .transpose()
        .map_err(Error::database("look for unsigned entries"))
}

/// Notes that a checkpoint covers `covered` entries, at `now`: what came after them has been waiting since then at most.
async fn signed_up_to(conn: &mut AnyConnection, covered: i64, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE journal_head SET unsigned_since = CASE WHEN size > $1 THEN $2 ELSE NULL END WHERE id = 1",
    )
    .bind(covered)
    .bind(now.as_microsecond())
    .execute(conn)
    .await
    .map_err(Error::database("keep a checkpoint"))?;
    Ok(())
}

/// Keeps the sealed payload of entry `index`.
pub async fn insert_payload(
    conn: &mut AnyConnection,
    index: u64,
    at: Timestamp,
    cohort: &str,
    sealed: Vec<u8>,
) -> Result<()> {
    sqlx::query("INSERT INTO journal_payload (entry, entered_at, cohort, sealed) VALUES ($1, $2, $3, $4)")
        .bind(column(index)?)
        .bind(at.as_microsecond())
        .bind(cohort)
        .bind(sealed)
        .execute(conn)
        .await
        .map_err(Error::database("keep a payload"))?;
    Ok(())
}

/// The sealed payload of entry `index`, if it is still kept.
pub async fn payload(conn: &mut AnyConnection, index: u64) -> Result<Option<Vec<u8>>> {
    let row = sqlx::query("SELECT sealed FROM journal_payload WHERE entry = $1")
        .bind(column(index)?)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("read a payload"))?;
    row.map(|row| row.try_get(0).map_err(Error::database("read a payload")))
        .transpose()
}

/// The first checkpoint of `origin` that covers entry `index`, if there is one yet.
pub async fn first_covering(conn: &mut AnyConnection, origin: &str, index: u64) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT note FROM journal_checkpoint WHERE origin = $1 AND size > $2 ORDER BY size LIMIT 1",
    )
    .bind(origin)
    .bind(column(index)?)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a checkpoint"))?;
    row.map(|row| row.try_get(0))
        .transpose()
        .map_err(Error::database("read a checkpoint"))
}

/// The piece that holds entry `index` or begins there, if there is one.
pub async fn piece(conn: &mut AnyConnection, index: u64) -> Result<Option<Piece>> {
    let row = sqlx::query(
        "SELECT first_index, entry_count, body, digest FROM journal_entries
         WHERE first_index <= $1 ORDER BY first_index DESC LIMIT 1",
    )
    .bind(column(index)?)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read the journal"))?;
    let piece = row
        .map(|row| read_piece(&row))
        .transpose()
        .map_err(Error::database("read the journal"))?;
    Ok(piece.filter(|piece| index < piece.first_index + piece.entry_count))
}

/// Keeps tiles; a tile that is there already grows.
pub async fn keep_tiles(conn: &mut AnyConnection, tiles: &[TileHashes]) -> Result<()> {
    for tile in tiles {
        sqlx::query(
            "INSERT INTO journal_tile (tile_level, tile_index, hashes) VALUES ($1, $2, $3)
             ON CONFLICT (tile_level, tile_index) DO UPDATE SET hashes = excluded.hashes",
        )
        .bind(i64::from(tile.tile.level))
        .bind(column(tile.tile.index)?)
        .bind(tile.hashes.concat())
        .execute(&mut *conn)
        .await
        .map_err(Error::database("keep a tile"))?;
    }
    Ok(())
}

/// Loads those of `tiles` that are stored.
pub async fn load_tiles(conn: &mut AnyConnection, tiles: &[Tile]) -> Result<TileSet> {
    let mut set = TileSet::default();
    for tile in tiles {
        let row = sqlx::query("SELECT hashes FROM journal_tile WHERE tile_level = $1 AND tile_index = $2")
            .bind(i64::from(tile.level))
            .bind(column(tile.index)?)
            .fetch_optional(&mut *conn)
            .await
            .map_err(Error::database("read a tile"))?;
        let Some(row) = row else { continue };
        let mut hashes: Vec<u8> = row.try_get(0).map_err(Error::database("read a tile"))?;
        hashes.truncate(usize::from(tile.width) * 32);
        if !set.insert_bytes(tile.level, tile.index, &hashes) {
            return Err(super::signing::damaged(
                "a stored tile is not made of whole hashes",
            ));
        }
    }
    Ok(set)
}

/// The newest checkpoint signed under `origin`.
pub async fn last_checkpoint(conn: &mut AnyConnection, origin: &str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT note FROM journal_checkpoint WHERE origin = $1 ORDER BY size DESC LIMIT 1")
        .bind(origin)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("read a checkpoint"))?;
    row.map(|row| row.try_get(0))
        .transpose()
        .map_err(Error::database("read a checkpoint"))
}

/// The newest checkpoint that was signed under `origin` before `until`.
pub async fn last_before(conn: &mut AnyConnection, origin: &str, until: Timestamp) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT note FROM journal_checkpoint WHERE origin = $1 AND signed_at < $2 ORDER BY size DESC LIMIT 1",
    )
    .bind(origin)
    .bind(until.as_microsecond())
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a checkpoint"))?;
    row.map(|row| row.try_get(0))
        .transpose()
        .map_err(Error::database("read a checkpoint"))
}

/// How many checkpoints were signed under `origin`.
pub async fn checkpoints(conn: &mut AnyConnection, origin: &str) -> Result<u64> {
    let row = sqlx::query("SELECT COUNT(*) FROM journal_checkpoint WHERE origin = $1")
        .bind(origin)
        .fetch_one(conn)
        .await
        .map_err(Error::database("count the checkpoints"))?;
    number(&row, 0).map_err(Error::database("count the checkpoints"))
}

/// Keeps a signed checkpoint.
pub async fn insert_checkpoint(
    conn: &mut AnyConnection,
    head: &Checkpoint,
    note: &str,
    at: Timestamp,
) -> Result<()> {
    let size = column(head.size())?;
    sqlx::query(
        "INSERT INTO journal_checkpoint (origin, size, root, note, signed_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(head.origin())
    .bind(size)
    .bind(head.root().to_vec())
    .bind(note)
    .bind(at.as_microsecond())
    .execute(&mut *conn)
    .await
    .map_err(Error::database("keep a checkpoint"))?;
    signed_up_to(conn, size, at).await
}

fn read_piece(row: &AnyRow) -> std::result::Result<Piece, sqlx::Error> {
    let digest: Vec<u8> = row.try_get(3)?;
    Ok(Piece {
        first_index: number(row, 0)?,
        entry_count: number(row, 1)?,
        body: row.try_get(2)?,
        digest: digest.try_into().map_err(|_| sqlx::Error::RowNotFound)?,
    })
}

fn number(row: &AnyRow, column: usize) -> std::result::Result<u64, sqlx::Error> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| sqlx::Error::RowNotFound)
}

/// A journal's index or size as a column takes it.
///
/// # Errors
/// Only our own mistake.
pub fn column(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Bug("a journal index beyond 2^63"))
}
