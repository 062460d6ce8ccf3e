//! What pages show that took some reading, remembered while nothing changes: by person, language and second. *Edge.*

use std::sync::Arc;

use super::{
    batches::{list::Found, one::Known},
    today::Day,
};
use crate::{access::people::Holder, db::recall::Recall};

/// The memory of one door's pages.
#[derive(Default)]
pub(super) struct Memory {
    /// Today, as somebody sees it in a second: what is due depends on the hour.
    pub(super) today: Recall<Seen, Arc<Day>>,
    /// The batches, as somebody sees them in a second: what waits for them depends on the hour.
    pub(super) lists: Recall<Seen, Arc<Found>>,
    /// Batches by their names.
    pub(super) batches: Recall<String, Arc<Known>>,
}

/// Who sees it, and how.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Seen {
    at: String,
    account: String,
    is_chinese: bool,
    second: i64,
}

impl Seen {
    pub(super) fn by(holder: &Holder, is_chinese: bool, second: i64) -> Self {
        Self {
            at: holder.at.clone(),
            account: holder.account.clone(),
            is_chinese,
            second,
        }
    }
}
