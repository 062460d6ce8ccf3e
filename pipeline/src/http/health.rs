//! Whether the process lives (`/healthz`), and whether it would take new queries (`/readyz`). *Edge.*

use axum::extract::State;

use super::{door::Shared, problem::Problem};

/// Touches nothing: it answers while keys, database and disk do not.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Not ready while the purge, the journal or the custody is behind, or the clocks disagree: what the gate itself asks. What will
/// soon be wrong with a certificate stands in a line of its own.
pub(super) async fn ready(State(door): State<Shared>) -> Result<String, Problem> {
    let warnings = door.is_ready().await.map_err(Problem::not_ready)?;
    let lines = warnings.iter().map(|code| format!("warning {code}\n"));
    Ok(["ready\n".to_owned()].into_iter().chain(lines).collect())
}
