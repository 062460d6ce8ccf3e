//! Reads a member's registers from their tables. *SQL.*

use sqlx::AnyConnection;

use super::{Registers, members, rows, stop};
use crate::{db::meta, error::Result};

impl Registers {
    /// Reads the registers of `member`.
    pub async fn load(conn: &mut AnyConnection, member: &str) -> Result<Self> {
        let version = meta::counter(&mut *conn, meta::REGISTERS).await?;
        let found = members::one(&mut *conn, member).await?;
        let authorisations = rows::of_member(&mut *conn, member).await?;
        let stops = stop::list(&mut *conn, true).await?;
        let forms = mayfly_consent::store::load_forms(conn).await?;
        Ok(Self::new(
            version,
            found,
            authorisations,
            stops.into_iter().map(|stop| stop.target),
            forms,
        ))
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
