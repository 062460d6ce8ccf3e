//! Consent forms: what a registered version covers, when it is in force, and its hash. *Pure.*

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

pub use crate::day::taipei_day;
use crate::error::ConsentError;
use crate::form_text;

/// One version of a consent form, as registered (四(二)1(2), D26). Its text never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The form's number, 1 to 32 of `A-Za-z0-9._-`.
    pub id: String,
    /// Its version, of the same characters.
    pub version: String,
    /// What people call it, 1 to 200 characters.
    pub title: String,
    /// The first day in Taipei on which it may be agreed to.
    pub in_force_from: Date,
    /// The first day on which it may no longer be; `None` while it is in force.
    pub in_force_to: Option<Date>,
    /// The query items it covers.
    pub items: Vec<String>,
    /// The purposes it covers.
    pub purposes: Vec<String>,
    /// Whom it names as recipients; at least `supervisor`, `bureau` and `member`.
    pub recipients: Vec<String>,
    /// The notices of the law it carries; at least `pdpa-8`.
    pub notices: Vec<String>,
    /// How long a consent on it may be used, in days of 24 hours from `consented_at`.
    pub valid_days: i64,
    /// The whole text.
    pub text: String,
    /// SHA-256 over the UTF-8 bytes of `text`.
    pub sha256: [u8; 32],
}

impl Form {
    /// Reads a form file and holds it to D26.
    ///
    /// # Errors
    /// `FormSyntax`, `FormField*`, `FormRecipient` or `FormNotice`; they name line or field, never a value.
    pub fn parse(toml: &str) -> Result<Form, ConsentError> {
        let form = form_text::read(toml)?;
        form.require_parties()?;
        Ok(form)
    }

    /// Whether the form may be agreed to on this day in Taipei; half-open, `[in_force_from, in_force_to)`.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|end| day < end)
    }

    /// Whether a consent given at `consented_at` has outlived the form's `valid_days` at `now` (`CNS-EXPIRED`).
    pub fn expired_at(&self, consented_at: Timestamp, now: Timestamp) -> bool {
        let age_seconds = now.as_second() - consented_at.as_second();
        let bound_seconds = self.valid_days * SECONDS_A_DAY;
        age_seconds > bound_seconds
            || (age_seconds == bound_seconds && now.subsec_nanosecond() > consented_at.subsec_nanosecond())
    }

    /// Whether the form covers the item.
    pub fn covers_item(&self, item: &str) -> bool {
        self.items.iter().any(|known| known == item)
    }

    /// Whether the form covers the purpose.
    pub fn covers_purpose(&self, purpose: &str) -> bool {
        self.purposes.iter().any(|known| known == purpose)
    }

    /// The hash a form with this text has.
    pub fn hash(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    fn require_parties(&self) -> Result<(), ConsentError> {
        for missing in REQUIRED_RECIPIENTS {
            if !self.recipients.iter().any(|known| known == missing) {
                return Err(ConsentError::FormRecipient { missing });
            }
        }
        for missing in REQUIRED_NOTICES {
            if !self.notices.iter().any(|known| known == missing) {
                return Err(ConsentError::FormNotice { missing });
            }
        }
        Ok(())
    }
}

/// The registered forms, by number and version.
#[derive(Clone, Debug, Default)]
pub struct Forms(BTreeMap<String, BTreeMap<String, Arc<Form>>>);

impl Forms {
    /// No forms.
    pub fn new() -> Forms {
        Forms::default()
    }

    /// Adds a form; a form of the same number and version gives way.
    pub fn insert(&mut self, form: Form) {
        self.0
            .entry(form.id.clone())
            .or_default()
            .insert(form.version.clone(), Arc::new(form));
    }

    /// The form of this number and version.
    pub fn find(&self, id: &str, version: &str) -> Option<&Arc<Form>> {
        self.0.get(id)?.get(version)
    }

    /// Whether any version of the form is registered.
    pub fn knows(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Every form, by number and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Form>> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Forms {
        let mut all = Forms::new();
        forms.into_iter().for_each(|form| all.insert(form));
        all
    }
}

/// Whom a form must name (D26).
const REQUIRED_RECIPIENTS: [&str; 3] = ["supervisor", "bureau", "member"];
/// The notices a form must carry (D26): art. 8 of the Personal Data Protection Act.
const REQUIRED_NOTICES: [&str; 1] = ["pdpa-8"];
const SECONDS_A_DAY: i64 = 86_400;

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
