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

#[cfg(test)]
mod tests {
    use mayfly_consent::Language;

    use super::*;
    use crate::wording;

    /// Of a log nothing is imported, in Chinese either.
    #[test]
    fn remedies_are_those_of_a_log_in_both_languages() {
        let check = |code, sentence: &str, chinese: &str| {
            let error = refused(Error::Input {
                code,
                sentence: sentence.into(),
                remedy: "import the file again",
            });
            assert!(!error.remedy().contains("import the file again"), "{code}");
            let said = wording::of(&error, Language::ZhTw);
            assert!(said.remedy.contains(chinese), "{code}: {}", said.remedy);
            assert!(!said.sentence.contains('\u{ff08}'), "{code}: {}", said.sentence);
        };
        check(
            "IMPORT-COLUMNS",
            "log.csv is not usable: the column item is missing; it needs batch, line",
            "製作使用單位紀錄檔",
        );
        check("IMPORT-CELL", "log.csv line 2: batch is empty", "重新勾稽");
        check("IMPORT-ENCODING", "log.csv line 2 is not UTF-8", "重新勾稽");
        check("IMPORT-LIMIT", "log.csv is larger than 4096 MiB", "一個月為限");
        check(
            "FILE-CHANGED",
            "the file was written to while it was read; nothing was done",
            "重新勾稽",
        );
        check(
            "FILE-KIND",
            "what was named is not a file but a folder or a device; nothing was done",
            "使用單位紀錄",
        );
    }
}
