//! One journal entry: a canonical JSON object on one line, naming an act and committing to its payload. *Pure.*
//!
//! `{"kind":"query","at":"2026-11-02T02:00:00.000000Z","member":"004","ref":"7f3a-0017","payload":"<64 hex>"}`
//!
//! There is exactly one spelling of an entry: this key order, no spaces, no escapes, no line end. Capitals are not
//! part of a reference, so that neither an identity number nor a name can slip into what is never erased.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::fault::{JournalError, Result};
use super::instant;
use super::merkle::Hash;

/// Longest spelling of an entry, in bytes (all fields at their limits fit).
pub const ENTRY_BYTES_MAX: usize = 320;
/// Longest `member`, in bytes.
pub const MEMBER_BYTES_MAX: usize = 16;
/// Longest `ref`, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 64;
/// Bytes of the random salt with which every payload begins.
pub const SALT_BYTES: usize = 16;

/// One entry, borrowed from its caller or from the line it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What kind of act.
    pub kind: Kind,
    /// When, by the machine's clock; written cut off to the microsecond.
    pub at: Timestamp,
    /// The member concerned; empty for the bureau's own acts. `A-Z a-z 0-9 - _`.
    pub member: &'a str,
    /// An opaque reference to the act's record, without personal data; may be empty. `a-z 0-9 . _ : / -`.
    pub reference: &'a str,
    /// SHA-256 of the salted payload, see [`commit`].
    pub payload: Hash,
}

/// The commitment to a payload: SHA-256 of the salt followed by the content. The salt is random and kept with the
/// content, so that the entry proves the content while it is kept and tells nothing once both are forgotten.
pub fn commit(salt: &[u8; SALT_BYTES], content: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(salt)
        .chain_update(content)
        .finalize()
        .into()
}

impl<'a> Entry<'a> {
    /// Appends the one spelling of the entry to `out`. On an error `out` is as before.
    ///
    /// # Errors
    /// [`JournalError::EntryField`]: a field is too long, has a forbidden character, or the year is not 0 to 9999.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        let at = instant::spell(self.at).ok_or(JournalError::EntryField { field: "at" })?;
        self.write_at(&at, out)
    }

    /// As [`Entry::write`], with the spelling of `at` already made (many entries of a chunk share one instant).
    pub(super) fn write_at(&self, at: &[u8; instant::INSTANT_BYTES], out: &mut Vec<u8>) -> Result<()> {
        if !is_member(self.member.as_bytes()) {
            return Err(JournalError::EntryField { field: "member" });
        }
        if !is_reference(self.reference.as_bytes()) {
            return Err(JournalError::EntryField { field: "ref" });
        }
        let mut payload = [0; 64];
        for (pair, byte) in payload.chunks_exact_mut(2).zip(self.payload) {
            pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        for piece in [
            KIND,
            self.kind.name().as_bytes(),
            AT,
            at,
            MEMBER,
            self.member.as_bytes(),
            REF,
            self.reference.as_bytes(),
            PAYLOAD,
            &payload,
            END,
        ] {
            out.extend_from_slice(piece);
        }
        Ok(())
    }

    /// Reads exactly what [`Entry::write`] writes.
    ///
    /// # Errors
    /// The first part that is not as it must be, see [`EntryFault`].
    pub fn parse(line: &'a [u8]) -> std::result::Result<Self, EntryFault> {
        let rest = line.strip_prefix(KIND).ok_or(EntryFault::Shape)?;
        let (kind, rest) = cell(rest, AT)?;
        let (at, rest) = cell(rest, MEMBER)?;
        let (member, rest) = cell(rest, REF)?;
        let (reference, rest) = cell(rest, PAYLOAD)?;
        let (payload, rest) = cell(rest, END)?;
        if !rest.is_empty() {
            return Err(EntryFault::Shape);
        }
        Ok(Self {
            kind: Kind::parse(kind).ok_or(EntryFault::Kind)?,
            at: instant::parse(at).ok_or(EntryFault::At)?,
            member: text(member)
                .filter(|_| is_member(member))
                .ok_or(EntryFault::Member)?,
            reference: text(reference)
                .filter(|_| is_reference(reference))
                .ok_or(EntryFault::Reference)?,
            payload: unhex(payload).ok_or(EntryFault::Payload)?,
        })
    }

    /// Whether `salted` (salt and content) is the payload this entry commits to.
    pub fn proves(&self, salted: &[u8]) -> bool {
        salted.len() >= SALT_BYTES && self.payload == <Hash>::from(Sha256::digest(salted))
    }
}

