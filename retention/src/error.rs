//! Says what went wrong with sealed data and keys: a stable code, a sentence, a remedy, and never a value. *Pure.*

use std::io::ErrorKind;

/// Why this crate could not do what it was asked, grouped by who must act.
///
/// `Display` gives a fragment that fits "failed to …". No variant holds a key, a plaintext or a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetentionError {
    // ---- nobody: the ordinary end of what was held -------------------------------------------------------
    /// The cohort's key was destroyed; what it sealed is gone for good (D3).
    #[error("open what was sealed: the key of its cohort was destroyed")]
    KeyDestroyed,

    // ---- the caller --------------------------------------------------------------------------------------
    /// A class, cohort or object name is not in its one canonical form.
    #[error("read a {what} name: it is not in its canonical form")]
    NameMalformed {
        /// Which kind of name.
        what: &'static str,
    },
    /// Retention periods that contradict each other.
    #[error("use a retention window: the reading time must be positive and end before the destroy-by limit")]
    WindowInvalid,
    /// A stated limit of this crate was exceeded.
    #[error("keep {what}: the limit is {limit}")]
    LimitExceeded {
        /// What grew too large.
        what: &'static str,
        /// The limit, in the unit that `what` names.
        limit: u64,
    },
    /// The object names another class, cohort, id or kind than the place it was opened from.
    #[error("open a sealed object: it belongs to another place")]
    PlaceDiffers,
    /// A row ordinal did not rise, which would use a nonce twice.
    #[error("seal a row: its ordinal does not rise")]
    OrdinalNotRising,
    /// No record has this ordinal, or a range ends after the plaintext.
    #[error("read a record: the sealed object does not reach so far")]
    RecordUnknown,
    /// An object of this id is stored already.
    #[error("store a sealed object: one of this id is stored already")]
    ObjectExists,

    // ---- the operator: keys ------------------------------------------------------------------------------
    /// A key file is not there.
    #[error("open the keys: {file} is missing")]
    KeyMissing {
        /// The file's name inside the key directory.
        file: &'static str,
    },
    /// A key file is there, but its content is damaged.
    #[error("open the keys: {file} is damaged")]
    KeyCorrupt {
        /// The file's name inside the key directory.
        file: &'static str,
    },
    /// A key file can be read or written by others than its owner.
    #[error("open the keys: {file} is open to other accounts")]
    KeyPermissions {
        /// The file's name inside the key directory.
        file: &'static str,
    },
    /// The keyring was written by a newer version of this program.
    #[error("open the keys: {file} is of a newer format than this program knows")]
    KeyringNewerFormat {
        /// The file's name inside the key directory.
        file: &'static str,
    },
    /// The keyring was sealed under a root key that no slot holds, because an old copy was put back, or it is of another
    /// key directory.
    #[error(
        "open the keys: the keyring is of another key directory, or under a root key that exists no more"
    )]
    KeyringForeign,
    /// The keys have come less far than somebody has seen them: some are missing, or some that were destroyed are there.
    #[error("open the keys: the keyring is older than what it is to open")]
    KeyringOlder,
    /// Keys are there already.
    #[error("create the keys: the key directory is in use")]
    KeyExists,
    /// The operating system gave no random bytes.
    #[error("draw random bytes from the operating system")]
    RandomnessFailed,

    // ---- the operator: sealed objects --------------------------------------------------------------------
    /// Changed, truncated, extended or reordered bytes.
    #[error("open a sealed object: its bytes were changed or cut short")]
    SealBroken,
    /// The commitment says that another key, or another context, sealed this.
    #[error("open a sealed object: it was sealed under another key")]
    SealKeyDiffers,
    /// The object was written by a newer version of this program.
    #[error("open a sealed object: its format is newer than this program knows")]
    SealNewerFormat,
    /// The vault has no such object.
    #[error("open a sealed object: it is not in the vault")]
    ObjectMissing,

    // ---- the operator: the disk --------------------------------------------------------------------------
    /// No space or quota left.
    #[error("{act}: the disk is full")]
    DiskFull {
        /// What was being done.
        act: &'static str,
    },
    /// The file system is mounted read-only.
    #[error("{act}: the file system is read-only")]
    DiskReadOnly {
        /// What was being done.
        act: &'static str,
    },
    /// The account may not do this.
    #[error("{act}: permission denied")]
    DiskDenied {
        /// What was being done.
        act: &'static str,
    },
    /// The disk did not confirm a write; what is on it is unknown.
    #[error("{act}: the disk did not confirm the write")]
    DiskSyncFailed {
        /// What was being done.
        act: &'static str,
    },
    /// Any other refusal of the file system.
    #[error("{act}: {kind}")]
    DiskFailed {
        /// What was being done.
        act: &'static str,
        /// The kind only: a message of the system could name what it should not.
        kind: ErrorKind,
    },
}

