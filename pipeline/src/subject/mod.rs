//! What a person is told of themselves: who asked about them, when, why, on which consent, and what became of it (個資法 3, 13; 四(二)4). *SQL.*
//!
//! The person has proved who they are to an officer of the bureau, who enters what was shown and its reference. [`applicant`]
//! reads identity number and birth date, which come by file or standard input and never by the command line; [`find`] looks them
//! up by the keyed index, [`report`] puts together what is held, [`paper`] and [`page`] write it down, and [`hand`] does all of
//! it: the answer's last day is a duty, and that somebody was told is in the journal before it is written.
//!
//! Deliberately absent: persons of a member, by name, account or address, for they are others; and answers: what the insurer
//! knows the subject is told by the insurer.

pub mod applicant;
pub mod find;
pub mod hand;
pub mod page;
pub mod paper;
pub mod report;
