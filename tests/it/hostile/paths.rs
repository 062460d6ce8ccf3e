//! Names and links that lead elsewhere: what is no regular file is not read, and nothing is written where nobody said. *Edge.*

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
    path::Path,
    process::Command,
};

use super::{Held, bounded, ran, refused, run};
use crate::{
    batch_file::{BatchRow, batch_file, consents_file},
    support::{NOW, Sandbox, files_below},
};

#[test]
fn a_link_is_followed_to_a_regular_file_and_to_nothing_else() {
    let sandbox = Sandbox::with_master_data();
    let before = Held::of(&sandbox);
    let listener = UnixListener::bind(sandbox.path("socket")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(sandbox.path("pipe"))
            .status()
            .unwrap()
            .success()
    );
    fs::create_dir(sandbox.path("folder")).unwrap();
    let targets = [
        "socket",
        "pipe",
        "folder",
        "/dev/zero",
        "/dev/stdin",
        "/dev/full",
        "/dev/tty",
    ];
    for (target, kind) in targets
        .map(|target| (target, "KIND"))
        .into_iter()
        .chain([("loop", "UNREADABLE"), ("/proc/self/mem", "")])
    {
        let _ = fs::remove_file(sandbox.path("loop"));
        symlink(target, sandbox.path("loop")).unwrap();
        let link = sandbox.path("loop");
        let link = link.to_str().unwrap();
        for words in [
            &[
                "batch",
                "run",
                link,
                "--member",
                "004",
                "--batch-no",
                "1151102-01",
            ][..],
            &["consent", "import", link],
        ] {
            let told = run(&sandbox, words.iter().copied());
            if kind.is_empty() {
                // The kernel calls it a regular file; reading it fails, and that is told.
                assert!(matches!(told.code, 65 | 75), "{}", told.stderr);
                assert_eq!(Held::of(&sandbox), before);
            } else {
                refused(&sandbox, &before, &told, &format!("FILE-{kind}"));
            }
        }
        for register in ["member", "staff", "form"] {
            let told = run(&sandbox, [register, "import", link]);
            assert!(matches!(told.code, 65 | 75), "{}", told.stderr);
            assert_eq!(Held::of(&sandbox), before);
        }
    }
    drop(listener);
    // The operator's own link to a file, as shells and other tools have it.
    let file = sandbox.file("of-today.csv", batch_file(&[BatchRow::valid(1)]));
    let link = sandbox.path("004-1151102-01.csv");
    symlink(&file, &link).unwrap();
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", link.to_str().unwrap()]),
        1,
        0,
    );
    let ahead = sandbox.file("ahead.csv", consents_file("004", &[BatchRow::valid(2)]));
    symlink(&ahead, sandbox.path("link.csv")).unwrap();
    run(
        &sandbox,
        ["consent", "import", sandbox.path("link.csv").to_str().unwrap()],
    )
    .expect(0);
}

#[test]
fn no_name_leads_out_of_its_folder() {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&[BatchRow::valid(1)]));
    let file = file.to_str().unwrap();
    run(&sandbox, ["batch", "run", file]).expect(0);
    let before = Held::of(&sandbox);
    let around = || {
        files_below(&sandbox.path(""))
            .into_iter()
            .filter(|path| !path.starts_with(sandbox.data()))
            .collect::<Vec<_>>()
    };
    let lies = around();
    let long = "9".repeat(100_000);
    for name in [
        "../../x",
        "..",
        "../01",
        "01/../../x",
        "/etc/passwd",
        "",
        "01\n02",
        "0x1",
        "１１",
        "-1",
        "%2e%2e",
        long.as_str(),
    ] {
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file, &format!("--batch-no={name}")]),
            "FILE-NAME",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file, &format!("--member={name}")]),
            "FILE-NAME",
        );
        for words in [
            &["batch", "show"][..],
            &["batch", "results", "--as=chen.yl"],
            &["batch", "results", "--as=chen.yl", "--out=elsewhere"],
        ] {
            let told = run(&sandbox, words.iter().copied().chain(["--", name]));
            refused(&sandbox, &before, &told, "BATCH-UNKNOWN");
        }
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["journal", "proof", "--", name]),
            "JOURNAL-UNKNOWN",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["consent", "show", "--", "004", name]),
            "CNS-MISSING",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["consent", "show", "--", name, "T-000001"]),
            "CNS-MISSING",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["stop", "add", "member", "--reason=x", "--", name]),
            "STOP-TARGET",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["stop", "add", "person", "--reason=x", "--", name]),
            "STOP-TARGET",
        );
        if ["..", "0x1", "-1"].contains(&name) {
            // Made of the characters of an account: an act would be put down to it.
            continue;
        }
        for words in [
            &["batch", "submit", file][..],
            &["consent", "show", "004", "T-000001"],
            &["stop", "add", "link", "--reason=x"],
        ] {
            let told = run(
                &sandbox,
                words.iter().copied().chain([format!("--as={name}").as_str()]),
            );
            assert_eq!(
                (told.code, told.stdout.as_str()),
                (2, ""),
                "{name:.20}: {}",
                told.stderr
            );
            assert!(!told.stderr.contains(&long), "the value was told");
        }
        assert_eq!(around(), lies, "{name:.20}");
    }
}

