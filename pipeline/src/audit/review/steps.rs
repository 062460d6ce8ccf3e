//! What the journal entries of a review commit to. *Pure.*

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A reviewer was named: kind `review`, reference `name:MONTH`.
#[derive(Serialize)]
pub struct Named<'a> {
    /// The month.
    pub month: String,
    /// Who reviews.
    pub reviewer: &'a str,
    /// The unit head.
    pub by: &'a str,
}

/// A record of the sample was opened: kind `read`, reference `item:MONTH/PLACE`. The journal is shown to anybody, and does not tell which
/// record that is: nobody it may be about knows the draw before the review is closed (D8).
#[derive(Serialize)]
pub struct Opened<'a> {
    /// Who opened it.
    pub account: &'a str,
    /// The month.
    pub month: String,
    /// Its place in the sample, from 1.
    pub place: u64,
}

/// A verdict was given: kind `review`, reference `verdict:` and its number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The month.
    pub month: String,
    /// Journal index of the query.
    pub query_entry: u64,
    /// Who gave it.
    pub by: String,
    /// The verdict, as the regime names it.
    pub verdict: String,
    /// The reasons, as the regime names them.
    pub reasons: Vec<String>,
    /// The remark; may be empty.
    pub remark: String,
    /// When the record had been opened last.
    pub opened_at: Timestamp,
}

/// A finding was made, corrected or closed: kind `finding`, reference `opened:`, `corrected:` or `closed:` and its number.
#[derive(Serialize)]
pub struct Tracked<'a> {
    /// The month.
    pub month: String,
    /// The verdict that made it.
    pub verdict: i64,
    /// Until when it is to be closed.
    pub due: String,
    /// Who did it.
    pub by: &'a str,
    /// SHA-256 of the file that shows it, in hexadecimal; empty: none.
    pub artefact: String,
}

/// A review was signed off: kind `sign`, reference `review:MONTH`.
#[derive(Serialize)]
pub struct SignedOff<'a> {
    /// The month.
    pub month: String,
    /// The unit head.
    pub by: &'a str,
    /// How many records the sample has.
    pub records: u64,
    /// How many verdicts there are.
    pub verdicts: u64,
    /// SHA-256 of the list of verdicts, in hexadecimal.
    pub digest: String,
}

/// A report was written: kind `export`, reference `review:MONTH`.
#[derive(Serialize)]
pub struct Reported<'a> {
    /// Who wanted it.
    pub account: &'a str,
    /// The hash that was signed.
    pub digest: String,
}
