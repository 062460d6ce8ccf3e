//! What every pass leaves, also one with nothing due: its time and count, and once a day a journal entry (八(二)3, D6). *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use crate::{
    app::House,
    db::meta,
    error::Result,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
};

/// Counts a pass of the instant `now`. The first of each day in Taipei enters in the journal how many there have been
/// since the last that was entered: a day without one is a gap that an outsider sees.
pub(super) async fn leave(house: &House, conn: &mut AnyConnection, now: Timestamp) -> Result<()> {
    let passes = meta::take_numbers(&mut *conn, meta::PASSES, 1).await?;
    let last = meta::read(&mut *conn, meta::LAST_PASS).await?;
    meta::write(&mut *conn, meta::LAST_PASS, &now.to_string()).await?;
    let today = house.today(now).to_string();
    if meta::read(&mut *conn, meta::PASS_DAY).await?.as_ref() == Some(&today) {
        return Ok(());
    }
    meta::write(&mut *conn, meta::PASS_DAY, &today).await?;
    let act = Act {
        kind: Kind::Purge,
        member: "",
        reference: &today,
    };
    act::enter(house, conn, &act, &Day { passes, last }, now).await?;
    Ok(())
}

/// The payload of a day's entry.
#[derive(Serialize)]
struct Day {
    /// Passes so far, this one included.
    passes: i64,
    /// When the one before was.
    last: Option<String>,
}
