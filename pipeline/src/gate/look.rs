//! Screens rows by the rules of the gate, and nothing comes of it: for who wants to know before they hand anything in. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{consents, known, screen, screen::Screened};
use crate::{access::Registers, app::House, error::Result, intake::Row};

/// What would be decided at `now` of `rows` of `member`, in their order. It permits nothing, and nothing is reserved by it:
/// what is decided when they are handed in may be something else.
///
/// # Errors
/// `DB-*`.
pub async fn look(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    registers: &mut Registers,
    rows: &[Row],
    now: Timestamp,
) -> Result<Vec<Screened>> {
    registers.refresh(conn, member).await?;
    let found = consents::look_up(conn, member, rows.iter()).await?;
    tokio::task::block_in_place(|| {
        let tags = known::tags(&house.index, rows);
        screen::rows(&house.regime, member, registers, &found, (rows, &tags), now)
    })
}
