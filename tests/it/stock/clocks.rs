//! The real binary under `faketime`, which fakes its wall clock alone: the kernel is asked for the boot clock. *Edge.*

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    bad_input::{in_own_mounts, may_mount},
    batch_file::{BatchRow, batch_file},
    support::{Run, Sandbox, fixtures, pause},
};

#[test]
fn a_step_of_the_wall_clock_moves_no_deadline_and_closes_the_doors() {
    let sandbox = with_a_file();
    let steps = [
        ("+10s", true),
        ("-10s", true),
        ("+10m", false),
        ("-10m", false),
        ("+1y", false),
        ("-1y", false),
        ("+10y", false),
        ("-10y", false),
    ];
    for (number, (step, open)) in steps.into_iter().enumerate() {
        let faked = |words: &[&str]| faked(&sandbox, step, words);
        let read = faked(&["consent", "show", "004", "LC-NONE", "--as", "chen.yl"]);
        let (code, said) = if open {
            (65, "(CNS-MISSING)")
        } else {
            (75, "(GATE-CLOCK)")
        };
        assert_eq!(read.code, code, "{step}: {}", read.stderr);
        assert!(read.stderr.contains(said), "{step}: {}", read.stderr);
        let asked = faked(&["work", "--once"]);
        assert_eq!(asked.code, if open { 0 } else { 75 }, "{step}: {}", asked.stderr);
        assert_eq!(
            faked(&["--json", "purge", "plan"]).expect(0).json()["due"],
            0,
            "{step}"
        );
        faked(&["purge", "run"]).expect(0);
        let doctor = faked(&["doctor"]);
        assert_eq!(
            doctor.stdout.contains("(GATE-CLOCK)"),
            !open,
            "{step}: {}",
            doctor.stdout
        );
        // A new file for the next step, handed in by the clock that is right.
        hand_in(&sandbox, number as u64 + 2);
    }
    sandbox.mayfly(["work", "--once"]).expect(0);
    // Control: where the boot clock goes along, the time is over.
    let later = sandbox.at("2200-01-01T00:00:00Z", ["purge", "plan"], ["--json"]);
    assert_ne!(later.expect(0).json()["due"], 0);
}

