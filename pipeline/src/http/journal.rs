//! The journal as anybody may read it: C2SP tlog-tiles under `/v1/journal`, without a sign-in, cacheable. *Edge.*

use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::IntoResponse,
};

use super::{door::Shared, problem::Problem};
use crate::journal::{public, tiles::Resource};

/// The newest signed checkpoint, a C2SP note.
pub(super) async fn checkpoint(State(door): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let note = door.act(|house| async move { public::note(&house).await });
    let note = note.await?.ok_or_else(Problem::no_such_path)?;
    Ok((text(SHORTLY), note))
}

/// The key that verifies it.
pub(super) async fn key(State(door): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let key = door.act(|house| async move { Ok(house.signer.verifier().text()) });
    Ok((text(SHORTLY), format!("{}\n", key.await?)))
}

/// A tile, or the entries of one, of the signed journal: it never changes.
pub(super) async fn tile(
    State(door): State<Shared>,
    Path(place): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let resource = Resource::parse(&format!("tile/{place}")).ok_or_else(Problem::no_such_path)?;
    let bytes = door.act(move |house| async move { public::resource(&house, resource).await });
    let bytes = bytes.await?.ok_or_else(Problem::no_such_path)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, FOR_EVER),
    ];
    Ok((headers, bytes))
}

fn text(how_long: &'static str) -> [(HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, how_long),
    ]
}

const SHORTLY: &str = "max-age=5";
const FOR_EVER: &str = "max-age=31536000, immutable";