#[test]
fn a_message_about_a_hostile_name_stays_two_lines() {
    let sandbox = Sandbox::with_master_data();
    let before = Held::of(&sandbox);
    let name = "a\u{1b}[2J\nmade mayfly-data\r\u{202e}vsc.\u{9b}31m\u{7}.csv";
    let file = sandbox.file(name, "member,code\n");
    for words in [
        &["member", "import"][..],
        &["staff", "import"],
        &["consent", "outcome"],
        &["form", "import"],
    ] {
        let told = run(&sandbox, words.iter().copied().chain([file.to_str().unwrap()]));
        let code = if words[0] == "form" {
            "IMPORT-FORM"
        } else {
            "IMPORT-COLUMNS"
        };
        refused(&sandbox, &before, &told, code);
        assert!(
            !told
                .stderr
                .chars()
                .any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{:?}",
            told.stderr
        );
    }
    let line = consents_file("004", &[BatchRow::valid(1).with("idv_result", "failed")]);
    let file = sandbox.file(name, line);
    let told = run(&sandbox, ["consent", "import", file.to_str().unwrap()]);
    refused(&sandbox, &before, &told, "IMPORT-CONSENT");
    assert!(
        !told
            .stderr
            .chars()
            .any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
        "{:?}",
        told.stderr
    );
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        "FILE-NAME",
    );
}

#[test]
fn results_and_rejects_replace_nothing_else() {
    let sandbox = Sandbox::with_master_data();
    let rows = batch_file(&[BatchRow::valid(1), BatchRow::valid(2).with("item", "")]);
    let file = sandbox.file("004-1151102-01.csv", &rows);
    let file = file.to_str().unwrap();
    let before = Held::of(&sandbox);
    let (own, link) = (sandbox.data().join("mayfly.toml"), sandbox.path("link"));
    symlink(&own, &link).unwrap();
    for rejects in [
        file,
        own.to_str().unwrap(),
        link.to_str().unwrap(),
        sandbox.data().join("new.csv").to_str().unwrap(),
        "data/sealed/new.csv",
    ] {
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file, "--rejects", rejects]),
            "REJECTS-FILE",
        );
    }
    assert_eq!(fs::read(file).unwrap(), rows);
    // A second name of the batch file, and one of a file of ours, lose that name and nothing else.
    for (name, victim) in [("twin", Path::new(file)), ("ours", own.as_path())] {
        let (twin, content) = (sandbox.path(name), fs::read(victim).unwrap());
        fs::hard_link(victim, &twin).unwrap();
        run(
            &sandbox,
            ["batch", "run", file, "--rejects", twin.to_str().unwrap()],
        )
        .expect(1);
        assert_eq!(fs::read(victim).unwrap(), content, "{name} was written through");
        assert!(fs::read_to_string(&twin).unwrap().starts_with("line,"), "{name}");
    }
    ran(&sandbox, &run(&sandbox, ["batch", "run", file]), 2, 1);

    let inside = [
        "batch",
        "results",
        "004-1151102-01",
        "--as",
        "chen.yl",
        "--out",
        "data/sealed/new",
    ];
    let told = run(&sandbox, inside).expect(65);
    assert!(told.stderr.contains("(DELIVERY-FOLDER)"), "{}", told.stderr);
    assert!(!sandbox.data().join("sealed/new").exists());

    // Whoever plants links under the names of the results gets them replaced, not followed.
    let (out, victim) = (sandbox.path("out"), sandbox.file("victim", "untouched"));
    fs::create_dir(&out).unwrap();
    for kind in ["results", "answers"] {
        symlink(&victim, out.join(format!("004-1151102-01.{kind}.csv.age"))).unwrap();
    }
    let mut command = sandbox.command();
    command
        .args([
            "--at",
            NOW,
            "batch",
            "results",
            "004-1151102-01",
            "--as",
            "chen.yl",
            "--out",
        ])
        .arg(&out);
    bounded(command).expect(0);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert!(
        files_below(&out)
            .iter()
            .all(|path| path.symlink_metadata().unwrap().is_file())
    );
}