impl RetentionError {
    /// The stable code that people and programs can search for.
    pub fn code(&self) -> &'static str {
        self.code_and_remedy().0
    }

    /// What to do about it, as one imperative sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        self.code_and_remedy().1
    }

    /// Translates an I/O error met while doing `act`, keeping its kind and nothing else.
    pub(crate) fn disk(act: &'static str, error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { act },
            ErrorKind::ReadOnlyFilesystem => Self::DiskReadOnly { act },
            ErrorKind::PermissionDenied => Self::DiskDenied { act },
            kind => Self::DiskFailed { act, kind },
        }
    }

    fn code_and_remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::KeyDestroyed => ("KEY-DESTROYED", "look up the cohort's deletion certificate"),
            Self::NameMalformed { .. } => (
                "NAME-MALFORMED",
                "use the name exactly as this program printed it",
            ),
            Self::WindowInvalid => ("WINDOW-INVALID", "correct the retention hours in the regime file"),
            Self::LimitExceeded { .. } => ("LIMIT-EXCEEDED", "split the input into smaller parts"),
            Self::PlaceDiffers => (
                "SEAL-PLACE",
                "put the file back where it was written, or restore the right one",
            ),
            Self::OrdinalNotRising => (
                "ROW-ORDINAL",
                "seal each row once, in rising order, or start with a new salt",
            ),
            Self::RecordUnknown => ("RECORD-UNKNOWN", "ask for a record the segment has"),
            Self::ObjectExists => ("SEAL-EXISTS", "store the object under a fresh random id"),
            Self::KeyMissing { .. } => (
                "KEY-MISSING",
                "mount the key directory, or run init for an empty data directory",
            ),
            Self::KeyCorrupt { .. } => (
                "KEY-CORRUPT",
                "check the disk under the key directory; damaged keys cannot be rebuilt",
            ),
            Self::KeyPermissions { .. } => (
                "KEY-PERMISSIONS",
                "give the file to the service account and set its mode to 0600",
            ),
            Self::KeyringNewerFormat { .. } => {
                ("KEYRING-NEWER-FORMAT", "run the newer version of this program")
            }
            Self::KeyringForeign => (
                "KEYRING-FOREIGN",
                "do not restore a keyring from a copy; put back the current one",
            ),
            Self::KeyringOlder => (
                "KEYRING-OLDER",
                "put back the newest key directory; keys are never restored from a backup of another day",
            ),
            Self::KeyExists => (
                "KEY-EXISTS",
                "use the existing keys, or name an empty key directory",
            ),
            Self::RandomnessFailed => (
                "RANDOM-FAILED",
                "check that the operating system offers getrandom",
            ),
            Self::SealBroken => (
                "SEAL-BROKEN",
                "check the disk, and restore the file from a copy if one exists",
            ),
            Self::SealKeyDiffers => (
                "SEAL-KEY-DIFFERS",
                "check that the data directory and the key directory belong together",
            ),
            Self::SealNewerFormat => ("SEAL-NEWER-FORMAT", "run the newer version of this program"),
            Self::ObjectMissing => (
                "SEAL-MISSING",
                "check the data directory; restore the file if a copy exists",
            ),
            Self::DiskFull { .. } => ("DISK-FULL", "free space on the disk; nothing was half-written"),
            Self::DiskReadOnly { .. } => ("DISK-READ-ONLY", "mount the file system for writing"),
            Self::DiskDenied { .. } => ("DISK-DENIED", "give the directory to the service account"),
            Self::DiskSyncFailed { .. } => (
                "DISK-SYNC-FAILED",
                "stop the program and check the disk before starting it again",
            ),
            Self::DiskFailed { .. } => ("DISK-FAILED", "check the disk and the path"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn io_errors_become_their_own_codes() {
        let cases = [
            (ErrorKind::StorageFull, "DISK-FULL"),
            (ErrorKind::QuotaExceeded, "DISK-FULL"),
            (ErrorKind::ReadOnlyFilesystem, "DISK-READ-ONLY"),
            (ErrorKind::PermissionDenied, "DISK-DENIED"),
            (ErrorKind::NotFound, "DISK-FAILED"),
        ];
        for (kind, expected) in cases {
            let error = RetentionError::disk("write", &std::io::Error::new(kind, "A123456789"));
            assert_eq!(error.code(), expected);
            assert!(!error.to_string().contains("A123456789"));
            assert!(!error.remedy().is_empty());
        }
    }
}
