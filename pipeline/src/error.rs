//! Everything that can stop a command, grouped by who must act, with code, sentence, remedy and exit code. *SQL.*

use mayfly_retention::RetentionError;

use crate::{intake::FileRefusal, journal::fault::JournalError};

/// The result of every use-case.
pub type Result<T> = std::result::Result<T, Error>;

/// How a command ended, as the shell sees it (one table, `formats.md`).
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// Done, with refusals or findings.
    Findings = 1,
    /// The command line itself is wrong.
    Usage = 2,
    /// The input is unusable; nothing was done.
    Unusable = 65,
    /// A bug.
    Bug = 70,
    /// Not now; nothing is lost, try again after the remedy.
    NotNow = 75,
    /// Not allowed to this person, at this time.
    NotAllowed = 77,
}

/// What stopped a command. `Display` is a sentence without the offending value.
#[derive(thiserror::Error)]
pub enum Error {
    /// The caller's command line.
    #[error("{0}")]
    Usage(String),
    /// The caller's batch or consent file.
    #[error("{}", .0.sentence(mayfly_consent::Language::En))]
    File(FileRefusal),
    /// The caller's input of another kind: a code, a sentence and a remedy.
    #[error("{sentence}")]
    Input {
        /// Stable code.
        code: &'static str,
        /// What is wrong, naming file and line.
        sentence: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The rules say no, for now or for this person.
    #[error("{sentence}")]
    Denied {
        /// Stable code.
        code: &'static str,
        /// What is not allowed.
        sentence: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The operator has to mend something; nothing was lost.
    #[error("{sentence}")]
    Operator {
        /// Stable code.
        code: &'static str,
        /// What is wrong.
        sentence: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Sealing and custody.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The database said something we did not expect; translated, never its own text.
    #[error("the database could not carry out the step \u{201c}{step}\u{201d} ({kind})")]
    Database {
        /// Which of our steps.
        step: &'static str,
        /// The kind of failure, from a closed list.
        kind: &'static str,
    },
    /// A file of the data directory or an output could not be read or written.
    #[error("failed to {action}: {kind}")]
    Io {
        /// What was being done.
        action: String,
        /// The kind of failure.
        kind: std::io::ErrorKind,
    },
    /// Our own mistake: a state that must not occur.
    #[error("internal error: {0}")]
    Bug(&'static str),
}

impl Error {
    /// An I/O failure while doing `action` (a fragment that fits "failed to …").
    pub fn io(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |error| Self::Io {
            action,
            kind: error.kind(),
        }
    }

    /// A database failure during `step`, translated so that no stored value can appear.
    pub fn database(step: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| Self::of_kind(step, database_kind(&error))
    }

    /// The server did not answer in time during `step`.
    pub fn away(step: &'static str) -> Self {
        Self::of_kind(step, AWAY)
    }

    fn of_kind(step: &'static str, kind: &'static str) -> Self {
        match kind {
            "full" => disk_full(),
            "read-only" => read_only(),
            kind => Self::Database { step, kind },
        }
    }

    /// Something about the journal, by who must act.
    pub fn journal(error: JournalError) -> Self {
        use JournalError as J;
        let sentence = format!("failed to {error}");
        match error {
            J::KeyText
            | J::KeyName
            | J::IndexBeyond { .. }
            | J::ProofMalformed
            | J::TargetNotEmpty
            | J::TargetBusy => Self::Input {
                code: "JOURNAL-INPUT",
                sentence,
                remedy: "check the folder, the key or the number that was given",
            },
            J::File { ref source, .. } if source.kind() == std::io::ErrorKind::NotFound => Self::Input {
                code: "JOURNAL-INPUT",
                sentence,
                remedy: "name a folder that `mayfly journal export` wrote",
            },
            J::File { ref source, .. } => Self::Io {
                action: error.to_string(),
                kind: source.kind(),
            },
            J::EntryField { .. } | J::BatchFull | J::TooManyEntries | J::ExportSize { .. } => {
                Self::Bug("a journal entry or export was put together wrongly")
            }
            _ => crate::journal::signing::damaged(&sentence),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "USAGE",
            Self::File(refusal) => refusal.code(),
            Self::Input { code, .. } | Self::Denied { code, .. } | Self::Operator { code, .. } => code,
            Self::Retention(error) => error.code(),
            Self::Database { kind: BUSY, .. } => "DB-BUSY",
            Self::Database {
                kind: AWAY | STANDBY, ..
            } => "DB-AWAY",
            Self::Database { .. } => "DB-FAILED",
            Self::Io { kind, .. } => match kind {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "DISK-FULL",
                std::io::ErrorKind::ReadOnlyFilesystem => "DISK-READ-ONLY",
                std::io::ErrorKind::PermissionDenied => "DISK-DENIED",
                _ => "FILE-IO",
            },
            Self::Bug(_) => "BUG",
        }
    }

    /// What the reader can do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Usage(_) => "see `mayfly --help` or `mayfly COMMAND --help`".into(),
            Self::File(refusal) => refusal.remedy(mayfly_consent::Language::En).into(),
            Self::Input { remedy, .. } | Self::Denied { remedy, .. } | Self::Operator { remedy, .. } => {
                (*remedy).into()
            }
            Self::Retention(error) => error.remedy().into(),
            Self::Database { kind: BUSY, .. } => {
                "another process holds the database; run the command again in a moment".into()
            }
            Self::Database { kind: AWAY, .. } => {
                "start the PostgreSQL server, or mend `database` in mayfly.toml or DATABASE_URL; nothing half-done was kept"
                    .into()
            }
            Self::Database { kind: STANDBY, .. } => {
                "name the server that is written to in `database` of mayfly.toml or DATABASE_URL, or let this one be written; nothing half-done was kept"
                    .into()
            }
            Self::Database { kind: DENIED, .. } => {
                "let the role own the database and its tables (ALTER … OWNER TO), then run the same command again; nothing half-done was kept"
                    .into()
            }
            Self::Database { .. } => "run `mayfly doctor`; nothing half-done was kept".into(),
            Self::Io { kind, .. } => match kind {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    "free space on the disk, then run the same command again".into()
                }
                std::io::ErrorKind::ReadOnlyFilesystem => {
                    "make the folder writable for the account that runs mayfly, then run the same command again".into()
                }
                std::io::ErrorKind::PermissionDenied => {
                    "give the file and its folder to the account that runs mayfly, then run the same command again".into()
                }
                std::io::ErrorKind::NotFound => "check the path, then run the same command again".into(),
                _ => "check the file and the disk, then run the same command again".into(),
            },
            Self::Bug(_) => "keep the data directory as it is and report the sentence above".into(),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::File(_) | Self::Input { .. } => Exit::Unusable,
            Self::Denied { .. } | Self::Retention(RetentionError::KeyDestroyed) => Exit::NotAllowed,
            Self::Operator { .. } | Self::Retention(_) | Self::Database { .. } | Self::Io { .. } => {
                Exit::NotNow
            }
            Self::Bug(_) => Exit::Bug,
        }
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({self})", self.code())
    }
}

/// The data directory's disk has no room.
fn disk_full() -> Error {
    Error::Operator {
        code: "DISK-FULL",
        sentence: "the disk of the data directory is full".into(),
        remedy: "free space on the disk, then run the same command again; nothing half-done was kept",
    }
}

/// The data directory cannot be written.
pub(crate) fn read_only() -> Error {
    Error::Operator {
        code: "DISK-READ-ONLY",
        sentence: "the data directory cannot be written".into(),
        remedy: "make the data directory writable for the account that runs mayfly, then run the same command again",
    }
}

/// Whether the connection itself is what failed, so that another may serve.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    database_kind(error) == AWAY
}

