//! The product under `strace`, which kills or fails it at a call of its choice. *Edge.*

use std::{fs, os::unix::process::ExitStatusExt, path::PathBuf, process::Command};

use crate::support::{Run, Sandbox};

/// What became of a run.
pub struct Traced {
    /// Its code is that of the process, or the signal that ended it, negative.
    pub run: Run,
    /// At how many calls it was killed or failed.
    pub injected: usize,
}

/// Runs `mayfly WORDS…` on `sandbox` with `fault` (what strace's `-e inject=` takes), at calls that touch `paths` if there
/// are any.
pub fn traced(sandbox: &Sandbox, fault: &str, paths: &[PathBuf], words: &[&str]) -> Traced {
    let inner = sandbox.command();
    let log = sandbox.path("strace");
    let calls = fault.split(':').next().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", &format!("trace={calls}"), "-o"]);
    command.arg(&log).args(["-e", &format!("inject={fault}")]);
    for path in paths {
        command.arg("-P").arg(path);
    }
    command
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(words);
    command.current_dir(sandbox.path(""));
    sandbox.database.choose(&mut command);
    let output = command.output().expect("strace cannot be run; see .ci/run");
    let killed = output.status.signal();
    let mut run = Run::of(output);
    run.code = killed.map_or(run.code, |signal| -signal);
    let log = String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned();
    Traced {
        run,
        injected: log.matches("(INJECTED").count(),
    }
}
