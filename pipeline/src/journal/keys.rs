//! The journal's name and signing key, one small file beside the keyring. *Edge.*

use std::{
    fs,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use mayfly_retention::Custody;
use zeroize::Zeroizing;

use super::{
    checkpoint::Checkpoint,
    note::{SigningKey, VerifierKey},
};
use crate::{
    error::{Error, Result},
    ids,
};

/// Who signs checkpoints.
pub struct Signer {
    /// The journal's origin line, which is also the key's name.
    pub origin: String,
    key: SigningKey,
    verifier: VerifierKey,
}

impl Signer {
    /// Makes a new key in the key directory `keys`.
    pub fn create(keys: &Path) -> Result<()> {
        let seed = Zeroizing::new(ids::random::<32>()?);
        let path = keys.join(FILE);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(Error::io("make the journal's signing key"))?;
        file.write_all(seed.as_slice())
            .and_then(|()| file.sync_all())
            .map_err(Error::io("make the journal's signing key"))
    }

    /// Opens the key in the key directory `keys` for the journal `origin`; neither may be open to other accounts.
    pub fn open(keys: &Path, origin: String) -> Result<Self> {
        check_closed(keys, "the key directory", DIRECTORY_MODE)?;
        check_closed(
            &keys.join(FILE),
            "the journal's signing key (`journal.key` in the key directory)",
            "give the file to the service account and set its mode to 0600",
        )?;
        let bytes = fs::read(keys.join(FILE))
            .map(Zeroizing::new)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => missing("is missing"),
                _ => Error::io("read the journal's signing key")(error),
            })?;
        let seed: &[u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| missing("has not 32 bytes"))?;
        let key = SigningKey::from_seed(seed);
        let verifier = key.verifier_key(&origin).map_err(Error::journal)?;
        Ok(Self {
            origin,
            key,
            verifier,
        })
    }

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The key that verifies, as outsiders are given it.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The last checkpoint that is noted beside the keyring; of another origin, if an older database was put back.
    pub fn noted(&self, custody: &Custody) -> Result<Option<Checkpoint>> {
        let note = custody.last_checkpoint()?;
        note.map(|note| self.open_any(&note)).transpose()
    }

    /// Opens a checkpoint that this key signed, under whichever origin it names.
    pub fn open_any(&self, note: &str) -> Result<Checkpoint> {
        let origin = note.lines().next().unwrap_or_default();
        let verifier = self.key.verifier_key(origin).map_err(Error::journal)?;
        Checkpoint::open(note.as_bytes(), &verifier).map_err(Error::journal)
    }
}

/// Refuses a path, called `what`, that other accounts may read, write or look into; one that is not there is not judged.
pub fn check_closed(path: &Path, what: &str, remedy: &'static str) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Err(Error::Operator {
            code: "KEY-PERMISSIONS",
            sentence: format!("{what} is open to other accounts"),
            remedy,
        }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(format!("look at {what}"))(error)),
    }
}

fn missing(what: &str) -> Error {
    Error::Operator {
        code: "KEY-MISSING",
        sentence: format!("the journal's signing key (`{FILE}` in the key directory) {what}"),
        remedy: "put the key file back from where your keys are kept; without it nothing can be signed",
    }
}

/// What to do about a directory that is open to others.
pub const DIRECTORY_MODE: &str = "give the directory to the service account and set its mode to 0700";

const FILE: &str = "journal.key";
