//! Who makes what the schedule makes too: the schedule itself, or a person who is there today (D25). *SQL.*

use jiff::civil::Date;

use super::{OPERATOR, persons::Persons};
use crate::{
    db::Tx,
    error::{Error, Result},
};

/// Who makes the sheets of a week, or freezes a month.
#[derive(Clone, Copy)]
pub enum Maker<'m> {
    /// The schedule, which is asked nothing.
    Schedule,
    /// An account of the bureau or of the member; [`OPERATOR`] is whoever stands at the bureau's terminal.
    Named(&'m str),
}

impl<'m> Maker<'m> {
    /// To whom it is attributed.
    pub fn name(self) -> &'m str {
        match self {
            Self::Schedule => "schedule",
            Self::Named(account) => account,
        }
    }

    /// Whether they are somebody of the bureau or of `member` on `today`, asked in the transaction of the act.
    ///
    /// # Errors
    /// That of `code`; those of the database.
    pub async fn check(self, tx: &mut Tx, member: &str, today: Date, code: &'static str) -> Result<()> {
        let Self::Named(account) = self else {
            return Ok(());
        };
        if account == OPERATOR {
            return Ok(());
        }
        for desk in ["bureau", member] {
            if Persons::load(tx, desk, today).await?.is_there(account) {
                return Ok(());
            }
        }
        Err(Error::Denied {
            code,
            sentence: "this account is nobody's at the bureau or the member today, or is stopped".into(),
            remedy: "name an account that is on the authorisation table today (--as); who stands at the terminal leaves --as out",
        })
    }
}
