//! Batches (查詢批次): a file is checked, approved by another person, handed in, followed; its results read, and forgotten. *Edge.*
//!
//! A file comes twice: first it is checked (`send`), and nothing of it is kept, neither in plain nor sealed; then, once another
//! person has approved these very bytes (`approve`), it is handed in. `upload` reads a form with a file while it comes. `list` is
//! where one begins, `one` follows a batch and shows the certificates once its answers are gone, `results` reads it,
//! `download` hands it out encrypted.

mod approve;
mod download;
pub(super) mod list;
pub(super) mod one;
mod results;
mod send;
mod upload;

use axum::{
    Router,
    routing::{get, post},
};

use crate::http::door::Shared;

/// The pages of batches.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/batches", get(list::page))
        .route("/batches/check", post(send::check))
        .route("/batches/apply", post(send::apply))
        .route("/batches/hand-in", post(send::hand_in))
        .route(
            "/batches/approvals/{number}",
            get(approve::page).post(approve::decide),
        )
        .route("/batches/{batch}", get(one::page))
        .route("/batches/{batch}/results", get(results::page).post(results::open))
        .route("/batches/{batch}/download", post(download::send))
}
