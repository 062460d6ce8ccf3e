//! Who may take a document away: an account with the right to at one of the places that have to do with it. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::office;
use crate::{app::House, error::Result, regime::people::Right};

/// The places whose people may take something away, with the rights of which one is needed there; and how it is refused.
pub struct Takers<'t> {
    /// An institution code, `bureau`, `supervisor` or `provider`; each once.
    pub places: &'t [(&'t str, &'t [Right])],
    /// The code of the refusal.
    pub code: &'static str,
    /// Who may, for whoever is refused.
    pub remedy: &'static str,
}

impl Takers<'_> {
    /// `PLACE/ACCOUNT` of the account `by`, which may on `today`; `by` is that, or the account alone.
    ///
    /// # Errors
    /// That of [`Self::code`]; those of the database.
    pub async fn check(
        &self,
        house: &House,
        conn: &mut AnyConnection,
        by: &str,
        today: Date,
    ) -> Result<String> {
        match office::holder(house, conn, by, self.places, today).await? {
            Ok((place, account)) => Ok(format!("{place}/{account}")),
            Err(unfit) => Err(unfit.refused(
                self.code,
                "this account has no right to take this away today",
                self.remedy,
            )),
        }
    }
}
