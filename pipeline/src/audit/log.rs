//! What is told of a member's own log that cannot be reconciled: the codes of all files, the remedies of a log. *Pure.*

use crate::error::Error;

/// As `error`, with what whoever reconciles can do about it: nothing of a log is imported.
pub(super) fn refused(error: Error) -> Error {
    let Error::Input {
        code,
        sentence,
        remedy,
    } = error
    else {
        return error;
    };
    let remedy = match code {
        "IMPORT-COLUMNS" => {
            "give the log the columns that \u{201c}Reconciliation\u{201d} in pipeline/README.md names, as CSV (RFC 4180, UTF-8), each line with a cell for each; nothing was entered"
        }
        "IMPORT-CELL" => "mend that line of the member's log, then reconcile again; nothing was entered",
        "IMPORT-ENCODING" => "save the member's log as UTF-8, then reconcile again; nothing was entered",
        "IMPORT-LIMIT" => {
            "a log is of one member and month, at most 20,000,000 lines and 4 GiB: leave the rest out; nothing was entered"
        }
        "FILE-CHANGED" => {
            "wait until the member's log is complete, then reconcile again; nothing was entered"
        }
        "FILE-KIND" => "name the CSV file of the member's log itself",
        _ => remedy,
    };
    Error::Input {
        code,
        sentence,
        remedy,
    }
}
