//! A disk that is full, that is read-only, or that takes no more of a file: nothing is lost, nothing asked twice. *Edge.*

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use super::{check_refused, check_usable, marked_row};
use crate::{
    batch_file::batch_file,
    exchange::Trial,
    support::{NOW, Run, Sandbox, files_below, fixtures},
};

#[test]
fn a_limit_on_the_size_of_files_stops_a_run_that_is_finished_later() {
    let (template, reference) = prepared();
    let mut stopped = 0;
    for blocks in [0, 16, 40, 64, 100, 129, 160, 200, 260, 320, 8000] {
        let sandbox = template.copy();
        let file = demo_batch(&sandbox);
        // Without the trap the signal would end the process; with it each write beyond the limit fails.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut command = Command::new("bash");
        sandbox.database.choose(&mut command);
        let inner = sandbox.command();
        command
            .args(["-c", &script, "bash"])
            .arg(inner.get_program())
            .args(inner.get_args());
        command.args(["--at", NOW, "--json", "batch", "run"]).arg(&file);
        let run = Run::of(command.output().unwrap());
        if run.code == 75 {
            stopped += 1;
            assert_eq!(
                (run.stdout.as_str(), run.stderr.lines().count()),
                ("", 2),
                "{blocks}: {}",
                run.stderr
            );
        } else {
            assert_eq!(run.code, 1, "{blocks} blocks: {}{}", run.stdout, run.stderr);
        }
        check_finished(&sandbox, &file, &reference);
    }
    assert!((5..11).contains(&stopped), "{stopped} of 11 runs were stopped");
}

#[test]
fn a_full_disk_stops_a_run_that_is_finished_later() {
    if !may_mount() {
        return;
    }
    let (template, reference) = prepared();
    let mut stopped = 0;
    for room_kib in [0, 4, 32, 64, 128, 256, 384, 512, 640, 768, 8000] {
        let sandbox = template.copy();
        let file = demo_batch(&sandbox);
        let script = format!(
            "set -e; cd \"$1\"; shift; mkdir disk; mount -t tmpfs -o size=64m tmpfs disk
             cp -a data/. disk; used=$(df -k --output=used disk | tail -n 1)
             mount -o remount,size=$((used + {room_kib}))k disk
             set +e; \"$@\" >out 2>err; echo $? >code; set -e
             mount -o remount,size=64m disk; rm -rf data; mkdir data; cp -a disk/. data"
        );
        let mut command = in_own_mounts(&script);
        sandbox.database.choose(&mut command);
        command.arg(sandbox.path("")).arg(sandbox.command().get_program());
        command
            .args(["--data", "disk", "--at", NOW, "--json", "batch", "run"])
            .arg(&file);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let read = |name: &str| fs::read_to_string(sandbox.path(name)).unwrap();
        let run = Run {
            code: read("code").trim().parse().unwrap(),
            stdout: read("out"),
            stderr: read("err"),
        };
        if run.code == 75 {
            stopped += 1;
            check_refused(&run, 75, "DISK-FULL");
        } else {
            assert_eq!(run.code, 1, "{room_kib} KiB: {}{}", run.stdout, run.stderr);
        }
        check_finished(&sandbox, &file, &reference);
    }
    assert!((5..11).contains(&stopped), "{stopped} of 11 runs were stopped");
}

#[test]
fn a_read_only_data_directory_is_told() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&[marked_row(1)]));
    let read_only = |at: &str, words: &[&str]| {
        let script =
            "set -e; mount --bind \"$1\" \"$1\"; mount -o remount,ro,bind \"$1\"; shift; exec \"$@\"";
        let mut command = in_own_mounts(script);
        sandbox.database.choose(&mut command);
        let inner = sandbox.command();
        command
            .arg(sandbox.data())
            .arg(inner.get_program())
            .args(inner.get_args());
        Run::of(
            command
                .args(["--at", at])
                .args(words)
                .arg(&file)
                .output()
                .unwrap(),
        )
    };
    let before = files_below(&sandbox.data());
    // At a later instant the clock has to be noted; at the same one the first write is another.
    for at in ["2026-11-02T10:00:01+08:00", NOW] {
        check_refused(&read_only(at, &["batch", "run"]), 75, "DISK-READ-ONLY");
        check_refused(&read_only(at, &["batch", "submit"]), 75, "DISK-READ-ONLY");
    }
    assert_eq!(files_below(&sandbox.data()), before);
    sandbox.at(NOW, ["batch", "run"], [&file]).expect(0);
    check_usable(&sandbox);
}

#[test]
fn a_read_only_folder_of_an_exchange_is_told() {
    if !may_mount() {
        return;
    }
    let trial = Trial::of(1);
    let script = "set -e; mount --bind \"$1\" \"$1\"; mount -o remount,ro,bind \"$1\"; shift; exec \"$@\"";
    for folder in ["requests", "replies"] {
        let mut command = in_own_mounts(script);
        let inner = trial.sandbox.command();
        command
            .arg(trial.sandbox.path("exchange").join(folder))
            .arg(inner.get_program())
            .args(inner.get_args())
            .args(["--at", NOW, "batch", "run"])
            .arg(&trial.file);
        check_refused(&Run::of(command.output().unwrap()), 75, "EXCHANGE-FOLDER");
        assert!(trial.requests().is_empty());
    }
    trial.send();
}

