//! What can keep the journal from being written, signed, proven or exported, without any value in it. *Pure.*

use super::tiles::Tile;

/// The result of journal work.
pub type Result<T> = std::result::Result<T, JournalError>;

/// Why journal work stopped. `Display` is a fragment that fits "failed to …" and never holds an entry's content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The caller: a field of a new entry is not of the permitted form.
    #[error("write a journal entry: its field `{field}` is not of the permitted form")]
    EntryField {
        /// The field's name in the entry.
        field: &'static str,
    },
    /// The caller: the batch has [`super::batch::BATCH_ENTRIES_MAX`] entries.
    #[error("write a journal entry: the batch is full")]
    BatchFull,
    /// The caller: a key text that is not a C2SP Ed25519 verifier key.
    #[error("read the verifier key: it is not of the form name+id+key")]
    KeyText,
    /// The caller: a key name or origin that is empty or has a space, a control character or `+`.
    #[error("use the key name: it is empty or has a space, a control character or `+`")]
    KeyName,
    /// The caller: no such entry at that size.
    #[error("prove entry {index}: the checkpoint has {size} entries")]
    IndexBeyond {
        /// The entry asked for.
        index: u64,
        /// How many entries there are.
        size: u64,
    },
    /// The caller: tiles were not loaded, or are not stored.
    #[error("read tile {}: it is missing or too short", .0.path())]
    TileMissing(Tile),
    /// The caller: more than [`super::sign::ADVANCE_ENTRIES_MAX`] entries before one checkpoint.
    #[error("sign: too many entries before one checkpoint")]
    TooManyEntries,
    /// The outsider or the store: not a signed note, or not one checkpoint.
    #[error("read the checkpoint: it is malformed")]
    NoteMalformed,
    /// The outsider or the store: nobody we know signed it.
    #[error("trust the checkpoint: it has no signature by this key")]
    NoteUnsigned,
    /// The outsider or the store: the signature is wrong.
    #[error("trust the checkpoint: its signature by this key does not verify")]
    NoteForged,
    /// The outsider or the store: a checkpoint of another journal.
    #[error("trust the checkpoint: its origin is not the key's name")]
    OriginDiffers,
    /// The outsider: not a C2SP proof with our entry in it.
    #[error("read the proof: it is malformed")]
    ProofMalformed,
    /// The outsider: the path does not lead from the entry to the root.
    #[error("trust the proof: the entry is not in the checkpoint's tree")]
    ProofRefuted,
    /// The store: its tiles do not give the root that was signed.
    #[error("go on with the journal: its stored tiles do not give the last signed root")]
    HeadDiffers,
    /// The store: it holds an old copy, or another history, than a checkpoint noted elsewhere.
    #[error("go on with the journal: it does not contain a checkpoint that was signed before")]
    Rewound,
    /// The store: entries are not where the last ones ended.
    #[error("go on with the journal: expected entry {expected}, the store has {found}")]
    EntriesGap {
        /// The index that had to come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// The store: what is stored is not what was written.
    #[error(
        "go on with the journal: the stored entries from {first_index} on are not those that were written"
    )]
    EntriesDiffer {
        /// The first entry of the stored piece.
        first_index: u64,
    },
    /// The caller: entries that do not end where the checkpoint ends.
    #[error("export the journal: the checkpoint has {signed} entries, {given} were given")]
    ExportSize {
        /// How many the checkpoint covers.
        signed: u64,
        /// How many were given (at least).
        given: u64,
    },
    /// The operator: never overwrite what may be evidence.
    #[error("export the journal: the target folder is not empty")]
    TargetNotEmpty,
    /// The operator: another export runs, or one was broken off.
    #[error("export the journal: the folder `<target>.partial` exists beside the target")]
    TargetBusy,
    /// The operator: the file system.
    #[error("{act}")]
    File {
        /// What was being done, fitting "failed to …".
        act: &'static str,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}
