//! Looks up what is known of the consents that a chunk's rows name, all at once. *SQL.*

use std::collections::{HashMap, HashSet};

use mayfly_consent::{Terms, store as consent_store};
use sqlx::AnyConnection;

use super::known::Known;
use crate::{app::House, batch::requests, error::Result, intake::Row};

/// Looks up the consents of `member` that `rows` name.
pub async fn look_up(house: &House, conn: &mut AnyConnection, member: &str, rows: &[Row]) -> Result<Known> {
    let refs: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.claim.consent_ref.as_deref())
        .collect();
    let found = consent_store::find_consents(&mut *conn, member, &refs).await?;
    let numbers: Vec<i64> = found.iter().map(|consent| consent.consent_no).collect();
    let mut taken: HashMap<i64, HashMap<String, Vec<i64>>> = HashMap::new();
    for ((consent_no, item), uses) in requests::uses(&mut *conn, &numbers).await? {
        taken.entry(consent_no).or_default().insert(item, uses);
    }
    let elsewhere = {
        let registered: HashSet<&str> = found.iter().map(|consent| consent.consent_ref.as_str()).collect();
        let unknown: Vec<&str> = rows
            .iter()
            .filter(|row| matches!(row.claim.terms, Terms::Registered))
            .filter_map(|row| row.claim.consent_ref.as_deref())
            .filter(|reference| !registered.contains(reference))
            .collect();
        match unknown.is_empty() {
            true => HashSet::new(),
            false => consent_store::refs_of_other_members(&mut *conn, &unknown, member)
                .await?
                .into_iter()
                .collect(),
        }
    };
    let next_no = consent_store::max_consent_no(conn).await? + 1;
    Ok(Known::new(&house.index, rows, found, taken, elsewhere, next_no))
}
