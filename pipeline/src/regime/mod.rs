//! The rules of one governing document, read from a data file: code has no number of its own (D21). *Pure.*
//!
//! `people` is what it says of roles, accounts and passwords, `control` of sheets, samples, reviews and duties, `papers` of what is
//! entered in the register of papers, `source` says which file a house lives by, `check` refuses a file that contradicts itself,
//! `place` tells on which line, `without` refuses what the document does not ask for.

mod check;
pub mod control;
pub mod papers;
pub mod people;
mod place;
pub mod source;
mod without;

use std::{borrow::Cow, collections::BTreeMap};

use jiff::{SignedDuration, Timestamp, civil::Date};
use mayfly_consent::{Language, Rules, code_list::IdvMethod};
use mayfly_retention::{Class, Window, classes::Classes};
use serde::Deserialize;

pub use self::control::SampleRules;
use self::{
    control::{
        DueRules, DutyRule, IncidentRules, PaceRules, QueryLog, ReconciliationRules, ReviewRules,
        SelectionRules, SheetRules, SubjectRules,
    },
    papers::PaperRule,
    people::{
        AnswerGrant, Apart, Party, PasswordRules, PeopleRules, Right, Role, SecondPerson, SessionRules,
        Within,
    },
};
use crate::error::{Error, Result};

/// The regime of the credit bureau's plan of July 2024.
pub const JCIC_2024: &str = include_str!("jcic-2024.toml");
/// What is held under it, for how long and where: a file of its own, which the compliance officer reads.
pub const JCIC_2024_CLASSES: &str = mayfly_retention::classes::JCIC_2024;

/// A title for readers of `language`; where none is given in English, the words of `id`.
fn titled<'t>(language: Language, chinese: &'t str, english: &'t str, id: &str) -> Cow<'t, str> {
    match (language, english) {
        (Language::ZhTw, _) => chinese.into(),
        (Language::En, "") => id.replace('_', " ").into(),
        (Language::En, english) => english.into(),
    }
}

/// A word of the regime for readers of `language`: its title among `titles`, or its own English words.
pub fn word(titles: &BTreeMap<String, String>, word: &str, language: Language) -> String {
    match language {
        Language::ZhTw => titles.get(word).cloned().unwrap_or_else(|| word.to_owned()),
        Language::En => word.replace('_', " "),
    }
}

/// One value and the clause it carries out.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Ruled<T> {
    /// The value.
    pub value: T,
    /// The clause or decision.
    pub clause: String,
}

/// A governing document's rules.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Its name in configuration.
    pub id: String,
    /// Its title as printed.
    pub title: String,
    /// The connection to the provider.
    pub link: Link,
    /// What a consent must satisfy.
    pub consent: ConsentRules,
    /// What an approval must satisfy.
    pub approval: Approval,
    /// Which items may be asked for.
    pub items: Items,
    /// Accounts, and the table they stand on.
    pub people: PeopleRules,
    /// The roles there are.
    #[serde(rename = "role")]
    pub roles: Vec<Role>,
    /// Rights that one person never has together.
    pub apart: Vec<Apart>,
    /// Acts that nobody does alone.
    pub second_person: Vec<SecondPerson>,
    /// Passwords and locks.
    pub password: PasswordRules,
    /// Sessions.
    pub session: SessionRules,
    /// Grants to use answers.
    pub answer_grant: AnswerGrant,
    /// What a query is logged with.
    pub query_log: QueryLog,
    /// Sheets of queries; none: the document asks for none.
    pub sheet: Option<SheetRules>,
    /// The self-audit's sample, if it asks for one.
    pub sample: Option<SampleRules>,
    /// Its review; there is one where there is a sample.
    pub review: Option<ReviewRules>,
    /// Reconciliation with a member's own log, if it asks for one.
    pub reconciliation: Option<ReconciliationRules>,
    /// Which consents the bureau looks at.
    pub selection: Option<SelectionRules>,
    /// What shows as done in bulk.
    pub pace: PaceRules,
    /// Incidents.
    pub incident: IncidentRules,
    /// Answers to a subject.
    pub subject: SubjectRules,
    /// When something counts as due.
    pub due: DueRules,
    /// Everything with a due date.
    #[serde(rename = "duty")]
    pub duties: Vec<DutyRule>,
    /// Papers that are entered in the register.
    #[serde(rename = "paper", default)]
    pub papers: Vec<PaperRule>,
    /// What is held, for how long and where.
    #[serde(skip)]
    pub classes: Classes,
}

/// The papers and dates of the connection (一, 二(二)).
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// First day of the connection.
    pub valid_from: Ruled<Date>,
    /// First day it no longer runs, once it has been ended.
    pub valid_to: Option<Ruled<Date>>,
    /// The provider's letters of consent, where the connection rests on some.
    pub letters: Option<Ruled<Vec<String>>>,
    /// The policy that it rests on; with its end the link ends (八(一)).
    pub policy: Option<Ruled<String>>,
    /// The policy's day.
    pub policy_date: Option<Ruled<Date>>,
}

