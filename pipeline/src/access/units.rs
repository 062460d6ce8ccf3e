//! The units that a member has registered, as far as it has: nobody is authorised for one that is not among them (五(一)1). *SQL.*

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row};

use crate::{
    error::{Error, Result},
    regime::Regime,
};

/// Whether `unit` may stand on an authorisation at `member`: it is registered, or none of that member's units is, or it is empty.
pub async fn is_known(conn: &mut AnyConnection, regime: &Regime, member: &str, unit: &str) -> Result<bool> {
    let Some((kind, field)) = regime.people.units.as_ref().and_then(|units| {
        let paper = regime.paper(&units.value)?;
        Some((&paper.id, paper.one_each.as_ref()?))
    }) else {
        return Ok(true);
    };
    let failed = || Error::database("read the units of a member");
    let rows = sqlx::query("SELECT fields FROM paper WHERE member = $1 AND kind = $2 AND ended_on IS NULL")
        .bind(member)
        .bind(kind)
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    let mut known = Vec::new();
    for row in &rows {
        let fields: String = row.try_get(0).map_err(failed())?;
        let fields: BTreeMap<String, String> = serde_json::from_str(&fields)
            .map_err(|_| Error::Bug("the fields of a paper are not readable"))?;
        known.extend(fields.get(field).cloned());
    }
    Ok(unit.is_empty() || known.is_empty() || known.iter().any(|known| known == unit))
}
