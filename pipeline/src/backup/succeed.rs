//! Lets a journal that was set back go on under a new origin that names the last checkpoint of the old one. *SQL.*
//!
//! The old origin ends with the checkpoint beside the keyring: nobody ever signs a second history under its name. The new
//! one begins with the entries that the database still has, so that every number that names an entry stays right, and its
//! first own entry says from where and to where the gap is.

use serde::Serialize;

use crate::{
    access::stop::{self, Target},
    app::House,
    db::meta,
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        archive,
        checkpoint::Checkpoint,
        entry::Kind,
        signing, store,
    },
};

/// How a journal goes on.
#[derive(Serialize)]
pub struct Succession {
    /// The origin that has ended.
    pub old_origin: String,
    /// How many entries its last checkpoint covers.
    pub old_entries: u64,
    /// How many of them the database still has.
    pub kept_entries: u64,
    /// The origin under which it goes on.
    pub new_origin: String,
    /// The stop of the link that was placed.
    pub stop: i64,
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Entered<'a> {
    old_origin: &'a str,
    old_checkpoint: &'a str,
    kept_entries: u64,
    new_origin: &'a str,
}

/// Lets the journal of `house` go on under a new origin, if it does not continue the checkpoint beside the keyring; stops
/// the link, because nobody knows any more what was asked, stopped or withdrawn in the gap.
///
/// # Errors
/// `JOURNAL-DAMAGED` if what was put back is not what was signed; `DB-*`.
pub(super) async fn succeed(house: &House) -> Result<Option<Succession>> {
    let mut reader = house.db.reader().await?;
    match signing::check_not_rewound(house, &mut reader).await {
        Ok(()) => return Ok(None),
        Err(error) if error.code() == "KEYRING-NEWER" => {}
        Err(error) => return Err(error),
    }
    let verified = archive::verify(house).await?;
    if let Some(finding) = verified.findings.first() {
        return Err(signing::damaged(finding));
    }
    let note = house.custody.last_checkpoint()?;
    let note = note.ok_or(Error::Bug("a journal was set back behind no checkpoint"))?;
    let noted = house.signer.open_any(&note)?;
    let (suffix, origin) = successor(&noted);
    let kept = store::size(&mut reader).await?;
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    meta::write(&mut *conn, meta::ORIGIN, &origin).await?;
    meta::write(&mut *conn, meta::SUCCEEDED, &note).await?;
    let entered = Entered {
        old_origin: noted.origin(),
        old_checkpoint: &note,
        kept_entries: kept,
        new_origin: &origin,
    };
    let act = Act {
        kind: Kind::CheckpointGap,
        member: "",
        reference: &suffix,
    };
    act::enter(house, &mut *conn, &act, &entered, now).await?;
    let stop = stop::place(&mut *conn, &Target::Link, REASON, "restore", now).await?;
    meta::registers_changed(&mut *conn).await?;
    let reference = format!("stop:{stop}");
    let act = Act {
        kind: Kind::Stop,
        member: "",
        reference: &reference,
    };
    act::enter(house, conn, &act, &("link", REASON, "restore"), now).await?;
    tx.commit().await?;
    Ok(Some(Succession {
        old_origin: noted.origin().to_owned(),
        old_entries: noted.size(),
        kept_entries: kept,
        new_origin: origin,
        stop,
    }))
}

/// The origin after `noted`, and its last part: what there was, with size and beginning of the root of that checkpoint.
fn successor(noted: &Checkpoint) -> (String, String) {
    let suffix = format!("after-{}-{}", noted.size(), ids::hex(&noted.root()[..8]));
    let name = noted.origin();
    let first = name.split("/after-").next().unwrap_or(name);
    (suffix.clone(), format!("{first}/{suffix}"))
}

const REASON: &str = "restored from a backup: what was asked, stopped or withdrawn since is not known here";
