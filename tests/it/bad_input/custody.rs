//! Keys on storage that does not erase, and a purge on a disk without any room. *Edge.*

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use mayfly_retention::{Custody, certificate::Strength};
use serde_json::Value;

use super::{
    check_refused, check_usable,
    disk::{in_own_mounts, may_mount},
    good_file,
};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// When what came in at [`NOW`] is due.
const DUE: &str = "2026-11-05T11:00:00+08:00";

#[test]
fn production_keeps_its_keys_only_where_overwriting_erases() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::empty();
    let script = r#"
        set -e; cd "$1"; mayfly=$2; unset DATABASE_URL
        mkdir disk; mount -t tmpfs tmpfs disk; mkdir disk/lower disk/upper disk/work disk/merged
        mount -t overlay overlay -o lowerdir=disk/lower,upperdir=disk/upper,workdir=disk/work disk/merged
        set +e
        run() { name=$1; shift; "$mayfly" "$@" >"$name.out" 2>"$name.err"; echo $? >"$name.code"; }
        init="init --environment production --keys"
        run refused --data weak $init "$PWD/disk/merged/keys"
        [ -e weak ] && echo "a refused init left something" >&2
        run accepted --data weak $init "$PWD/disk/merged/keys" --accept-weak-erasure
        run weak --data weak --json doctor
        old() { mkdir -p $1/sealed/answer/answer-2020010100; echo >$1/sealed/answer/answer-2020010100/$(printf %032d 1).seg; }
        old weak; run late --data weak purge run; run weakly --data weak --json certificate list
        sed -i /accept_weak_erasure/d weak/mayfly.toml
        run closed --data weak batch list
        run examined --data weak --json doctor
        run purged --data weak --json purge run
        run memory --data strong $init "$PWD/disk/keys"
        run strong --data strong --json doctor
        old strong; run later --data strong purge run; run strongly --data strong --json certificate list
    "#;
    let mut command = in_own_mounts(script);
    let output = command
        .arg(sandbox.path(""))
        .arg(sandbox.command().get_program())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let read = |name: &str| fs::read_to_string(sandbox.path(name)).unwrap();
    let run = |name: &str| Run {
        code: read(&format!("{name}.code")).trim().parse().unwrap(),
        stdout: read(&format!("{name}.out")),
        stderr: read(&format!("{name}.err")),
    };
    check_refused(&run("refused"), 75, "CUSTODY-WEAK");
    run("accepted").expect(0);
    assert!(
        custody(&run("weak"))["finding"]
            .as_str()
            .unwrap()
            .starts_with("weak: an overlay")
    );
    check_refused(&run("closed"), 75, "CUSTODY-WEAK");
    assert_eq!(custody(&run("examined"))["code"], "CUSTODY-WEAK");
    // The purge itself asks for no strength; only its evidence waits.
    let purged = run("purged").expect(75);
    assert!(purged.stderr.contains("(CUSTODY-WEAK)"), "{}", purged.stderr);
    assert_eq!(purged.json()["residue"], 0);
    run("memory").expect(0);
    let finding = custody(&run("strong"));
    assert!(
        finding["finding"]
            .as_str()
            .unwrap()
            .starts_with("file: in memory"),
        "{finding}"
    );
    for (name, strength) in [("weakly", "weak"), ("strongly", "file")] {
        let certificates = run(name).expect(0).json();
        assert_eq!(certificates.as_array().unwrap().len(), 1, "{certificates}");
        assert_eq!(certificates[0]["strength"], strength, "{certificates}");
    }
}

/// What doctor shows of the place of the keys is what certificates say, here (on most hosts `logical` or `weak`) as in a sandbox.
#[test]
fn certificates_have_the_strength_that_doctor_shows() {
    let sandbox = Sandbox::empty();
    let (keys, production) = (sandbox.path("keys"), sandbox.path("production"));
    let on = |data: &Path, words: &[&str]| {
        let mut command = Command::new(sandbox.command().get_program());
        command.env_remove("DATABASE_URL").arg("--data").arg(data);
        Run::of(command.args(words).output().unwrap())
    };
    let init = [
        "init",
        "--environment",
        "production",
        "--accept-weak-erasure",
        "--keys",
    ];
    on(&production, &[&init[..], &[keys.to_str().unwrap()]].concat()).expect(0);
    let place = Custody::erasure_at(&keys).strength;
    let data = sandbox.data();
    let checked = [(&production, place), (&data, Strength::Weak)];
    for (data, strength) in checked {
        let run = |words: &[&str]| match data == &production {
            true => on(data, words),
            false => sandbox.mayfly([&["--at", NOW], words].concat()),
        };
        let finding = custody(&run(&["--json", "doctor"]))["finding"].to_string();
        let said = format!("\"{}: ", strength.name());
        assert!(finding.starts_with(&said), "{finding} and {said}");
        let cohort = data.join("sealed/answer/answer-2020010100");
        fs::create_dir_all(&cohort).unwrap();
        fs::write(cohort.join(format!("{:032}.seg", 1)), b"old").unwrap();
        run(&["purge", "run"]).expect(1);
        let certificates = run(&["--json", "certificate", "list"]).expect(0).json();
        assert_eq!(certificates[0]["strength"], strength.name(), "{certificates}");
    }
}

