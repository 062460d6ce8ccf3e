//! What a verification of a pack says of it, and how many of its findings are kept. *Pure.*

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

/// What does not hold: the first of it one by one, however much it is.
#[derive(Default)]
pub(super) struct Findings(Vec<String>);

impl Findings {
    /// Adds one; its sentence is made only while there is room for it.
    pub(super) fn add(&mut self, told: impl FnOnce() -> String) {
        match self.0.len() {
            count if count < FINDINGS_MAX => self.0.push(told()),
            FINDINGS_MAX => self.0.push("and more".into()),
            _ => {}
        }
    }

    /// As they are told.
    pub(super) fn into_told(self) -> Vec<String> {
        self.0
    }
}

/// Findings that are told one by one.
const FINDINGS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_flaws_are_a_thousand_sentences() {
        let (mut findings, mut made) = (Findings::default(), 0);
        for _ in 0..1_000_000 {
            findings.add(|| {
                made += 1;
                "flaw".into()
            });
        }
        let told = findings.into_told();
        assert_eq!((made, told.len()), (1000, 1001));
        assert_eq!(told.last().map(String::as_str), Some("and more"));
    }
}
