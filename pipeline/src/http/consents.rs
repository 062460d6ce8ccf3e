//! Consents over HTTP: handed in ahead of their batches, shown, and given their outcome; `/v1/consents`, each member its own. *Edge.*

use std::{
    fs::File,
    io::{self, Seek},
    os::fd::AsRawFd,
    path::PathBuf,
};

use axum::{
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use rustix::fs::{MemfdFlags, memfd_create};
use serde::Deserialize;
use tokio::{sync::mpsc, task::spawn_blocking, time::timeout};
use utoipa::ToSchema;

use super::{
    ask::{SignedIn, json},
    batches::shown,
    door::Shared,
    problem::Problem,
    upload::{Coming, LONGEST, PIECES, Piece, encoding, feed},
};
use crate::{
    consents::{hands, import, outcome, show, view::View},
    error::{Error, Result},
};

/// Takes in the consents that are sent as CSV, all of them or none.
pub(super) async fn hand_in(
    State(door): State<Shared>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> std::result::Result<Response, Problem> {
    let by = signed_in.in_order()?.session.holder;
    let encoding = encoding(&headers).ok_or_else(Problem::no_csv)?;
    let (pieces, coming) = mpsc::channel(PIECES);
    let taking = door.act_at_length(move |house| async move {
        let today = house.today(house.clock.now());
        hands::check_giver(&house, &mut *house.db.reader().await?, &by, today).await?;
        let whole = Whole::taken(coming).await?;
        import::import_by(&house, &[whole.path()], encoding, Some(&by)).await
    });
    let feeding = async { timeout(LONGEST, feed(body, pieces)).await.unwrap_or(false) };
    let (is_whole, taken) = tokio::join!(feeding, taking);
    match taken {
        Err(_) if !is_whole => Err(Problem::broken_off()),
        taken => Ok(shown(&taken?)),
    }
}

/// One of their own member, masked, with the text it was given on.
pub(super) async fn one(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> std::result::Result<Response, Problem> {
    let by = signed_in.in_order()?.session.holder;
    let answer = door.act(move |house| async move {
        let consent = show::show_to(&house, &by, &reference).await?;
        Ok(shown(&View::of(&consent, false)))
    });
    Ok(answer.await?)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Outcome)]
pub(super) struct Became {
    /// `granted`, `refused` or `withdrawn`.
    #[schema(pattern = "^(granted|refused|withdrawn)$")]
    outcome: String,
    /// The day: with `granted`, on which the credit ends.
    #[schema(format = Date)]
    date: String,
}

/// What became of the credit, or that it was withdrawn: from then on nothing is asked on it.
pub(super) async fn record(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> std::result::Result<Response, Problem> {
    let by = signed_in.in_order()?.session.holder;
    let became: Became = json(&headers, body).await?;
    let recorded = door.act(move |house| async move {
        let said = (became.outcome.as_str(), became.date.as_str());
        outcome::record_by(&house, &by, &reference, said).await
    });
    Ok(shown(&recorded.await?))
}

/// What was sent, whole, in memory that no disk keeps: it is read twice.
struct Whole(File);

impl Whole {
    async fn taken(coming: mpsc::Receiver<Piece>) -> Result<Self> {
        let taken = spawn_blocking(move || {
            let mut whole = File::from(memfd_create("consents", MemfdFlags::CLOEXEC)?);
            io::copy(&mut Coming::new(coming), &mut whole)?;
            whole.rewind()?;
            Ok(Self(whole))
        });
        let taken = taken.await.unwrap_or(Err(io::ErrorKind::Other.into()));
        taken.map_err(Error::io("take in what was sent"))
    }

    /// Where this process, and no other account, reads it.
    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}
