//! Looks up what is known of the consents that a chunk's rows name, all at once. *SQL.*

use std::collections::{HashMap, HashSet};

use mayfly_consent::{Terms, store as consent_store};
use sqlx::AnyConnection;

use super::known::Found;
use crate::{batch::requests, error::Result, intake::Row};

/// Looks up the consents of `member` that `rows` name.
pub async fn look_up<'r>(
    conn: &mut AnyConnection,
    member: &str,
    rows: impl Iterator<Item = &'r Row> + Clone,
) -> Result<Found> {
    let refs: Vec<&str> = rows
        .clone()
        .filter_map(|row| row.claim.consent_ref.as_deref())
        .collect();
    let mut consents = consent_store::find_consents(&mut *conn, member, &refs).await?;
    consents.sort_unstable_by_key(|consent| consent.consent_no);
    let numbers: Vec<i64> = consents.iter().map(|consent| consent.consent_no).collect();
    let mut taken: HashMap<i64, HashMap<String, Vec<i64>>> = HashMap::new();
    for ((consent_no, item), mut uses) in requests::uses(&mut *conn, &numbers).await? {
        uses.sort_unstable();
        taken.entry(consent_no).or_default().insert(item, uses);
    }
    let registered: HashSet<&str> = consents
        .iter()
        .map(|consent| consent.consent_ref.as_str())
        .collect();
    let unknown: Vec<&str> = rows
        .filter(|row| matches!(row.claim.terms, Terms::Registered))
        .filter_map(|row| row.claim.consent_ref.as_deref())
        .filter(|reference| !registered.contains(reference))
        .collect();
    let elsewhere = match unknown.is_empty() {
        true => HashSet::new(),
        false => consent_store::refs_of_other_members(conn, &unknown, member)
            .await?
            .into_iter()
            .collect(),
    };
    Ok(Found {
        consents,
        taken,
        elsewhere,
    })
}
