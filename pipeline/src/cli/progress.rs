//! Progress for people at a terminal; nothing in a pipe. *Edge.*

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::out::Out;
use crate::run::Progress;

/// A progress bar that follows a run.
pub(super) struct Bar {
    bar: Option<(ProgressBar, JoinHandle<()>)>,
}

/// Shows a bar for each batch that is worked, if a person is looking.
pub(super) fn watch(out: &Out) -> impl Fn(i64, Arc<Progress>) -> Bar {
    let lively = out.is_lively();
    move |rows, progress| Bar {
        bar: lively.then(|| follow(rows, progress)),
    }
}

fn follow(rows: i64, progress: Arc<Progress>) -> (ProgressBar, JoinHandle<()>) {
    let bar = ProgressBar::new(u64::try_from(rows).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("  {bar:32} {pos}/{len} rows  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    let follower = tokio::spawn({
        let bar = bar.clone();
        async move {
            loop {
                bar.set_position(progress.settled.load(Ordering::Relaxed));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    (bar, follower)
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((bar, follower)) = self.bar.take() {
            follower.abort();
            bar.finish_and_clear();
        }
    }
}
