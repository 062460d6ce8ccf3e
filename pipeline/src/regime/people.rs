//! What the regime says of people: roles and their rights, what one person never does twice, what nobody does alone. *Pure.*

use serde::{Deserialize, Serialize};

use super::Ruled;

/// What a role permits. The closed list of what the program knows how to hold people to; which role has which is the regime's.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// To query (查詢).
    Query,
    /// To approve queries (授權核定).
    Approve,
    /// To review query records (覆核, 抽核).
    Review,
    /// To open and end accounts.
    ManageAccounts,
    /// To approve that an authorisation begins or ends.
    Authorise,
    /// To sign off reviews and reports.
    SignOff,
    /// To audit.
    Audit,
    /// To keep the card that a query is made with.
    KeepCard,
    /// To keep its password.
    KeepPassword,
    /// To run transfers, purges and the schedule at the bureau.
    Transfer,
    /// To see what is needed for a check, and nothing else.
    Inspect,
    /// To stop a member, a person, an item or the link.
    Stop,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 12] = [
        Self::Query,
        Self::Approve,
        Self::Review,
        Self::ManageAccounts,
        Self::Authorise,
        Self::SignOff,
        Self::Audit,
        Self::KeepCard,
        Self::KeepPassword,
        Self::Transfer,
        Self::Inspect,
        Self::Stop,
    ];
}

/// Where a person stands.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// At a member institution.
    Member,
    /// At the bureau.
    Bureau,
    /// At the supervisor.
    Supervisor,
    /// At the provider.
    Provider,
}

/// One role of the regime.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name in files and commands, `a-z _`.
    pub id: String,
    /// Its name as printed.
    pub title: String,
    /// Where its holders stand.
    pub at: Party,
    /// What it permits.
    pub rights: Vec<Right>,
    /// Whether whoever holds it needs a level (分層負責).
    #[serde(default)]
    pub needs_level: bool,
    /// The clause.
    pub clause: String,
}

/// Rights that one person never has together.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// The rights.
    pub rights: Vec<Right>,
    /// Never for the same record, or never at the same time.
    pub within: Within,
    /// The clause.
    pub clause: String,
}

/// Within what rights are kept apart.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// One record: who may do both does not do both to the same one.
    Record,
    /// One time: whoever holds one cannot hold the other.
    Time,
}

/// An act that nobody does alone.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// Which act.
    pub act: Act,
    /// The right of whoever does it; none: anybody who may at all.
    pub does: Option<Right>,
    /// The right of the other person, who approves it; none: any other person.
    pub approves: Option<Right>,
    /// Hours from the application after which the approval no longer serves.
    pub valid_hours: i64,
    /// The clause.
    pub clause: String,
}

/// Acts that may need a second person.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// An authorisation begins or ends.
    Authorisation,
    /// A locked account is unlocked.
    Unlock,
    /// Somebody is given a first password.
    FirstPassword,
    /// A member's system is given a token.
    Token,
    /// Somebody at the bureau opens an answer.
    BreakGlass,
    /// A stop is lifted.
    LiftStop,
    /// A hold is placed or lifted.
    Hold,
    /// Somebody at the bureau has a member's results written.
    Export,
    /// Somebody is to use answers that are not their own cases'.
    AnswerGrant,
    /// A batch is handed in by hand, in the console.
    Batch,
}

/// Rules of accounts and of the table they stand on.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct PeopleRules {
    /// How many days back an authorisation of a known account may begin or end.
    pub backdate_days: Ruled<i32>,
    /// How many accounts a person holds at one time.
    pub accounts_at_once: Ruled<usize>,
    /// Whether an account goes on to another person.
    pub handover: Ruled<Handover>,
    /// The kind of paper that registers a unit; none: units are not registered.
    pub units: Option<Ruled<String>>,
}

/// Whether an account goes on to another person.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// Never, not even when its holder has left.
    Never,
    /// Once nobody else holds it.
    WhenFree,
}

/// Passwords and locks.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct PasswordRules {
    /// The least length that the clause allows.
    pub length_floor: Ruled<usize>,
    /// The least length here, unless the settings say otherwise; never below the floor.
    pub length_default: Ruled<usize>,
    /// Of digits, capitals, small letters and signs, how many kinds.
    pub classes: Ruled<usize>,
    /// Days after which it is changed.
    pub valid_days: Ruled<i64>,
    /// It differs from so many before it.
    pub not_the_last: Ruled<usize>,
    /// Whether a list of known bad ones is held against it.
    pub blocklist: Ruled<bool>,
    /// Failures after which the account is locked.
    pub lock_after_failures: Ruled<u32>,
    /// Hours for which a first password, which somebody else made, lets its holder in to change it.
    pub first_hours: Ruled<i64>,
    /// Failures that one address may have within an hour, whatever accounts it tries.
    pub failures_an_hour: Ruled<u32>,
}

/// Sessions.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SessionRules {
    /// Minutes without an act after which one is signed out.
    pub idle_minutes: Ruled<i64>,
    /// Days for which a token of a member's system serves, at most.
    pub token_days: Ruled<i64>,
    /// Hours after which one signs in anew, whatever one did.
    pub longest_hours: Ruled<i64>,
}

/// Grants to use answers (六(二)2).
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct AnswerGrant {
    /// Whether the approval of a row is the grant of its querier.
    pub own_cases: Ruled<bool>,
    /// The longest approved period of use, in hours.
    pub valid_hours: Ruled<i64>,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 10] = [
        Self::Authorisation,
        Self::Unlock,
        Self::FirstPassword,
        Self::Token,
        Self::BreakGlass,
        Self::LiftStop,
        Self::Hold,
        Self::Export,
        Self::AnswerGrant,
        Self::Batch,
    ];

    /// Its name in the regime, in tables and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorisation => "authorisation",
            Self::Unlock => "unlock",
            Self::FirstPassword => "first_password",
            Self::Token => "token",
            Self::BreakGlass => "break_glass",
            Self::LiftStop => "lift_stop",
            Self::Hold => "hold",
            Self::Export => "export",
            Self::AnswerGrant => "answer_grant",
            Self::Batch => "batch",
        }
    }

    /// The act of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

impl Role {
    /// Whether it permits `right`.
    pub fn permits(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

impl Party {
    /// The party of what stands in the place of a member's code: the three that are no member have names.
    pub fn of(code: &str) -> Self {
        match code {
            "bureau" => Self::Bureau,
            "supervisor" => Self::Supervisor,
            "provider" => Self::Provider,
            _ => Self::Member,
        }
    }
}
