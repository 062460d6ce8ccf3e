//! The product under `strace`, which kills, fails or stops it at a call of its choice. *Edge.*

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use mayfly::clock::Stopwatch;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Run, Sandbox, pause};

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

/// Runs `mayfly WORDS…` on `sandbox` and does `meanwhile` while it stands still, when it has just made the folder `made`.
pub fn stopped(sandbox: &Sandbox, made: &Path, words: &[&str], meanwhile: impl FnOnce()) -> Run {
    let inner = sandbox.command();
    let mut command = Command::new("strace");
    // The product itself is our child, and strace beside it.
    command.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=mkdir", "-P"]);
    command
        .arg(made)
        .args(["-e", "inject=mkdir:signal=SIGSTOP:when=1"]);
    command
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(words);
    command.current_dir(sandbox.path(""));
    sandbox.database.choose(&mut command);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("strace cannot be run; see .ci/run");
    let watch = Stopwatch::start();
    // The signal came before the call returned.
    while !made.exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it made {}",
            made.display()
        );
        assert!(watch.seconds() < 120.0, "{} was not made", made.display());
        pause(0.002);
    }
    meanwhile();
    // Its threads may come to their stop one after the other behind the first call to go on.
    while child.try_wait().unwrap().is_none() {
        assert!(watch.seconds() < 300.0, "it does not go on");
        let _ = kill_process(Pid::from_child(&child), Signal::CONT);
        pause(0.02);
    }
    Run::of(child.wait_with_output().unwrap())
}
