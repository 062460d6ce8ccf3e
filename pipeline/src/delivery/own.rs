//! A person's own rows at the terminal: only cases they asked about themselves, with the query right of the day. *SQL.*

use serde::Serialize;

use super::{permit, rows};
use crate::{
    app::House,
    error::Result,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    run,
};

/// A person's own rows.
pub struct OwnRows {
    /// The rows, with their answers.
    pub rows: Vec<rows::ResultRow>,
    /// Answers kept back: stopped, or out of their window.
    pub withheld: usize,
}

/// Reads the rows of the batch named `batch` that `account` queried, after entering the act in the journal (D25).
pub async fn read(house: &House, batch: &str, account: &str) -> Result<OwnRows> {
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let mut tx = house.db.begin().await?;
    let mut permit = permit::check(house, tx.connection(), &batch, account).await?;
    let act = Act {
        kind: Kind::Read,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(
        house,
        tx.connection(),
        &act,
        &Reading { account },
        house.clock.now(),
    )
    .await?;
    tx.commit().await?;
    let mut own = OwnRows {
        rows: vec![],
        withheld: 0,
    };
    for (chunk, answers) in std::mem::take(&mut permit.chunks) {
        permit.renew(house, &mut reader, &batch).await?;
        let place = (&chunk, answers.as_slice());
        own.rows
            .extend(rows::with_answers(house, &mut reader, place, &permit, Some(account)).await?);
    }
    own.withheld = own.rows.iter().filter(|row| row.withheld).count();
    journal::signing::sign(house).await?;
    Ok(own)
}

/// What the journal keeps of a reading.
#[derive(Serialize)]
struct Reading<'a> {
    account: &'a str,
}
