//! Input that means harm: bounded memory and time, a code, and nothing half-done. *Edge.*
//!
//! `sizes` has what is far too large, `text` what is no text or lies about it, `paths` names and links that lead
//! elsewhere, `changing` files that are written to while they are read, `many` ten thousand small ones, `formulas` what
//! a spreadsheet would carry out, `payloads` five hundred injections in each column. What is merely wrong is in
//! `bad_input`, what earns each code in `codes`. `MAYFLY_LONG=1` brings the sizes that take minutes.

mod changing;
mod formulas;
mod many;
mod paths;
pub mod payload_list;
mod payloads;
mod sizes;
mod text;

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{NOW, Run, Sandbox, files_below, pause, setting};

/// Runs the command to its end and insists that it keeps within 256 MiB and the time.
#[track_caller]
pub fn bounded(mut command: Command) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let (code, peak_kib) = watch(child);
    assert!(peak_kib <= MEMORY_KIB, "it took {} MiB", peak_kib / 1024);
    Run {
        code,
        stdout: fs::read_to_string(out).unwrap(),
        stderr: fs::read_to_string(err).unwrap(),
    }
}

/// Waits for the child, looking at its memory; ends it when it takes too long. Returns its exit code and its peak.
#[track_caller]
fn watch(mut child: Child) -> (i32, u64) {
    let process = format!("/proc/{}", child.id());
    let mut peak_kib = 0;
    for _ in 0..TIME_SECS * LOOKS_A_SECOND {
        peak_kib = peak_kib.max(high_water_kib(&process));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code().unwrap_or(-1), peak_kib);
        }
        pause(1.0 / LOOKS_A_SECOND as f64);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("it was still running after {TIME_SECS} s");
}

#[test]
fn the_memory_of_a_process_is_seen() {
    let greedy = "x=$(head -c 50000000 /dev/zero | tr '\\0' x); sleep 0.3; exit 7";
    let child = Command::new("bash").args(["-c", greedy]).spawn().unwrap();
    let (code, peak_kib) = watch(child);
    assert_eq!(code, 7);
    assert!(peak_kib > 40 << 10, "{peak_kib} KiB");
}

/// The largest resident memory so far, as the kernel keeps it. For a moment a child still has ours, before it becomes another
/// program.
fn high_water_kib(process: &str) -> u64 {
    let program = fs::read_link(format!("{process}/exe")).ok();
    if program.is_none() || program == std::env::current_exe().ok() {
        return 0;
    }
    let text = fs::read_to_string(format!("{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}

/// `mayfly --at NOW --json WORDS…` within its bounds.
#[track_caller]
fn run<'a>(sandbox: &Sandbox, words: impl IntoIterator<Item = &'a str>) -> Run {
    let mut command = sandbox.command();
    command.args(["--at", NOW, "--json"]).args(words);
    bounded(command)
}

/// What a data directory holds that an input could have changed.
#[derive(PartialEq, Debug)]
struct Held {
    batches: Value,
    entries: Value,
    sealed: Vec<PathBuf>,
}

impl Held {
    #[track_caller]
    fn of(sandbox: &Sandbox) -> Self {
        let verified = sandbox.mayfly(["--json", "journal", "verify"]).expect(0).json();
        Self {
            batches: sandbox.mayfly(["--json", "batch", "list"]).expect(0).json(),
            entries: verified["entries"].clone(),
            sealed: files_below(&sandbox.data().join("sealed")),
        }
    }
}

/// Insists that the input was refused with this code, in a sentence and a remedy, and that it changed nothing.
#[track_caller]
fn refused(sandbox: &Sandbox, before: &Held, run: &Run, code: &str) {
    let said = format!("{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, 65, "{said}");
    assert_eq!(run.stdout, "", "half a result");
    assert_eq!(run.stderr.lines().count(), 2, "a sentence and a remedy: {said}");
    assert!(run.stderr.contains(&format!("({code})\n")), "{code}: {said}");
    assert_eq!(&Held::of(sandbox), before, "{code} changed something");
}

/// Insists that a batch ran to its end with these numbers of rows refused and asked, and that all of it holds together.
#[track_caller]
fn ran(sandbox: &Sandbox, run: &Run, rows: u64, refused: u64) -> Value {
    let said = format!("{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, i32::from(refused > 0), "{said}");
    let summary = run.json();
    assert_eq!(summary["state"], json!("settled"), "{said}");
    assert_eq!(
        (&summary["rows"], &summary["refused"]),
        (&json!(rows), &json!(refused)),
        "{said}"
    );
    let ended = ["answered", "no_record", "refused", "failed", "unresolved"];
    let sum: u64 = ended.iter().map(|ended| summary[*ended].as_u64().unwrap()).sum();
    assert_eq!(sum, rows, "{said}");
    sandbox.mayfly(["journal", "verify"]).expect(0);
    summary
}

/// Whether the sizes are wanted that take minutes.
pub fn is_long() -> bool {
    setting::<u8>("MAYFLY_LONG").is_some_and(|on| on > 0)
}

const MEMORY_KIB: u64 = 256 << 10;
const TIME_SECS: u64 = 600;
const LOOKS_A_SECOND: u64 = 200;
