//! How the stages of a run share the cores: what parses, seals and matches yields to the one writer. *Edge.*

use std::future::Future;

use tokio::{runtime::Handle, task::JoinHandle};

use crate::error::Result;

/// Runs a stage that computes much on a thread of its own and of lower priority. Such stages keep every core busy, and all
/// wait for the writer of the database, which must not queue up behind them.
pub(super) fn aside(stage: impl Future<Output = Result<()>> + Send + 'static) -> JoinHandle<Result<()>> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        yield_to_the_writer();
        runtime.block_on(stage)
    })
}

/// Lowers the priority of this thread, for good. Where the system does not allow it, the run is only slower.
pub(super) fn yield_to_the_writer() {
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// Steps of niceness: a third of the writer's share where there is not enough for both.
const NICE: i32 = 5;