fn database_kind(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Database(inner) => kind_of_code(inner.code().as_deref().unwrap_or("")),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => AWAY,
        sqlx::Error::RowNotFound => "a row is missing",
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "a stored value has another type",
        _ => "connection",
    }
}

/// What an engine's own code means for the operator (SQLite's, extended ones included, and PostgreSQL's).
fn kind_of_code(code: &str) -> &'static str {
    match code {
        "5" | "6" | "261" | "262" | "517" | "773" | "55P03" | "40001" | "40P01" => BUSY,
        "8" | "264" | "520" | "776" | "1032" | "1288" | "1544" => "read-only",
        "13" | "778" | "4874" | "53100" => "full",
        "14" | "1038" | "526" | "270" => "read-only",
        "11" | "26" | "267" | "523" | "XX001" | "XX002" => "damaged",
        "3D000" | "28000" | "28P01" | "53300" | "57P01" | "57P02" | "57P03" => AWAY,
        code if code.starts_with("08") => AWAY,
        "25006" => STANDBY,
        "42501" => DENIED,
        "19" | "2067" | "1555" | "1299" | "23505" => "constraint",
        "" => "unknown",
        _ => "refused by the database",
    }
}

impl From<mayfly_consent::ConsentError> for Error {
    fn from(error: mayfly_consent::ConsentError) -> Self {
        use mayfly_consent::ConsentError as E;
        match error {
            E::FormSyntax { .. }
            | E::FormFieldUnknown { .. }
            | E::FormField { .. }
            | E::FormRecipient { .. }
            | E::FormNotice { .. }
            | E::FormContradicts => Self::Input {
                code: "IMPORT-FORM",
                sentence: format!("failed to {error}"),
                remedy: "mend the form file, then import it again; a registered version never changes: give it a new version",
            },
            E::OutcomeCell { .. } => Self::Input {
                code: "IMPORT-CELL",
                sentence: format!("failed to {error}"),
                remedy: "mend the line, then import the file again; nothing of it was taken",
            },
            E::StateChanged => Self::Operator {
                code: "DB-BUSY",
                sentence: "somebody else changed the consent at the same moment; nothing was done".into(),
                remedy: "run the command again",
            },
            E::Database { act, kind } => {
                // A lost connection has no code of the engine; any other failure ends with it, in brackets.
                if kind == mayfly_consent::BROKEN_CONNECTION {
                    return Self::away(act);
                }
                let code = kind.rsplit('(').next().unwrap_or("").trim_end_matches(')');
                Self::of_kind(act, kind_of_code(code))
            }
            _ => Self::Bug("a stored consent is not what was written"),
        }
    }
}

const BUSY: &str = "busy";
const AWAY: &str = "the server cannot be reached, or does not let us in";
const STANDBY: &str = "the server lets nothing be written: it is a standby, or set to read only";
const DENIED: &str = "the server does not let our role do this";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_told_by_who_must_act() {
        #[track_caller]
        fn check(code: &str, expected: &str) {
            assert_eq!(
                Error::of_kind("try", kind_of_code(code)).code(),
                expected,
                "{code}"
            );
            let act = "try";
            let kind = format!("an error ({code})");
            let of_consents = Error::from(mayfly_consent::ConsentError::Database { act, kind });
            assert_eq!(of_consents.code(), expected, "{code} of the consent store");
        }
        check("25006", "DB-AWAY");
        check("42501", "DB-FAILED");
        check("57P01", "DB-AWAY");
        check("57P02", "DB-AWAY");
        check("1032", "DISK-READ-ONLY");
        let kind = mayfly_consent::BROKEN_CONNECTION.to_owned();
        let lost = Error::from(mayfly_consent::ConsentError::Database { act: "try", kind });
        assert_eq!(lost.code(), "DB-AWAY");
        assert!(is_away(&sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into())));
        assert!(!is_away(&sqlx::Error::RowNotFound));
    }
}
