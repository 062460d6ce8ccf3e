//! Signs the journal: reads back what is stored, recomputes the tree, and only then makes a checkpoint. *SQL.*

use sqlx::AnyConnection;

use super::{
    checkpoint::Checkpoint,
    fault::JournalError,
    sign::{ADVANCE_ENTRIES_MAX, Advance, Advanced, StoredEntries, check_continues},
    store,
    tiles::partial_tiles,
    tree::tiles_for_consistency,
};
use crate::{
    app::House,
    db::meta,
    error::{Error, Result},
};

/// Signs everything that has been appended; does nothing if the last checkpoint covers it already.
pub async fn sign(house: &House) -> Result<()> {
    while step(house).await? {}
    Ok(())
}

/// Refuses a journal that does not continue the checkpoint noted beside the keyring: it is an old copy or another
/// history, and signing on top of it would make two.
pub async fn check_not_rewound(house: &House, conn: &mut AnyConnection) -> Result<()> {
    let Some(noted) = house.signer.noted(&house.custody)? else {
        return first_note(house, conn).await;
    };
    let stored = signed(house, &mut *conn).await?;
    if noted.origin() != house.signer.origin {
        // A restored journal goes on under its new origin before the first checkpoint of that is noted.
        let succeeded = meta::read(conn, meta::SUCCEEDED).await?;
        return match succeeded.is_some() && succeeded == house.custody.last_checkpoint()? {
            true => Ok(()),
            false => Err(rewound(&noted, &stored)),
        };
    }
    let tiles = tiles_for_consistency(noted.size(), stored.size());
    let tiles = store::load_tiles(conn, &tiles).await?;
    match check_continues(&noted, &stored, &tiles) {
        // Signed and noted are two steps; a crash between them leaves the database one checkpoint ahead, never behind.
        Ok(()) => Ok(()),
        Err(JournalError::Rewound) => Err(rewound(&noted, &stored)),
        Err(error) => Err(Error::journal(error)),
    }
}

fn rewound(noted: &Checkpoint, stored: &Checkpoint) -> Error {
    Error::Operator {
        code: "KEYRING-NEWER",
        sentence: format!(
            "the key directory is newer than the database: it notes a checkpoint over {} journal entries, which the \
             database (signed up to {}) does not continue",
            noted.size(),
            stored.size()
        ),
        remedy: "put back the newest database; if there is none newer, run `mayfly backup restore`: an older copy is never \
                 signed on top of, it goes on under another origin",
    }
}

/// Nothing is noted beside the keyring yet: right before the first checkpoint, and after a crash between the first
/// signature and its note. With more checkpoints the note was there and is gone, and with it the proof of age.
async fn first_note(house: &House, conn: &mut AnyConnection) -> Result<()> {
    match store::checkpoints(&mut *conn, &house.signer.origin).await? {
        0 => Ok(()),
        1 => {
            let first = signed(house, &mut *conn).await?;
            match store::last_checkpoint(conn, &house.signer.origin).await? {
                Some(note) => note_down(house, &note, first.size()),
                None => Ok(()),
            }
        }
        _ => Err(Error::Operator {
            code: "KEY-MISSING",
            sentence:
                "the key directory lacks `last_checkpoint`, which proves that the database is not an old copy"
                    .into(),
            remedy: "put the newest key directory back",
        }),
    }
}

/// The last signed checkpoint, or the beginning.
pub async fn signed(house: &House, conn: &mut AnyConnection) -> Result<Checkpoint> {
    match store::last_checkpoint(conn, &house.signer.origin).await? {
        None => Checkpoint::empty(&house.signer.origin).map_err(Error::journal),
        Some(note) => Checkpoint::open(note.as_bytes(), house.signer.verifier()).map_err(Error::journal),
    }
}

/// A finding that the stored journal is not what was written.
pub fn damaged(what: &str) -> Error {
    Error::Operator {
        code: "JOURNAL-DAMAGED",
        sentence: format!("the journal is damaged: {what}"),
        remedy: "keep the data directory as it is, stop the link (`mayfly stop add link`), and call compliance",
    }
}

/// One checkpoint, over at most [`ADVANCE_ENTRIES_MAX`] entries; tells whether more remain. What is stored is read back
/// and hashed beside the one writer, who then only takes the signed head, if nobody has signed in between.
async fn step(house: &House) -> Result<bool> {
    let mut reader = house.db.reader().await?;
    let size = store::size(&mut reader).await?;
    let last = signed(house, &mut reader).await?;
    let advanced = match last.size() < size {
        true => match advance(&mut reader, &last, size).await {
            // Somebody else signed while it was read, and replaced the tiles.
            Err(_) if signed(house, &mut reader).await?.size() != last.size() => return Ok(true),
            advanced => Some(advanced?),
        },
        false => None,
    };
    drop(reader);
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    check_not_rewound(house, conn).await?;
    let signed = signed(house, conn).await?;
    let Some(advanced) = advanced.filter(|_| signed.size() == last.size()) else {
        if let Some(note) = store::last_checkpoint(conn, &house.signer.origin).await? {
            // A crash may have come between the signature and the note of it.
            note_down(house, &note, signed.size())?;
        }
        return Ok(signed.size() < store::size(conn).await?);
    };
    let covered = advanced.head.size();
    let note = advanced.head.sign(house.signer.key()).map_err(Error::journal)?;
    let head = Checkpoint::open(note.as_bytes(), house.signer.verifier()).map_err(Error::journal)?;
    store::keep_tiles(conn, &advanced.tiles).await?;
    store::insert_checkpoint(conn, &head, &note, house.clock.now()).await?;
    tx.commit().await?;
    note_down(house, &note, covered)?;
    Ok(covered < size)
}

/// Recomputes the tree from what is stored behind the checkpoint `last`, up to `size` at most.
async fn advance(conn: &mut AnyConnection, last: &Checkpoint, size: u64) -> Result<Advanced> {
    let tiles = store::load_tiles(conn, &partial_tiles(last.size())).await?;
    let mut advance = Advance::begin(last, &tiles).map_err(Error::journal)?;
    while advance.next_index() < size {
        let piece = store::piece(conn, advance.next_index())
            .await?
            .ok_or_else(|| damaged("entries are missing"))?;
        if advance.next_index() - last.size() + piece.entry_count > ADVANCE_ENTRIES_MAX {
            break;
        }
        let stored = StoredEntries {
            first_index: piece.first_index,
            body: &piece.body,
            digest: piece.digest,
        };
        advance.take(&stored).map_err(Error::journal)?;
    }
    Ok(advance.finish())
}

/// Notes a signed checkpoint beside the keyring, unless a larger one of the same origin is noted there. One of another
/// origin was succeeded, or [`check_not_rewound`] would not have let anybody sign.
fn note_down(house: &House, note: &str, covered: u64) -> Result<()> {
    let older = |noted: Option<&str>| {
        noted.is_none_or(|text| {
            let noted = house.signer.open_any(text);
            noted.is_ok_and(|noted| noted.origin() != house.signer.origin || noted.size() < covered)
        })
    };
    Ok(house.custody.note_checkpoint_if(note, older)?)
}
