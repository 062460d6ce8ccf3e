//! What the regime says of papers: dated entries of a register, what each asks for, and the duty that follows from it. *Pure.*

use std::borrow::Cow;

use mayfly_consent::Language;
use serde::Deserialize;

/// A kind of paper.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct PaperRule {
    /// Its name in commands, `a-z _`.
    pub id: String,
    /// Its name as printed.
    pub title: String,
    /// The same for readers of English.
    #[serde(default)]
    pub title_en: String,
    /// Whose it is: `member` or `bureau`.
    pub of: String,
    /// The role that enters it.
    pub by: String,
    /// What is said of it.
    pub fields: Vec<FieldRule>,
    /// Whether the paper itself is shown, of which the SHA-256 is kept.
    #[serde(default)]
    pub file: bool,
    /// The kind that it may follow, which is done with then.
    pub follows: Option<String>,
    /// Whether it stands alone never.
    #[serde(default)]
    pub must_follow: bool,
    /// Only the account that this field of what it follows names may enter it.
    pub by_field: Option<String>,
    /// The duty that follows from it.
    pub raises: Option<String>,
    /// When only it does.
    pub only_if: Option<OnlyIf>,
    /// Whether it holds until another takes its place.
    #[serde(default)]
    pub stands: bool,
    /// Of those that stand, one for each value of this field; none: one alone.
    pub one_each: Option<String>,
    /// The clause.
    pub clause: String,
}

impl PaperRule {
    /// Its name for readers of `language`.
    pub fn said(&self, language: Language) -> Cow<'_, str> {
        super::titled(language, &self.title, &self.title_en, &self.id)
    }
}

/// A field of a paper.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Its name in commands, `a-z _`.
    pub name: String,
    /// Its name as printed.
    pub title: String,
    /// What it holds.
    pub form: Form,
    /// For an account: a role it has today.
    pub role: Option<String>,
    /// For a choice: what there is.
    #[serde(default)]
    pub one_of: Vec<String>,
}

/// What a field holds.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A few words.
    Text,
    /// A number, from 0 on.
    Number,
    /// A day.
    Day,
    /// One of a list.
    Choice,
    /// An account of the one whose paper it is.
    Account,
    /// An `age` recipient of the member.
    Recipient,
}

/// A condition: a field and its value.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct OnlyIf {
    /// The field.
    pub field: String,
    /// Its value.
    pub is: String,
}

impl PaperRule {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that holds a member's recipient, if there is one.
    pub fn recipient(&self) -> Option<&FieldRule> {
        self.fields.iter().find(|field| field.form == Form::Recipient)
    }
}
