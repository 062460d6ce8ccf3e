//! Reads a member's registers, and the people of a place, from their tables. *SQL.*

use jiff::civil::Date;
use sqlx::{AnyConnection, Row};

use super::{Registers, members, persons::Persons, rows, stop};
use crate::{
    db::{Tx, columns::day, meta},
    error::{Error, Result},
};

impl Registers {
    /// Reads the registers of `member`.
    pub async fn load(conn: &mut AnyConnection, member: &str) -> Result<Self> {
        let version = meta::counter(&mut *conn, meta::REGISTERS).await?;
        let found = members::one(&mut *conn, member).await?;
        let authorisations = rows::of_member(&mut *conn, member).await?;
        let stops = stop::list(&mut *conn, true).await?;
        let unsigned = unsigned(&mut *conn, member).await?;
        let forms = mayfly_consent::store::load_forms(conn).await?;
        Ok(Self::new(
            version,
            found,
            authorisations,
            stops.into_iter().map(|stop| stop.target),
            forms,
        )
        .with_unsigned(unsigned))
    }

    /// Whether nothing of them has changed since.
    pub async fn are_current(&self, conn: &mut AnyConnection) -> Result<bool> {
        Ok(meta::counter(conn, meta::REGISTERS).await? == self.version())
    }

    /// Reads them again if they have changed since.
    pub async fn refresh(&mut self, conn: &mut AnyConnection, member: &str) -> Result<()> {
        if meta::counter(&mut *conn, meta::REGISTERS).await? != self.version() {
            *self = Self::load(conn, member).await?;
        }
        Ok(())
    }
}

impl Persons {
    /// Those of `place` on `today`, for an act: read in its own transaction, so that a right that has ended and a stop that was
    /// placed before its commit count.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn load(tx: &mut Tx, place: &str, today: Date) -> Result<Self> {
        Self::read(tx.connection(), place, today).await
    }

    /// The same where nothing is done: for what is shown, and for what an act asks again.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn read(conn: &mut AnyConnection, place: &str, today: Date) -> Result<Self> {
        let lines = rows::of_member(&mut *conn, place).await?;
        Ok(Self::new(lines, stop::accounts(conn, place).await?, today))
    }
}

/// The sheets of `member` that wait for their queriers: account, and the day from which its days count.
async fn unsigned(conn: &mut AnyConnection, member: &str) -> Result<Vec<(String, Date)>> {
    let failed = || Error::database("look for unsigned sheets");
    let rows = sqlx::query(
        "SELECT querier, MIN(counts_from) FROM sheet WHERE member = $1 AND signed_by = '' GROUP BY querier",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, day(&row.try_get::<String, _>(1)?)?)))
        .collect::<std::result::Result<_, _>>()
        .map_err(failed())
}
