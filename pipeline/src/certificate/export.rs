//! Certificates as files: one each, with the public key and a page that says how to check them without us. *Edge.*

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

use mayfly_retention::certificate::State;

use super::{
    stored::{self, Stored},
    told::newest,
};
use crate::{
    access::people::Holder,
    app::House,
    error::{Error, Result},
    input,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    output::name_new,
};

/// Writes every certificate to `folder`, which may hold those of an earlier export; returns how many there are. The export
/// is entered in the journal first, with `by` who is signed in, if it is for somebody.
///
/// # Errors
/// `CERTIFICATE-EXPORT` when a file of that name says something else: what may be evidence is never overwritten; or when the
/// folder is none, or lies in the data directory.
pub async fn export(house: &House, folder: &Path, by: Option<&Holder>) -> Result<usize> {
    if let Some(why) = input::unfit_for_export(folder, &house.dir) {
        return Err(unfit(why.into()));
    }
    let mut tx = house.db.begin().await?;
    let certificates = stored::all(tx.connection()).await?;
    let act = Act {
        kind: Kind::Export,
        member: by.map_or("", |by| &by.at),
        reference: "certificates",
    };
    let (count, now) = (certificates.len(), house.clock.now());
    match by {
        Some(by) => act::enter(house, tx.connection(), &act, &(&by.account, count), now).await?,
        None => act::enter(house, tx.connection(), &act, &count, now).await?,
    };
    tx.commit().await?;
    journal::signing::sign(house).await?;
    write(house, &certificates, folder)?;
    Ok(certificates.len())
}

/// The newest certificate of the cohort that is called `name`, and the name of its file, for `by` who is signed in; entered in the
/// journal first.
///
/// # Errors
/// `CERTIFICATE-UNKNOWN`.
pub async fn one(house: &House, name: &str, by: &Holder) -> Result<(String, Stored)> {
    let mut tx = house.db.begin().await?;
    let stored = newest(tx.connection(), name).await?;
    let file = file_name(&stored);
    let act = Act {
        kind: Kind::Export,
        member: &by.at,
        reference: "certificates",
    };
    let entered = (&by.account, &file);
    act::enter(house, tx.connection(), &act, &entered, house.clock.now()).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok((file, stored))
}

/// Writes the files of `certificates` to `folder`, for whoever has entered that in the journal.
///
/// # Errors
/// `CERTIFICATE-EXPORT` when a file of that name says something else; those of the disk.
pub fn write(house: &House, certificates: &[Stored], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("make the folder of the export"))?;
    for stored in certificates {
        put(&folder.join(file_name(stored)), &stored.note)?;
    }
    put(
        &folder.join("verifier-key"),
        &format!("{}\n", house.signer.verifier().text()),
    )?;
    put(&folder.join("README"), GUIDE)
}

/// The name of a certificate's file.
fn file_name(stored: &Stored) -> String {
    let facts = &stored.certificate.facts;
    match facts.state {
        State::Erased => format!("{}.certificate", facts.cohort),
        State::Deleted => format!("{}.deleted.certificate", facts.cohort),
    }
}

/// Writes a file that is not there, and leaves one that says the same.
fn put(path: &Path, text: &str) -> Result<()> {
    match fs::read(path) {
        Ok(there) if there == text.as_bytes() => return Ok(()),
        Ok(_) => return Err(taken()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("look into the folder of the export")(error)),
    }
    // Whole or not at all: a file that was cut off would be in the way of the next export.
    let new = path.with_extension("new");
    let named = File::create(&new)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| name_new(&new, path));
    named.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => taken(),
        _ => Error::io("write a certificate")(error),
    })
}

fn taken() -> Error {
    unfit(
        "the folder holds a file of that name with other content; it may be evidence and was left as it is"
            .into(),
    )
}

fn unfit(sentence: String) -> Error {
    Error::Input {
        code: "CERTIFICATE-EXPORT",
        sentence,
        remedy: "name a new folder outside the data directory",
    }
}

const GUIDE: &str = include_str!("export.txt");
