//! The codes a row can be refused with: their names, sets of them, and the cell each is about. *Pure.*
//!
//! The list and its order are those of the table "Outcomes and codes"; a code's number is its place in that table and
//! is stored nowhere but in a [`CodeSet`] that lives as long as a batch, so a code may only be added at the end.

use std::fmt;

use crate::refusal_text;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a row was refused or failed; every code has a sentence and a remedy.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as files and screens show it, for example `ROW-COLUMNS`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// More or fewer fields than the header.
    RowColumns = "ROW-COLUMNS",
    /// Bytes the declared encoding does not define.
    RowEncoding = "ROW-ENCODING",
    /// A required cell is empty.
    RowMissing = "ROW-MISSING",
    /// A cell that is not of its kind.
    RowFormat = "ROW-FORMAT",
    /// A cell that is too long.
    RowLength = "ROW-LENGTH",
    /// An earlier line of the file asks the same.
    RowDuplicate = "ROW-DUPLICATE",
    /// Not the shape of any identity number.
    SubIdFormat = "SUB-ID-FORMAT",
    /// The check digit of the identity number is wrong.
    SubIdCheck = "SUB-ID-CHECK",
    /// An old resident number after its last day.
    SubIdRetired = "SUB-ID-RETIRED",
    /// A birth date that cannot be.
    SubBirth = "SUB-BIRTH",
    /// Too young to consent alone.
    SubMinor = "SUB-MINOR",
    /// No consent given and none registered.
    CnsMissing = "CNS-MISSING",
    /// No such form or version.
    CnsFormUnknown = "CNS-FORM-UNKNOWN",
    /// The form was not in force when the subject agreed.
    CnsFormLapsed = "CNS-FORM-LAPSED",
    /// The text agreed to is not the registered text.
    CnsFormHash = "CNS-FORM-HASH",
    /// Consent, identity check, approval and now are in the wrong order.
    CnsTime = "CNS-TIME",
    /// The consent is older than its form allows.
    CnsExpired = "CNS-EXPIRED",
    /// The subject withdrew the consent.
    CnsWithdrawn = "CNS-WITHDRAWN",
    /// The uses of the consent are consumed or reserved.
    CnsUsed = "CNS-USED",
    /// An electronic consent without address and telephone.
    CnsSource = "CNS-SOURCE",
    /// The identity check is not accepted for the channel.
    CnsIdv = "CNS-IDV",
    /// The identity check failed.
    CnsIdvFailed = "CNS-IDV-FAILED",
    /// The registered consent was given to another member.
    CnsOtherMember = "CNS-OTHER-MEMBER",
    /// The registered consent is another person's.
    CnsOtherSubject = "CNS-OTHER-SUBJECT",
    /// The form does not cover the purpose.
    CnsPurpose = "CNS-PURPOSE",
    /// The form does not cover the item.
    CnsItem = "CNS-ITEM",
    /// The registered consent has other content.
    CnsConflict = "CNS-CONFLICT",
    /// Querier and approver are one person.
    AprSelf = "APR-SELF",
    /// The querier has no account or no right.
    AprQuerier = "APR-QUERIER",
    /// The approver has no account or no right.
    AprApprover = "APR-APPROVER",
    /// The approval lies in the future or too far back.
    AprTime = "APR-TIME",
    /// The item is not granted to the member.
    GateItem = "GATE-ITEM",
    /// The member is stopped, lapsed or not yet valid.
    GateMember = "GATE-MEMBER",
    /// The querier or the approver is stopped.
    GatePerson = "GATE-PERSON",
    /// The link to the provider is stopped or outside its dates.
    GateLink = "GATE-LINK",
    /// Purge, journal or custody is not in order.
    GatePurge = "GATE-PURGE",
    /// The clocks disagree.
    GateClock = "GATE-CLOCK",
    /// The sealed file was destroyed, at the end of its 72 hours, before the row was asked (added to the published table).
    GateExpired = "GATE-EXPIRED",
    /// The provider's answer does not fit the query.
    PrvMismatch = "PRV-MISMATCH",
    /// The provider did not answer in time.
    PrvTimeout = "PRV-TIMEOUT",
    /// The provider refused the query.
    PrvRefused = "PRV-REFUSED",
    /// The provider's reply is damaged.
    PrvIntegrity = "PRV-INTEGRITY",
    /// Nobody knows whether the provider carried out the query.
    PrvUnknown = "PRV-UNKNOWN",
}