/// What is wrong with the spelling of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// Not this object: keys, order, spaces, quotes.
    #[error("not the canonical object")]
    Shape,
    /// Not one of [`Kind`].
    #[error("unknown kind")]
    Kind,
    /// Not an instant, or spelled otherwise.
    #[error("`at` is not an instant in UTC with six decimals")]
    At,
    /// Too long, or a forbidden character.
    #[error("`member` is not of the permitted form")]
    Member,
    /// Too long, or a forbidden character.
    #[error("`ref` is not of the permitted form")]
    Reference,
    /// Not 64 lower-case hexadecimal digits.
    #[error("`payload` is not a SHA-256 in lower-case hexadecimal")]
    Payload,
}

/// Defines the closed list of kinds: a new kind is one line here, and never a changed or removed one.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// The kinds of acts the journal knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind { $($(#[doc = $doc])+ $variant,)+ }

        impl Kind {
            /// Every kind, in the order of their definition.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The kind's name in an entry; at most 20 bytes of `a-z _`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

kinds! {
    /// A batch was accepted.
    Accept = "accept",
    /// A request or a whole file was refused.
    Refusal = "refusal",
    /// A request passed the gate; committed before a byte leaves.
    Query = "query",
    /// The outcomes of a chunk were written.
    Settle = "settle",
    /// Results are about to be handed to a member.
    Delivery = "delivery",
    /// Results were handed over.
    Delivered = "delivered",
    /// Somebody read answers, or unmasked personal data.
    Read = "read",
    /// Master data or consents were loaded.
    Import = "import",
    /// Something was exported or printed.
    Export = "export",
    /// A member, person, item or the link was stopped.
    Stop = "stop",
    /// A stop was lifted.
    Lift = "lift",
    /// A consent was withdrawn.
    Withdraw = "withdraw",
    /// What became of the credit a consent was given for.
    Outcome = "outcome",
    /// The configuration changed.
    Config = "config",
    /// An approval was given or refused.
    Approval = "approval",
    /// Somebody signed in, out, or failed to.
    SignIn = "sign_in",
    /// An account or its rights changed.
    Account = "account",
    /// A cohort's key was destroyed.
    Destruction = "destruction",
    /// A weekly sheet was made, or signed.
    Sheet = "sheet",
    /// A sample was frozen or drawn.
    Sample = "sample",
    /// A reviewer's finding.
    Finding = "finding",
    /// A member's own query log was held against the bureau's records; the reference is the month.
    Reconciliation = "reconciliation",
    /// A duty was fulfilled.
    Duty = "duty",
    /// An event was entered that a duty follows from.
    DutyRaised = "duty_raised",
    /// A signature over something else than a sheet.
    Sign = "sign",
    /// Something happened that a person must look at.
    Incident = "incident",
    /// The journal goes on under a new origin; the payload names the last checkpoint of the old one.
    CheckpointGap = "checkpoint_gap",
    /// A file went to the provider or came from it; committed before a request gets its name.
    Transfer = "transfer",
    /// A file from the provider did not add up and was sealed away whole.
    Quarantine = "quarantine",
    /// A deletion certificate was issued; the reference is the SHA-256 of its signed note.
    Certificate = "certificate",
    /// The first pass of a day of the purge, also with nothing due; the reference is the day in Taipei.
    Purge = "purge",
    /// Records of a class of years were deleted at their own end.
    Deletion = "deletion",
    /// Records are kept beyond their end for an investigation.
    Hold = "hold",
    /// A reviewer of a sample was named, or gave a verdict on one of its records.
    Review = "review",
    /// A paper was entered in the register of papers, or one that stood was ended.
    Paper = "paper",
}

impl Kind {
    /// The kind of that name.
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name().as_bytes() == name)
    }
}

/// The bytes up to the next quote, which must begin `next`; and what follows `next`.
fn cell<'a>(rest: &'a [u8], next: &[u8]) -> std::result::Result<(&'a [u8], &'a [u8]), EntryFault> {
    let quote = rest
        .iter()
        .position(|&byte| byte == b'"')
        .ok_or(EntryFault::Shape)?;
    let (cell, rest) = rest.split_at(quote);
    Ok((cell, rest.strip_prefix(next).ok_or(EntryFault::Shape)?))
}

fn text(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok()
}

fn is_member(member: &[u8]) -> bool {
    member.len() <= MEMBER_BYTES_MAX
        && member
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_reference(reference: &[u8]) -> bool {
    reference.len() <= REFERENCE_BYTES_MAX
        && reference.iter().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-')
        })
}

fn unhex(digits: &[u8]) -> Option<Hash> {
    let mut hash = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(hash)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const KIND: &[u8] = br#"{"kind":""#;
const AT: &[u8] = br#"","at":""#;
const MEMBER: &[u8] = br#"","member":""#;
const REF: &[u8] = br#"","ref":""#;
const PAYLOAD: &[u8] = br#"","payload":""#;
const END: &[u8] = br#""}"#;

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
