//! Who makes what the schedule makes too: the schedule itself, or a person who is there today (D25). *SQL.*

use jiff::civil::Date;

use super::{SCHEDULE, known};
use crate::{db::Tx, error::Result};

/// Who makes the sheets of a week, freezes a month, or draws in a reviewer's place.
#[derive(Clone, Copy)]
pub enum Maker<'m> {
    /// The schedule, which is asked nothing.
    Schedule,
    /// An account of the bureau or of the member, or whoever stands at the bureau's terminal.
    Named(&'m str),
}

impl<'m> Maker<'m> {
    /// To whom it is attributed.
    pub fn name(self) -> &'m str {
        match self {
            Self::Schedule => SCHEDULE,
            Self::Named(account) => account,
        }
    }

    /// Refuses who is named unless they are somebody of the bureau or of `member` on `today`, asked in the transaction of the act.
    ///
    /// # Errors
    /// `PEOPLE-ABSENT`; those of the database.
    pub async fn check(self, tx: &mut Tx, member: &str, today: Date) -> Result<()> {
        match self {
            Self::Schedule => Ok(()),
            Self::Named(account) => known::check(tx, account, &["bureau", member], today).await,
        }
    }
}
