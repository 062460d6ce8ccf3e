//! The evidence pack: one folder with what an examiner asks for, verified without this software (四(一)1, 九(一), (二)5, (三)4). *Edge.*
//!
//! [`asked`] says of which days and whose; [`inspector`] who may take it; [`pack`] writes the folder beside its place and gives it its name when it is whole.
//! Its [`parts`] come from the exports that are there already, its [`registers`], with what was [`allowed`], from the tables people are shown: nothing is decided here
//! a second time, and what does not verify is a [`finding`] in it, listed in a file of its own, and stops nothing else. `sums` hashes every file into `SHA256SUMS`, whose hash the [`manifest`] names, a note that the bureau
//! signs. `held` says whose sheets have to be in it, `weeks` that those are exactly the queries. The README in the folder says how to verify it with tools that every system has; [`verify`] does the same here, with
//! nothing but the public key, and [`verified`] is what it says.
//!
//! Deliberately absent: identity numbers, answers, and what would open anything. Whom a query was about stays masked.

pub mod allowed;
pub mod asked;
pub mod finding;
mod held;
pub mod inspector;
pub mod manifest;
pub mod pack;
pub mod parts;
pub mod registers;
mod sums;
pub mod verified;
pub mod verify;
mod weeks;

/// The folder's signed note.
const MANIFEST: &str = "manifest";
/// The hashes of all other files.
const SUMS: &str = "SHA256SUMS";
/// What did not verify when it was made.
const FINDINGS: &str = "findings";
/// The exported journal.
const JOURNAL: &str = "journal";
