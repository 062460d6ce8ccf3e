//! The certificates under which the answers of a batch were destroyed, and those that are still due. *SQL.*

use std::collections::BTreeMap;

use jiff::Timestamp;
use mayfly_retention::Cohort;
use sqlx::AnyConnection;

use super::stored::{self, Stored};
use crate::{
    batch::{Batch, chunks},
    error::{Error, Result},
};

/// A cohort that holds answers of a batch, or held them.
pub struct Held {
    /// The cohort.
    pub cohort: Cohort,
    /// When the last answers of the batch arrived there.
    pub obtained_at: Timestamp,
    /// Its newest certificate, once it is destroyed.
    pub certificate: Option<Stored>,
}

/// The cohorts of the answers of `batch`, oldest first.
///
/// # Errors
/// `DB-*`.
pub async fn answers(conn: &mut AnyConnection, batch: &Batch) -> Result<Vec<Held>> {
    let mut cohorts: BTreeMap<String, Timestamp> = BTreeMap::new();
    for chunk in chunks::of_batch(&mut *conn, batch.batch_no).await? {
        let late = chunks::late(&mut *conn, chunk.chunk_no).await?;
        for (cohort, _, at) in late.into_iter().chain(chunk.answers) {
            let last = cohorts.entry(cohort).or_insert(at);
            *last = (*last).max(at);
        }
    }
    let mut held = Vec::with_capacity(cohorts.len());
    for (name, obtained_at) in cohorts {
        let cohort = Cohort::parse(&name).map_err(|_| Error::Bug("a stored cohort has no name"))?;
        held.push(Held {
            cohort,
            obtained_at,
            certificate: stored::of(&mut *conn, cohort).await?.pop(),
        });
    }
    Ok(held)
}