#[test]
fn a_full_disk_keeps_nothing_that_is_due_and_takes_nothing_in() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::with_master_data();
    let batch = batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]);
    let batch = sandbox.file("004-1151102-01.csv", batch);
    sandbox.at(NOW, ["batch", "run"], [batch]).expect(0);
    let control = sandbox.copy();

    let (full, purged) = on_a_full_disk(&sandbox, "");
    check_refused(&full, 75, "DISK-FULL");
    // Whether what was removed has made room for the evidence too, the database decides.
    assert!(matches!(purged.code, 0 | 75), "{}", purged.stderr);
    let counts = purged.json();
    assert_eq!(
        (&counts["destroyed"], &counts["residue"]),
        (&2.into(), &0.into()),
        "{counts}"
    );
    let destroyed = fs::read_to_string(sandbox.data().join("keys/destroyed")).unwrap();
    let cohorts: BTreeSet<_> = destroyed.lines().map(|line| line.split(' ').next()).collect();
    assert_eq!(cohorts.len(), 2, "{destroyed}");
    for class in ["answer", "intake"] {
        let left = fs::read_dir(sandbox.data().join("sealed").join(class)).unwrap();
        assert_eq!(left.count(), 0, "{class}");
    }
    // With room again, there is a reserve again and everything goes on.
    sandbox.at(DUE, ["purge"], ["run"]).expect(0);
    assert!(sandbox.data().join("keys/reserve").is_file());
    sandbox.at(DUE, ["journal"], ["verify"]).expect(0);

    // Without its reserve the purge could not have done it, and no new hour begins.
    let (_, purged) = on_a_full_disk(
        &control,
        "rm disk/data/keys/reserve; dd if=/dev/zero of=disk/more bs=4k 2>/dev/null;",
    );
    check_refused(&purged, 75, "DISK-FULL");
    check_usable(&control);
}

/// Copies the data directory to a disk of its own, fills that, hands a new batch in, does what `then` says and runs the
/// purge, and copies what is left back.
fn on_a_full_disk(sandbox: &Sandbox, then: &str) -> (Run, Run) {
    let script = format!(
        r#"set -e; cd "$1"; shift; mkdir disk; mount -t tmpfs -o size=64m tmpfs disk
        cp -a data disk; used=$(df -k --output=used disk | tail -n 1)
        mount -o remount,size=$((used + 64))k disk
        set +e; dd if=/dev/zero of=disk/filler bs=4k 2>/dev/null
        "$1" --data disk/data --at {NOW} batch submit "$2" >full.out 2>full.err; echo $? >full.code
        {then}
        "$1" --data disk/data --at {DUE} --json purge run >purged.out 2>purged.err; echo $? >purged.code
        set -e; mount -o remount,size=64m disk; rm disk/filler; rm -rf data; cp -a disk/data ."#
    );
    let mut command = in_own_mounts(&script);
    sandbox.database.choose(&mut command);
    let output = command
        .arg(sandbox.path(""))
        .arg(sandbox.command().get_program())
        .arg(good_file(sandbox))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let run = |name: &str| {
        let read = |kind: &str| fs::read_to_string(sandbox.path(&format!("{name}.{kind}"))).unwrap();
        Run {
            code: read("code").trim().parse().unwrap(),
            stdout: read("out"),
            stderr: read("err"),
        }
    };
    (run("full"), run("purged"))
}

/// What `doctor --json` says of the custody.
fn custody(run: &Run) -> Value {
    let checks = run.json();
    let found = checks.as_array().unwrap().iter();
    let mut of_it = found.filter(|check| check["what"] == "custody");
    of_it.next().cloned().unwrap()
}
