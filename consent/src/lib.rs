//! Who may be asked about, for what, on which form, until when. *Pure.* but for `store`, which is *SQL.*
//!
//! A row of a batch or a line of an import is read by [`cells`] into a [`record::Claim`]; [`mod@verify`] holds the claim
//! against the registered [`form`]s and what is known of a registered consent, and either names every reason against
//! it ([`refusal`]) or returns the one value with which a query may be prepared. [`outcome`] says how long the
//! evidence is kept, [`store`] keeps it.

pub mod cells;
pub mod code_list;
pub mod day;
pub mod error;
pub mod form;
mod form_text;
pub mod json_text;
pub mod outcome;
pub mod phone;
pub mod record;
pub mod refusal;
mod refusal_text;
pub mod sealed;
pub mod store;
pub mod subject;
mod time_text;
pub mod verify;

pub use error::ConsentError;
pub use form::{Form, Forms};
pub use outcome::{Outcome, Retention};
pub use record::{Claim, Given, Registered, RegisteredTerms, Terms};
pub use refusal::{Code, CodeSet, Fault, Faults, Language};
pub use store::BROKEN_CONNECTION;
pub use subject::{IdKind, SubjectId, SubjectName};
pub use verify::{Asked, Rules, VerifiedConsent, verify};
