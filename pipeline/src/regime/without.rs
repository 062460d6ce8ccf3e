//! What a governing document may do without: who acts on it all the same is refused. *Pure.*

use super::{
    Regime,
    control::{ReconciliationRules, ReviewRules, SampleRules, SheetRules},
};
use crate::error::{Error, Result};

impl Regime {
    /// The rules of sheets.
    ///
    /// # Errors
    /// `REGIME-WITHOUT`.
    pub fn sheets(&self) -> Result<&SheetRules> {
        let rules = self.sheet.as_ref();
        rules.ok_or_else(|| without("the governing document of this house asks for no sheets of queries"))
    }

    /// The rules of samples.
    ///
    /// # Errors
    /// `REGIME-WITHOUT`.
    pub fn samples(&self) -> Result<&SampleRules> {
        self.sample.as_ref().ok_or_else(without_samples)
    }

    /// The rules of their review.
    ///
    /// # Errors
    /// `REGIME-WITHOUT`.
    pub fn reviews(&self) -> Result<&ReviewRules> {
        self.review.as_ref().ok_or_else(without_samples)
    }

    /// The rules of the reconciliation with a member's own log.
    ///
    /// # Errors
    /// `REGIME-WITHOUT`.
    pub fn reconciliations(&self) -> Result<&ReconciliationRules> {
        let rules = self.reconciliation.as_ref();
        rules.ok_or_else(|| {
            without("the governing document of this house asks for no reconciliation with a member's own log")
        })
    }
}

fn without_samples() -> Error {
    without("the governing document of this house asks for no samples of queries, and for no review of them")
}

fn without(sentence: &str) -> Error {
    Error::Input {
        code: "REGIME-WITHOUT",
        sentence: sentence.into(),
        remedy: "see `mayfly duty list` for what it does ask for",
    }
}