#[test]
fn a_running_process_notices_a_step_and_its_end() {
    let sandbox = with_a_file();
    let setting = sandbox.file("step", "+10m\n");
    let inner = sandbox.command();
    let mut command = Command::new("faketime");
    sandbox.database.choose(&mut command);
    let mut worker = command
        .args(["-m", "-f", "+0", "env", "-u", "FAKETIME"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .arg("work")
        .env("FAKETIME_TIMESTAMP_FILE", &setting)
        .env("FAKETIME_NO_CACHE", "1")
        // Its locks of the file and those of the timers would wait for each other.
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .stdout(Stdio::null())
        .stderr(fs::File::create(sandbox.path("said")).unwrap())
        .spawn()
        .unwrap();
    let said = || fs::read_to_string(sandbox.path("said")).unwrap();
    let mut wait_for = |what: &str, holds: &dyn Fn() -> bool| {
        for _ in 0..1_200 {
            if holds() {
                return;
            }
            assert!(
                worker.try_wait().unwrap().is_none(),
                "{what}: it ended: {}",
                said()
            );
            pause(0.05);
        }
        worker.kill().unwrap();
        panic!("{what}: it said {}", said());
    };
    let refusals = || said().matches("(GATE-CLOCK)").count();
    wait_for("a worker that begins ten minutes ahead", &|| refusals() > 0);
    assert_eq!(state(&sandbox), "accepted");
    fs::write(&setting, "+0\n").unwrap();
    wait_for("the clock is right", &|| state(&sandbox) == "settled");
    fs::write(&setting, "-1y\n").unwrap();
    let before = refusals();
    hand_in(&sandbox, 7);
    wait_for("a year back", &|| refusals() > before);
    assert_eq!(state(&sandbox), "accepted");
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_boot_in_1970_closes_everything_and_after_six_hours_all_that_is_held_goes() {
    if !may_mount() {
        return;
    }
    let sandbox = with_a_file();
    fs::write(sandbox.path("boot"), "0f3c52d1-8be0-4a6f-9b1c-77aa0e4d2f10\n").unwrap();
    let script = r#"
        set -e; cd "$1"; shift; mount --bind boot /proc/sys/kernel/random/boot_id; set +e
        dead() { TZ=UTC faketime -m -f "@1970-01-01 00:00:30" "$@"; }
        say() { name=$1; shift; "$@" >"$name.out" 2>"$name.err"; echo $? >"$name.code"; }
        say closed dead "$@" work --once
        say plan dead "$@" --json purge plan
        say run dead "$@" --json purge run
        say right faketime -m -f +10y "$@" doctor
        say again faketime -m -f +10y "$@" --json purge plan
        say export faketime -m -f +10y "$@" certificate export exported
        say verify "$@" certificate verify exported/*.certificate --key exported/verifier-key"#;
    let script = format!("exec unshare --time --boottime 21600 --fork bash -c '{script}' bash \"$@\"");
    let inner = sandbox.command();
    let mut command = in_own_mounts(&script);
    sandbox.database.choose(&mut command);
    let output = command
        .arg(sandbox.path(""))
        .arg(inner.get_program())
        .args(inner.get_args())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let run = |name: &str| {
        let read = |kind: &str| fs::read_to_string(sandbox.path(&format!("{name}.{kind}"))).unwrap();
        Run {
            code: read("code").trim().parse().unwrap(),
            stdout: read("out"),
            stderr: read("err"),
        }
    };
    let closed = run("closed").expect(75);
    assert!(closed.stderr.contains("(GATE-CLOCK)"), "{}", closed.stderr);
    assert_eq!(run("plan").expect(0).json()["due"], 1);
    // Late is a breach; early is an incident, and told as one (D4).
    let purged = run("run").expect(1);
    assert!(
        purged.stderr.contains("destroyed before it was due"),
        "{}",
        purged.stderr
    );
    let counts = purged.json();
    assert_eq!(
        (&counts["certified"], &counts["incidents"]),
        (&1.into(), &1.into()),
        "{counts}"
    );
    assert_eq!(
        (&counts["destroyed"], &counts["residue"], &counts["overdue"]),
        (&1.into(), &0.into(), &0.into()),
        "{counts}"
    );
    let right = run("right");
    assert!(right.stdout.contains("trusted: "), "{}", right.stdout);
    assert_eq!(run("again").expect(0).json()["due"], 0);
    // The certificate says why, and holds together.
    run("export").expect(0);
    let verified = run("verify").expect(0).stdout;
    assert!(
        verified.contains("early, because nobody knew the time"),
        "{verified}"
    );
}

/// A sandbox of the real clocks with one file handed in.
fn with_a_file() -> Sandbox {
    let sandbox = Sandbox::empty();
    for register in ["member", "staff"] {
        let file = fixtures().join(format!("demo/{register}s.csv").replace("staffs", "staff"));
        sandbox
            .mayfly([Path::new(register), Path::new("import"), &file])
            .expect(0);
    }
    hand_in(&sandbox, 1);
    sandbox
}

/// Hands in the file of another batch number.
fn hand_in(sandbox: &Sandbox, number: u64) {
    let file = sandbox.file(
        &format!("004-1151102-{number:02}.csv"),
        batch_file(&[BatchRow::valid(number)]),
    );
    sandbox
        .mayfly([Path::new("batch"), Path::new("submit"), &file])
        .expect(0);
}

/// The state of the batch that was handed in last.
fn state(sandbox: &Sandbox) -> String {
    let list = sandbox.mayfly(["--json", "batch", "list"]).expect(0).json();
    let batches = list.as_array().unwrap();
    let open = batches.iter().any(|batch| batch["state"] == "accepted");
    if open { "accepted" } else { "settled" }.into()
}

/// Runs the binary with its wall clock `step` off.
fn faked(sandbox: &Sandbox, step: &str, words: &[&str]) -> Run {
    let inner = sandbox.command();
    let mut command = Command::new("faketime");
    sandbox.database.choose(&mut command);
    command
        .args(["-m", "-f", step])
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(words);
    Run::of(command.output().unwrap_or_else(|_| {
        panic!("faketime cannot be run; see .ci/run for what the stock-tools tests need")
    }))
}
