//! Whose hands a batch goes through: who hands it in, who looks at it before, and who may know of it (D25). *SQL.*

use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    batch::Batch,
    error::{Error, Result},
    intake::BatchName,
    regime::people::{Party, Right},
};

/// Refuses whoever hands in the batch `name` and may not: that is done by people of its own member who may query today.
///
/// # Errors
/// `BATCH-HANDS`.
pub async fn check_giver(house: &House, by: &Holder, name: &BatchName) -> Result<()> {
    check(house, by, name, &[Right::Query]).await
}

/// Refuses whoever has a file checked as the batch `name` and may neither query nor approve at its member today.
///
/// # Errors
/// `BATCH-HANDS`.
pub async fn check_looker(house: &House, by: &Holder, name: &BatchName) -> Result<()> {
    check(house, by, name, &[Right::Query, Right::Approve]).await
}

/// Whether people of `at` may know of `batch`, its state and its counts.
pub fn may_know(at: &str, batch: &Batch) -> bool {
    match Party::of(at) {
        Party::Member => batch.member == at,
        Party::Bureau | Party::Supervisor => true,
        Party::Provider => false,
    }
}

async fn check(house: &House, by: &Holder, name: &BatchName, rights: &[Right]) -> Result<()> {
    let today = house.today(house.clock.now());
    let mut reader = house.db.reader().await?;
    let persons = Persons::read(&mut reader, &by.at, today).await?;
    let may = |right: &Right| persons.may(&house.regime, &by.account, *right);
    if name.member() == by.at && rights.iter().any(may) {
        return Ok(());
    }
    Err(Error::Denied {
        code: "BATCH-HANDS",
        sentence: "a batch is handed in by people of its own member who have the query right today".into(),
        remedy: "check the first three digits of the name; `mayfly people table` shows who may query",
    })
}