/// What a consent must satisfy (四(二)1(2), 3).
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct ConsentRules {
    /// Years of age at which a person consents alone.
    pub adult_age: Ruled<i16>,
    /// A birth date further back than this is an error.
    pub oldest_years: Ruled<i16>,
    /// Queries one consent allows for each item.
    pub uses_per_item: Ruled<i64>,
    /// How long after the consent the identity check may be dated.
    pub idv_grace_seconds: Ruled<i64>,
    /// Identity checks accepted for electronic consents.
    pub idv_electronic: Ruled<Vec<String>>,
    /// Identity checks accepted for paper consents.
    pub idv_paper: Ruled<Vec<String>>,
    /// The one purpose.
    pub purpose: Ruled<String>,
}

/// What an approval must satisfy (四(二)3(6)).
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Days after which an approval no longer serves.
    pub valid_days: Ruled<i64>,
}

/// Which items may be asked for (三).
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// Items granted to every member.
    pub granted: Ruled<Vec<String>>,
}

impl Regime {
    /// The regime `jcic-2024`.
    ///
    /// # Errors
    /// `REGIME-FILE`, `CLASS-FILE`.
    pub fn jcic_2024() -> Result<Self> {
        Self::parse(JCIC_2024, JCIC_2024_CLASSES)
    }

    /// Reads a regime file and its file of classes; what is wrong is told with its line.
    ///
    /// # Errors
    /// `REGIME-FILE`, `CLASS-FILE`.
    pub fn parse(text: &str, classes: &str) -> Result<Self> {
        let mut regime: Self = toml::from_str(text).map_err(|error| {
            let line = place::line(text, error.span().map_or(0, |span| span.start));
            Error::Operator {
                code: "REGIME-FILE",
                sentence: format!(
                    "the regime file is not usable: line {line}: {}",
                    first_line(error.message())
                ),
                remedy: check::MEND,
            }
        })?;
        regime.classes = Classes::parse(classes).map_err(|fault| Error::Operator {
            code: "CLASS-FILE",
            sentence: format!(
                "the file of classes of {} is refused: {fault}",
                regime.id.escape_debug()
            ),
            remedy: fault.remedy,
        })?;
        check::check(&regime, text)?;
        Ok(regime)
    }

    /// The role of that name at `party`.
    pub fn role(&self, id: &str, party: Party) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id && role.at == party)
    }

    /// The duty that a sheet closes: it says until when the sheet is signed and approved.
    pub fn sheet_duty(&self) -> Option<&control::DutyRule> {
        let every = self.sheet.as_ref()?.every.value;
        self.duties
            .iter()
            .find(|duty| duty.artefact == control::SHEET && duty.every == every)
    }

    /// The paper of that name.
    pub fn paper(&self, id: &str) -> Option<&PaperRule> {
        self.papers.iter().find(|paper| paper.id == id)
    }

    /// The role at a member that has `right`.
    pub fn member_role(&self, right: Right) -> Option<&Role> {
        let at_member = |role: &&Role| role.at == Party::Member && role.permits(right);
        self.roles.iter().find(at_member)
    }

    /// Whether one person never has `one` and `other` for one record, or at one time.
    pub fn keeps_apart(&self, one: Right, other: Right, within: Within) -> bool {
        self.apart.iter().any(|apart| {
            apart.within == within && apart.rights.contains(&one) && apart.rights.contains(&other)
        })
    }

    /// Who has to do `act` and who to approve it, if nobody does it alone.
    pub fn second_person(&self, act: people::Act) -> Option<&SecondPerson> {
        self.second_person.iter().find(|rule| rule.act == act)
    }

    /// The rules of consent verification as the consent crate wants them.
    pub fn consent_rules(&self) -> Result<Rules> {
        let methods = |names: &[String]| {
            names
                .iter()
                .map(|name| IdvMethod::parse(name))
                .collect::<std::result::Result<Vec<_>, _>>()
                .map_err(|_| {
                    Error::Bug("the regime file names an identity check that the consent rules do not know")
                })
        };
        Ok(Rules {
            minimum_age: self.consent.adult_age.value,
            oldest_years: self.consent.oldest_years.value,
            uses_per_item: self.consent.uses_per_item.value,
            idv_bound_secs: self.consent.idv_grace_seconds.value,
            electronic_methods: methods(&self.consent.idv_electronic.value)?,
            paper_methods: methods(&self.consent.idv_paper.value)?,
        })
    }

    /// How long an answer may be read.
    pub fn window(&self) -> SignedDuration {
        self.classes
            .window()
            .map_or(SignedDuration::ZERO, Window::readable)
    }

    /// How long answers and submitted files may be read, and by when they must be gone.
    pub fn retention_window(&self) -> Result<Window> {
        let window = self.classes.window();
        window.ok_or(Error::Bug("a regime without the window of its answers"))
    }

    /// For how many years records of `class` are kept.
    pub fn keep_years(&self, class: Class) -> Result<i16> {
        let years = self.classes.keep_years(class);
        years.ok_or(Error::Bug("a class of hours was asked for its years"))
    }

    /// When an answer obtained at `obtained_at` stops being readable.
    pub fn expires_at(&self, obtained_at: Timestamp) -> Timestamp {
        obtained_at
            .saturating_add(self.window())
            .unwrap_or(Timestamp::MAX)
    }

    /// How long an approval serves.
    pub fn approval_window(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.approval.valid_days.value)
    }

    /// Whether the connection runs on `day`.
    pub fn link_runs_on(&self, day: Date) -> bool {
        day >= self.link.valid_from.value && self.link.valid_to.as_ref().is_none_or(|to| day < to.value)
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("unreadable")
}

#[cfg(test)]
#[path = "regime_tests.rs"]
mod tests;
