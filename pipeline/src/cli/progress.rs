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

/// Shows a bar of `rows` rows, if a person is looking.
pub(super) fn show(out: &Out, rows: i64, progress: Arc<Progress>) -> Bar {
    if !out.is_lively() {
        return Bar { bar: None };
    }
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
    Bar {
        bar: Some((bar, follower)),
    }
}

impl Bar {
    /// Takes the bar off the screen.
    pub(super) async fn finish(self) {
        if let Some((bar, follower)) = self.bar {
            follower.abort();
            bar.finish_and_clear();
        }
    }
}
