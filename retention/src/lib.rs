//! What the bureau holds: how it is named, sealed, stored and opened, and which small keys make it unreadable. *Pure.*
//!
//! The crate's `README.md` specifies every byte written here. Nothing in this crate reads a clock; randomness
//! comes from the caller through [`secret::Randomness`].

pub mod certificate;
pub mod class;
pub mod classes;
pub mod container;
pub mod custody;
mod durable;
pub mod ending;
pub mod envelope;
pub mod error;
mod gcm;
pub mod header;
pub mod index;
mod kdf;
pub mod lock;
pub mod object;
pub mod plan;
pub mod purge;
pub mod rowbox;
pub mod secret;
pub mod segment;
pub mod source;
pub mod time;
pub mod vault;

pub use class::{Class, Cohort, Window};
pub use custody::Custody;
pub use error::RetentionError;
pub use object::{ObjectId, Place};
pub use secret::{Key32, OsRandomness, Randomness};
pub use vault::Vault;
