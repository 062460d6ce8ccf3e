//! Hands results and answers back: to the member as a whole, encrypted, or to a person their own rows (D25). *Edge.*
//!
//! `permit` decides who may read what at this very instant, `rows` reads a batch's results and answers in the order of
//! its lines, `files` writes them to the member's `age` recipients, `own` gives a person their own rows, `rejects`
//! lists every code of every row that was not answered. A `grant` is the approved use of answers that are not one's own
//! cases', `granting` makes, ends and lists grants, `forms` is how they are printed; `opened` is the one way in which an answer
//! is opened at the bureau; `sealing` writes a result file.

pub mod files;
pub mod forms;
pub mod grant;
pub mod granting;
pub mod opened;
pub mod own;
pub mod permit;
pub mod rejects;
pub mod rows;
mod sealing;
