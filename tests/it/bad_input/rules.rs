//! What the command line and the configuration must not say. *Edge.*

use std::{fs, path::Path};

use super::{check_refused, check_usable};
use crate::{
    database::Database,
    support::{NOW, Run, Sandbox},
};

#[test]
fn a_command_line_that_is_none_is_usage() {
    let sandbox = Sandbox::with_master_data();
    let usages: [&[&str]; 9] = [
        &[],
        &["frobnicate"],
        &["batch"],
        &["batch", "run"],
        &["batch", "run", "a.csv", "--encoding", "big5"],
        &["--at", "yesterday", "batch", "list"],
        &["init", "--environment", "test"],
        &["batch", "results", "004-1151102-01"],
        &["journal", "verify", "folder"],
    ];
    for words in usages {
        let run = sandbox.mayfly(words);
        assert_eq!(run.code, 2, "{words:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout, "", "{words:?}");
        assert!(run.stderr.contains("--help"), "{words:?}: {}", run.stderr);
    }
    for words in [&["--help"][..], &["--version"], &["batch", "run", "--help"]] {
        let run = sandbox.mayfly(words).expect(0);
        assert!(!run.stdout.is_empty() && run.stderr.is_empty(), "{words:?}");
    }
    check_usable(&sandbox);
}

#[test]
fn time_does_not_go_back() {
    let sandbox = Sandbox::with_master_data();
    let list = |at| sandbox.at(at, ["batch"], ["list"]);
    list("2026-11-02T12:00:00+08:00").expect(0);
    check_refused(&list("2026-11-02T11:59:59.999999+08:00"), 2, "USAGE");
    list("2026-11-02T12:00:00+08:00").expect(0);
    // The same instant, written with another offset.
    list("2026-11-02T04:00:00Z").expect(0);
    list("2026-11-02T12:00:00.000001+08:00").expect(0);
}

#[test]
fn what_is_not_a_data_directory_is_not_opened() {
    let sandbox = Sandbox::empty();
    let nowhere = Run::of(
        sandbox
            .command()
            .args(["--data", "nowhere", "batch", "list"])
            .output()
            .unwrap(),
    );
    assert_eq!(nowhere.code, 2, "--data was given twice: {}", nowhere.stderr);
    let away = sandbox.path("away");
    fs::rename(sandbox.data(), &away).unwrap();
    check_refused(&sandbox.mayfly(["batch", "list"]), 75, "NO-DATA-DIRECTORY");
    fs::rename(away, sandbox.data()).unwrap();
    fs::remove_file(sandbox.data().join("mayfly.toml")).unwrap();
    check_refused(&sandbox.mayfly(["batch", "list"]), 75, "NO-DATA-DIRECTORY");
    // And no second one is made on top of what is there.
    check_refused(
        &sandbox.mayfly(["init", "--environment", "sandbox"]),
        65,
        "INIT-REFUSED",
    );
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let sandbox = Sandbox::with_master_data();
    let path = sandbox.data().join("mayfly.toml");
    let good = fs::read_to_string(&path).unwrap();
    for (change, code) in [
        (
            good.replace("provider = \"sandbox\"", "provider = \"carrier pigeon\""),
            "CONFIG-FILE",
        ),
        (format!("{good}colour = \"blue\"\n"), "CONFIG-FILE"),
        (format!("{good}[limits]\nrows = -1\n"), "CONFIG-FILE"),
        (good.replace("jcic-2024", "jcic-1924"), "CONFIG-RULE"),
        (
            good.replace("environment = \"sandbox\"", "environment = \"production\""),
            "CONFIG-RULE",
        ),
        (
            good.replace("environment = \"sandbox\"", "environment = \"production\"")
                .replace("provider = \"sandbox\"", "provider = \"none\""),
            "CONFIG-RULE",
        ),
        ("\u{0}".into(), "CONFIG-FILE"),
        (String::new(), "CONFIG-FILE"),
    ] {
        fs::write(&path, change).unwrap();
        check_refused(&sandbox.mayfly(["work", "--once"]), 75, code);
    }
    fs::write(&path, good).unwrap();
    check_usable(&sandbox);
}

#[test]
fn production_refuses_what_belongs_to_the_sandbox() {
    let sandbox = Sandbox::empty();
    let house = sandbox.path("house");
    let keys = sandbox.path("keys-elsewhere");
    let run = |words: &[&str]| run_on(&sandbox, &house, words);
    let init = ["init", "--environment", "production"];
    check_refused(&run(&init), 65, "INIT-REFUSED");
    let inside = house.join("keys");
    check_refused(
        &run(&[&init[..], &["--keys", inside.to_str().unwrap()]].concat()),
        65,
        "INIT-REFUSED",
    );
    assert!(!house.exists(), "a refused init left something behind");
    // Whatever the disk of this host is.
    let weak = "--accept-weak-erasure";
    let made = &[&init[..], &["--keys", keys.to_str().unwrap(), weak]].concat();
    if sandbox.database.url().is_some() {
        // The sandbox's database is not taken for an empty one.
        check_refused(&run(made), 65, "INIT-REFUSED");
        assert!(!house.exists(), "a refused init left something behind");
        sandbox.database.restore(&Database::empty());
    }
    run(made).expect(0);

    run(&["batch", "list"]).expect(0);
    check_refused(&run(&["--at", NOW, "batch", "list"]), 2, "USAGE");
    // What `work` did is told whatever stopped the rest.
    let worked = run(&["work", "--once"]).expect(75);
    assert!(worked.stderr.contains("(PROVIDER-NONE)\n"), "{}", worked.stderr);
    let path = house.join("mayfly.toml");
    let good = fs::read_to_string(&path).unwrap();
    for change in [
        good.replace("provider = \"none\"", "provider = \"sandbox\""),
        good.replace(keys.to_str().unwrap(), "keys"),
        good.replace(keys.to_str().unwrap(), inside.to_str().unwrap()),
        good.replace(keys.to_str().unwrap(), "../house/keys"),
        format!("{good}clock_stands = true\n"),
        good.replace("production", "sandbox"),
    ] {
        assert_ne!(change, good);
        fs::write(&path, change).unwrap();
        check_refused(&run(&["batch", "list"]), 75, "CONFIG-RULE");
    }
    // Nor through a link that leads back inside.
    std::os::unix::fs::symlink(&house, sandbox.path("way-back")).unwrap();
    let roundabout = sandbox.path("way-back").join("keys");
    fs::write(
        &path,
        good.replace(keys.to_str().unwrap(), roundabout.to_str().unwrap()),
    )
    .unwrap();
    check_refused(&run(&["batch", "list"]), 75, "CONFIG-RULE");
    fs::write(&path, good).unwrap();
    run(&["batch", "list"]).expect(0);
}

#[test]
fn an_address_that_cannot_be_is_refused_without_its_text() {
    let sandbox = Sandbox::empty();
    let house = sandbox.path("house");
    for address in [
        "postgres://u:secretword@h/d?sslmod=secretword",
        "postgres://u:secretword@h/d?sslmode=secretword",
        "postgres://u:secretword@h:99999/d",
        "postgres://u:secretword@a host/d",
        "mysql://u:secretword@h/d",
    ] {
        let words = [
            "--log",
            "trace",
            "init",
            "--environment",
            "sandbox",
            "--database",
            address,
        ];
        let run = run_on(&sandbox, &house, &words);
        check_refused(&run, 75, "CONFIG-RULE");
        assert!(!run.stderr.contains("secretword"), "{}", run.stderr);
        assert!(!house.exists(), "a refused init left something behind");
    }
}

#[test]
fn a_server_named_by_the_environment_does_not_replace_the_embedded_database() {
    let sandbox = Sandbox::with_master_data();
    if sandbox.database.url().is_none() {
        let mut command = sandbox.command();
        command.env("DATABASE_URL", "").args(["batch", "list"]);
        Run::of(command.output().unwrap()).expect(0);
        let mut command = sandbox.command();
        command
            .env("DATABASE_URL", "postgres://u@h/d")
            .args(["batch", "list"]);
        let run = Run::of(command.output().unwrap());
        check_refused(&run, 75, "CONFIG-RULE");
        assert!(run.stderr.contains("DATABASE_URL") && run.stderr.contains("mayfly.db"));
    }
    check_usable(&sandbox);
}

/// The kernel accepts for a listener that never does.
#[test]
fn a_server_that_says_nothing_is_away() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let sandbox = Sandbox::empty();
    let address = format!(
        "postgres://u@{}/d?sslmode=disable",
        listener.local_addr().unwrap()
    );
    let words = ["init", "--environment", "sandbox", "--database", &address];
    check_refused(&run_on(&sandbox, &sandbox.path("house"), &words), 75, "DB-AWAY");
}

fn run_on(sandbox: &Sandbox, house: &Path, words: &[&str]) -> Run {
    let mut command = std::process::Command::new(sandbox.command().get_program());
    sandbox.database.choose(&mut command);
    Run::of(command.arg("--data").arg(house).args(words).output().unwrap())
}
