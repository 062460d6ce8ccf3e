//! What can go wrong in this crate, grouped by who must act; never the value that was wrong. *Pure.*

/// Why an act of this crate failed; each fits "failed to …".
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    // The caller's file.
    /// A form file is not TOML.
    #[error("read the form: line {line} is not valid TOML")]
    FormSyntax {
        /// The line, from 1.
        line: usize,
    },
    /// A form file has a field that forms do not have.
    #[error("read the form: line {line} has a field that forms do not have")]
    FormFieldUnknown {
        /// The line, from 1; 0 when it cannot be told.
        line: usize,
    },
    /// A field of a form file is missing or not what it should be.
    #[error("read the form: the field {field} {wrong}")]
    FormField {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// The form does not name all three recipients (D26).
    #[error("register the form: recipients do not name {missing}")]
    FormRecipient {
        /// The recipient that is missing.
        missing: &'static str,
    },
    /// The form lacks a notice of the law (D26).
    #[error("register the form: notices do not name {missing}")]
    FormNotice {
        /// The notice that is missing.
        missing: &'static str,
    },
    /// A form with this number and version is registered with other content.
    #[error("register the form: this form number and version are registered with other content")]
    FormContradicts,
    /// An outcome file's line names no outcome or has the wrong date.
    #[error("read the outcome: the column {column} is not of its kind")]
    OutcomeCell {
        /// The column.
        column: &'static str,
    },

    // Whoever runs two acts at once.
    /// The consent is not, or no longer, in the state that the change expects.
    #[error("change the consent: it is not in the state that this change expects")]
    StateChanged,

    // The operator.
    /// The database did not carry out a statement.
    #[error("{act}: the database reports {kind}")]
    Database {
        /// What was being done.
        act: &'static str,
        /// The kind of failure, and the engine's own code where it gave one.
        kind: String,
    },
    /// What the store holds is not what this crate writes.
    #[error("{act}: the column {column} holds what this program does not write")]
    StoredValue {
        /// What was being done.
        act: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A consent's sealed text, once opened, is not what this crate writes.
    #[error("read the sealed consent: its text is not what this program writes")]
    SealedText,

    // Us.
    /// A claim that lacks a part was to be sealed or registered.
    #[error("keep the consent: the claim is not complete")]
    ClaimIncomplete,
}

impl ConsentError {
    /// The stable name of the error, for logs and machines.
    pub const fn code(&self) -> &'static str {
        match self {
            ConsentError::FormSyntax { .. } => "FORM-SYNTAX",
            ConsentError::FormFieldUnknown { .. } | ConsentError::FormField { .. } => "FORM-FIELD",
            ConsentError::FormRecipient { .. } => "FORM-RECIPIENTS",
            ConsentError::FormNotice { .. } => "FORM-NOTICES",
            ConsentError::FormContradicts => "FORM-CONFLICT",
            ConsentError::OutcomeCell { .. } => "OUTCOME-FORMAT",
            ConsentError::StateChanged => "CONSENT-STATE",
            ConsentError::Database { .. } => "CONSENT-DATABASE",
            ConsentError::StoredValue { .. } => "CONSENT-STORED",
            ConsentError::SealedText => "CONSENT-SEALED",
            ConsentError::ClaimIncomplete => "CONSENT-INCOMPLETE",
        }
    }

    /// One sentence: what to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            ConsentError::FormSyntax { .. } => "Mend the line; a form is one TOML file.",
            ConsentError::FormFieldUnknown { .. } => {
                "Remove or rename the field; forms have id, version, title, in_force_from, in_force_to, items, purposes, recipients, notices, valid_days and text."
            }
            ConsentError::FormField { .. } => "Fill in the field as the specification of forms says.",
            ConsentError::FormRecipient { .. } => {
                "A form must name supervisor, bureau and member as recipients, in its text and in this field; complete both."
            }
            ConsentError::FormNotice { .. } => {
                "A form must carry the notice of art. 8 of the Personal Data Protection Act; add it to the text and name it pdpa-8 in this field."
            }
            ConsentError::FormContradicts => {
                "A registered text never changes: give the changed form a new version."
            }
            ConsentError::OutcomeCell { .. } => {
                "Write granted, refused or withdrawn, and the date as YYYY-MM-DD."
            }
            ConsentError::StateChanged => "Look at the consent again and repeat the act if it still applies.",
            ConsentError::Database { .. } => "Try again; if it fails again, run mayfly doctor.",
            ConsentError::StoredValue { .. } | ConsentError::SealedText => {
                "Run mayfly doctor; the database was changed from outside or is damaged."
            }
            ConsentError::ClaimIncomplete => "This is a bug: keep only verified or fully read consents.",
        }
    }
}
