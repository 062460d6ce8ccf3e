//! Deletion certificates (八(二)3, D6): made, listed, exported, and checked by whoever holds the public key. *Edge.*
//!
//! The purge draws up what became of a cohort; [`issue`] numbers, signs and journals it, in one transaction. [`stored`] is
//! the table, [`of_batch`] finds those of a batch's answers, [`export`] writes files, [`forms`] is how they are shown, [`check`] verifies
//! files with nothing but the public key, and [`books`] and
//! [`accounting`] hold every segment ever recorded against live cohorts and certificates.

pub mod accounting;
pub mod books;
pub mod check;
pub mod export;
pub mod forms;
pub mod issue;
pub mod of_batch;
pub mod stored;
pub mod told;
