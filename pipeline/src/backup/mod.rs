//! Backups that open nothing: made without the keys, and put back under the list of what was destroyed since. *Edge.*
//!
//! `create` copies, `folder` is what a backup looks like, `restore` puts one back and `succeed` lets a journal that was set
//! back go on under a new origin.

mod create;
mod folder;
mod restore;
mod succeed;

pub use create::{Created, create};
pub use restore::{Restored, restore};