#[test]
fn an_output_that_takes_nothing_is_told_and_the_work_is_done() {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(
        "004-1151102-01.csv",
        batch_file(&[marked_row(1), marked_row(2).with("item", "")]),
    );
    let run = |words: &[&str], full: bool| {
        let mut command = sandbox.command();
        command.args(["--at", NOW]).args(words).arg(&file);
        if full {
            command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
        }
        let output: Output = command.output().unwrap();
        Run::of(output)
    };
    check_refused(&run(&["batch", "run"], true), 75, "DISK-FULL");
    check_refused(
        &run(&["batch", "run", "--rejects", "/dev/full"], false),
        75,
        "DISK-FULL",
    );
    check_refused(
        &run(&["batch", "run", "--rejects", "/nowhere/rejects.csv"], false),
        65,
        "REJECTS-FILE",
    );
    let shown = run(&["--json", "batch", "run"], false).expect(1).json();
    assert_eq!(
        (&shown["state"], &shown["refused"]),
        (&"settled".into(), &1.into()),
        "{shown}"
    );
}

#[test]
fn results_that_do_not_fit_leave_no_half_file() {
    if !may_mount() {
        return;
    }
    let (sandbox, _) = prepared();
    sandbox.batch_run(&demo_batch(&sandbox), &[]);
    let folder = sandbox.path("results");
    fs::create_dir(&folder).unwrap();
    let words = ["batch", "results", "004-1151102-01", "--as", "chen.yl", "--out"];
    let script = "mount -t tmpfs -o size=12k tmpfs \"$1\"; cd \"$1\"; shift; \"$@\"; code=$?; find . -type f >../left; exit $code";
    let mut command = in_own_mounts(script);
    sandbox.database.choose(&mut command);
    let inner = sandbox.command();
    command
        .arg(&folder)
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(["--at", NOW]);
    let run = Run::of(command.args(words).arg(".").output().unwrap());
    check_refused(&run, 75, "DISK-FULL");
    assert_eq!(
        fs::read_to_string(sandbox.path("left")).unwrap(),
        "",
        "half a file was left"
    );
    sandbox.at(NOW, words, [&folder]).expect(0);
    assert_eq!(files_below(&folder).len(), 2);
}

/// A sandbox whose provider keeps a ledger, and what a run of the demonstration's batch says when nothing is wrong.
fn prepared() -> (Sandbox, Value) {
    let template = Sandbox::with_master_data();
    let settings = template.data().join("mayfly.toml");
    let ledger = "[sandbox]\nledger = \"ledger.txt\"\n";
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + ledger).unwrap();
    let undisturbed = template.copy();
    let (code, reference) = undisturbed.batch_run(&demo_batch(&undisturbed), &[]);
    assert_eq!(code, 1);
    (template, reference)
}

/// Insists that the same command finishes what was begun: the counts of an undisturbed run, and nothing asked twice.
#[track_caller]
fn check_finished(sandbox: &Sandbox, file: &Path, reference: &Value) {
    let (code, json) = sandbox.batch_run(file, &[]);
    assert!(code == 0 || code == 1, "{code}: {json}");
    assert_eq!(&json, reference);
    let ledger = fs::read_to_string(sandbox.data().join("ledger.txt")).unwrap();
    // What the full disk cut off in the ledger has no whole id; that it was asked for again stands below it.
    let noted = |word: &str| {
        let ids = ledger.lines().filter_map(|line| line.strip_prefix(word));
        ids.filter(|id| id.len() == ID)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut seen = BTreeSet::new();
    for asked in noted("ask ") {
        assert!(seen.insert(asked.clone()), "{asked} was asked twice");
    }
    seen.extend(noted("recall "));
    let answered = reference["answered"].as_u64().unwrap() + reference["no_record"].as_u64().unwrap();
    assert_eq!(seen.len() as u64, answered);
    check_usable(sandbox);
    assert_eq!(partial_files(sandbox), Vec::<PathBuf>::new());
}

/// Files under a temporary name, which nobody would ever look for again.
fn partial_files(sandbox: &Sandbox) -> Vec<PathBuf> {
    let sealed = files_below(&sandbox.data().join("sealed"));
    sealed
        .into_iter()
        .filter(|path| path.extension().is_none_or(|extension| extension != "seg"))
        .collect()
}

fn demo_batch(sandbox: &Sandbox) -> PathBuf {
    sandbox.file(
        "004-1151102-01.csv",
        fs::read(fixtures().join("demo/004-1151102-01.csv")).unwrap(),
    )
}

/// `bash -c SCRIPT` with mounts of its own, which end with it.
pub fn in_own_mounts(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "bash", "-c", script, "bash"]);
    command
}

/// Whether this host lets us mount at all; containers may forbid it.
pub fn may_mount() -> bool {
    let tried = in_own_mounts("mount -t tmpfs tmpfs /mnt").output();
    let may = tried.is_ok_and(|output| output.status.success());
    assert!(
        may || !cfg!(feature = "stock-tools"),
        "with `stock-tools` nothing is left out, and this host allows no mounts"
    );
    if !may {
        println!("left out: this host does not allow mounts in a namespace of our own");
    }
    may
}

/// Characters of a query id.
const ID: usize = "7f3a9c0d5e1b2a48-0017".len();
