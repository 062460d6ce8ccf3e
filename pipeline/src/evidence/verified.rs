//! What a verification of a pack says of it. *Pure.*

use serde::Serialize;

/// What a verification says.
#[derive(Serialize)]
pub struct Verified {
    /// The days, `YYYY-MM-DD`.
    pub from: String,
    /// The last of them.
    pub to: String,
    /// Whose, or `all`.
    pub member: String,
    /// Who made it.
    pub made_by: String,
    /// Files that the list names.
    pub files: u64,
    /// Journal entries.
    pub journal: u64,
    /// Sheets, and of how many weeks.
    pub sheets: (u64, u64),
    /// Drawn samples.
    pub samples: u64,
    /// Reconciliations.
    pub reconciliations: u64,
    /// Deletion certificates.
    pub certificates: u64,
    /// What does not hold; empty if all does.
    pub findings: Vec<String>,
}

impl Verified {
    /// Of what is not signed, nothing is believed.
    pub(super) fn unsigned(findings: Vec<String>) -> Self {
        Self {
            from: String::new(),
            to: String::new(),
            member: String::new(),
            made_by: String::new(),
            files: 0,
            journal: 0,
            sheets: (0, 0),
            samples: 0,
            reconciliations: 0,
            certificates: 0,
            findings,
        }
    }
}