/// The language of a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// 繁體中文, as written in Taiwan.
    ZhTw,
}

impl Code {
    /// The code with this name; `None` when there is none.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// One sentence: what is wrong.
    pub fn sentence(self, language: Language) -> &'static str {
        refusal_text::of(self, language).0
    }

    /// One sentence: what to do about it.
    pub fn remedy(self, language: Language) -> &'static str {
        refusal_text::of(self, language).1
    }

    /// Whether a more specific code takes this one's place when both are about the same cell.
    fn is_general(self) -> bool {
        matches!(
            self,
            Code::RowEncoding | Code::RowMissing | Code::RowFormat | Code::RowLength
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A set of codes; it counts and prints them in the order of the table, joined by `;`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CodeSet(u64);

impl CodeSet {
    /// The empty set.
    pub const EMPTY: CodeSet = CodeSet(0);

    /// The empty set.
    pub const fn new() -> CodeSet {
        CodeSet::EMPTY
    }

    /// The set with these bits, bit *n* standing for the *n*-th code of the table; `None` when a bit has no code.
    pub fn from_bits(bits: u64) -> Option<CodeSet> {
        (bits >> Code::ALL.len() == 0).then_some(CodeSet(bits))
    }

    /// The bits of [`CodeSet::from_bits`].
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set that `text` names: codes joined by `;`, nothing for the empty set; `None` when one is unknown.
    pub fn parse(text: &str) -> Option<CodeSet> {
        if text.is_empty() {
            return Some(CodeSet::EMPTY);
        }
        text.split(';').map(Code::parse).collect()
    }

    /// Adds a code.
    pub const fn insert(&mut self, code: Code) {
        self.0 |= 1 << code as u8;
    }

    /// Whether the code is in the set.
    pub const fn contains(self, code: Code) -> bool {
        self.0 & (1 << code as u8) != 0
    }

    /// The codes of either set.
    pub const fn union(self, other: CodeSet) -> CodeSet {
        CodeSet(self.0 | other.0)
    }

    /// Whether no code is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many codes are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The codes, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        Code::ALL.iter().copied().filter(move |code| self.contains(*code))
    }
}

impl FromIterator<Code> for CodeSet {
    fn from_iter<I: IntoIterator<Item = Code>>(codes: I) -> CodeSet {
        codes
            .into_iter()
            .fold(CodeSet::EMPTY, |set, code| set.union(CodeSet(1 << code as u8)))
    }
}

impl fmt::Display for CodeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, code) in self.iter().enumerate() {
            if place > 0 {
                formatter.write_str(";")?;
            }
            formatter.write_str(code.as_str())?;
        }
        Ok(())
    }
}

/// One reason against a row, and the column whose cell it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// The English column name; `""` when the code is about the whole row.
    pub column: &'static str,
}

/// The reasons against one row, in the order they were found; an empty one has allocated nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No reasons.
    pub const fn new() -> Faults {
        Faults(Vec::new())
    }

    /// Notes a reason, once. A specific code takes the place of the general `ROW-*` code of the same cell.
    pub fn push(&mut self, code: Code, column: &'static str) {
        if !column.is_empty() {
            if code.is_general()
                && self
                    .0
                    .iter()
                    .any(|known| known.column == column && known.code != code)
            {
                return;
            }
            if !code.is_general() {
                self.0
                    .retain(|known| known.column != column || !known.code.is_general());
            }
        }
        let fault = Fault { code, column };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// Whether there is no reason.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many reasons there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The reasons.
    pub fn iter(&self) -> impl Iterator<Item = Fault> {
        self.0.iter().copied()
    }

    /// The codes of the reasons.
    pub fn codes(&self) -> CodeSet {
        self.iter().map(|fault| fault.code).collect()
    }

    /// Forgets the reasons and keeps the room, for the next row.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
