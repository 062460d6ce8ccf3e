//! Keys and formats that do not fit: older, newer, missing, of a later version. *Edge.*

use std::{fs, path::Path};

use mayfly::db::{Db, meta};
use serde_json::Value;

use super::{check_refused, check_usable, marked_row};
use crate::{
    batch_file::batch_file,
    database::Database,
    support::{NOW, Run, Sandbox, copy_folder, files_below},
};

#[test]
fn a_missing_key_is_named_and_nothing_is_made_in_its_place() {
    let sandbox = worked();
    let keys = sandbox.data().join("keys");
    for name in [
        "root.slots",
        "keyring",
        "index.key",
        "destroyed",
        "lock",
        "journal.key",
    ] {
        let (path, aside) = (keys.join(name), sandbox.path("aside"));
        fs::rename(&path, &aside).unwrap();
        let run = sandbox.at(NOW, ["batch"], ["list"]);
        check_refused(&run, 75, "KEY-MISSING");
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
        assert!(!path.exists(), "{name} was made anew");
        fs::rename(&aside, &path).unwrap();
    }
    fs::rename(&keys, sandbox.path("all")).unwrap();
    check_refused(&sandbox.at(NOW, ["batch"], ["list"]), 75, "KEY-MISSING");
    fs::rename(sandbox.path("all"), &keys).unwrap();
    check_usable(&sandbox);
}

#[test]
fn a_damaged_or_open_key_is_named() {
    let sandbox = worked();
    let keys = sandbox.data().join("keys");
    for name in ["root.slots", "keyring", "index.key"] {
        let good = fs::read(keys.join(name)).unwrap();
        fs::write(keys.join(name), vec![0x5a; good.len()]).unwrap();
        check_refused(&sandbox.at(NOW, ["batch"], ["list"]), 75, "KEY-CORRUPT");
        fs::write(keys.join(name), good).unwrap();
    }
    for (name, mode, code) in [
        ("keyring", 0o644, Some("KEY-PERMISSIONS")),
        ("keyring", 0o600, None),
        ("journal.key", 0o640, Some("KEY-PERMISSIONS")),
        ("journal.key", 0o600, None),
        (".", 0o755, Some("KEY-PERMISSIONS")),
        (".", 0o700, None),
        ("..", 0o750, Some("KEY-PERMISSIONS")),
        ("..", 0o700, None),
    ] {
        fs::set_permissions(
            keys.join(name),
            std::os::unix::fs::PermissionsExt::from_mode(mode),
        )
        .unwrap();
        let run = sandbox.at(NOW, ["batch"], ["list"]);
        match code {
            Some(code) => check_refused(&run, 75, code),
            None => assert_eq!(run.code, 0, "{}", run.stderr),
        }
    }
    check_usable(&sandbox);
}

#[test]
fn a_keyring_older_than_the_database_is_refused() {
    // What makes the database newer: a whole run, and an acceptance alone, whose sealed file needs its key too.
    for words in [["batch", "run"], ["batch", "submit"]] {
        let sandbox = Sandbox::with_master_data();
        let (keys, old, new) = (
            sandbox.data().join("keys"),
            sandbox.path("old"),
            sandbox.path("new"),
        );
        copy_folder(&keys, &old);
        let file = sandbox.file("004-1151102-01.csv", batch_file(&[marked_row(1)]));
        sandbox.at(NOW, words, [&file]).expect(0);
        copy_folder(&keys, &new);
        put(&old, &keys);
        check_refused(&sandbox.at(NOW, ["work"], ["--once"]), 75, "KEYRING-OLDER");
        put(&new, &keys);
        sandbox.at(NOW, ["work"], ["--once"]).expect(0);
        assert_eq!(
            sandbox
                .at(NOW, ["--json", "batch", "show"], ["004-1151102-01"])
                .json()["state"],
            "settled"
        );
        check_usable(&sandbox);
    }
}

/// Purges bring no older keyring up to date: what it cannot destroy is never certified as erased.
#[test]
fn a_keyring_older_than_the_database_is_refused_after_any_purge() {
    let sandbox = Sandbox::with_master_data();
    let (keys, old, new) = (
        sandbox.data().join("keys"),
        sandbox.path("old"),
        sandbox.path("new"),
    );
    let run = |at, number| {
        let name = format!("004-1151102-0{number}.csv");
        let file = sandbox.file(&name, batch_file(&[marked_row(number)]));
        sandbox.at(at, ["batch", "run"], [&file]).expect(0);
    };
    run("2026-11-02T10:30:00+08:00", 1);
    run("2026-11-02T11:30:00+08:00", 2);
    copy_folder(&keys, &old);
    run("2026-11-02T12:30:00+08:00", 3);
    copy_folder(&keys, &new);
    let late = files_below(&sandbox.data().join("sealed/answer/answer-2026110204"));
    let late = sandbox.file("late.seg", fs::read(&late[0]).unwrap());

    put(&old, &keys);
    for at in [
        "2026-11-05T12:00:00+08:00",
        "2026-11-05T13:00:00+08:00",
        "2026-11-05T14:00:00+08:00",
    ] {
        let purge = sandbox.at(at, ["purge"], ["run"]).expect(75);
        assert!(purge.stderr.contains("(KEYRING-OLDER)\n"), "{}", purge.stderr);
        assert_ne!(sandbox.at(at, ["serve"], ["--once"]).code, 0);
        check_refused(&sandbox.at(at, ["batch"], ["list"]), 75, "KEYRING-OLDER");
        let doctor = sandbox.at(at, ["doctor"], [""; 0]);
        assert!(doctor.stdout.contains("(KEYRING-OLDER)"), "{}", doctor.stdout);
        let watch = sandbox.at(at, ["watch"], ["--once"]).expect(1);
        assert!(
            watch.stdout.contains("JOURNAL-AWAY"),
            "{}{}",
            watch.stdout,
            watch.stderr
        );
    }

    // The right ones again: their keys die now, and nothing is certified of any time before.
    put(&new, &keys);
    let at = "2026-11-05T15:00:00+08:00";
    sandbox.at(at, ["purge"], ["run"]).expect(0);
    let certificates = certificates(&sandbox, at, 0);
    assert_eq!(certificates.len(), 6);
    certificates.iter().for_each(check_destroyed_at_three);
    let folder = sandbox.path("certificates");
    sandbox.at(at, ["certificate", "export"], [&folder]).expect(0);
    let mut files = files_below(&folder);
    files.retain(|file| file.extension().is_some_and(|end| end == "certificate"));
    files.extend([late, "--key".into(), folder.join("verifier-key")]);
    sandbox.at(at, ["certificate", "verify"], files).expect(0);
}

/// However far another house has come: its keyring and slots, beside our list and journal, are not ours.
#[test]
fn a_keyring_of_another_house_is_refused() {
    let (sandbox, other) = (worked(), worked());
    let file = other.file("004-1151102-02.csv", batch_file(&[marked_row(2)]));
    other
        .at("2026-11-02T13:00:00+08:00", ["batch", "run"], [file])
        .expect(0);
    let (keys, ours) = (sandbox.data().join("keys"), sandbox.path("ours"));
    copy_folder(&keys, &ours);
    for name in ["keyring", "root.slots"] {
        fs::copy(other.data().join("keys").join(name), keys.join(name)).unwrap();
    }
    let purged = "2026-11-05T14:00:00+08:00";
    for at in [NOW, purged, purged] {
        check_refused(&sandbox.at(at, ["batch"], ["list"]), 75, "KEYRING-FOREIGN");
        if at != NOW {
            let purge = sandbox.at(at, ["purge"], ["run"]).expect(75);
            assert!(purge.stderr.contains("(KEYRING-FOREIGN)\n"), "{}", purge.stderr);
        }
    }
    // With our own keyring, and the list of what that purge took for destroyed, the keys die at last; the list is mended.
    for name in ["keyring", "root.slots"] {
        fs::copy(ours.join(name), keys.join(name)).unwrap();
    }
    let at = "2026-11-05T15:00:00+08:00";
    sandbox.at(at, ["purge"], ["run"]).expect(0);
    let mut certificates = certificates(&sandbox, at, 0);
    // Two more are of hours that only the other house had.
    certificates.retain(|one| one["cohort"].as_str().unwrap().ends_with("-2026110202"));
    assert_eq!(certificates.len(), 2);
    certificates.iter().for_each(check_destroyed_at_three);
}

/// Sealed files whose key was never here, under a cohort's name: they go in time, and nobody certifies that they are erased.
#[test]
fn files_that_name_another_key_are_not_certified_as_erased() {
    let (sandbox, other) = (worked(), worked());
    let cohort = "sealed/answer/answer-2026110202";
    let strange = files_below(&other.data().join(cohort)).remove(0);
    let place = sandbox.data().join(cohort).join(strange.file_name().unwrap());
    fs::copy(&strange, place).unwrap();
    let at = "2026-11-05T11:00:00+08:00";
    let purge = sandbox.at(at, ["--json", "purge"], ["run"]).expect(1).json();
    assert_eq!(
        (&purge["certified"], &purge["incidents"]),
        (&1.into(), &1.into()),
        "{purge}"
    );
    assert_eq!(purge["held_back"][0]["cohort"], "answer-2026110202", "{purge}");
    assert!(!sandbox.data().join(cohort).exists());
    // Once is an incident; it stays a finding.
    let again = sandbox.at(at, ["purge"], ["run"]).expect(1);
    assert!(again.stdout.contains("name another key"), "{}", again.stdout);
    let again = sandbox.at(at, ["--json", "purge"], ["run"]).expect(1).json();
    assert_eq!(again["incidents"], 0, "{again}");
    assert_eq!(certificates(&sandbox, at, 1).len(), 1);
}

#[test]
fn a_keyring_newer_than_the_database_is_refused() {
    let sandbox = worked();
    let (old, new) = (sandbox.path("old"), sandbox.path("new"));
    let take = |to: &Path| {
        fs::create_dir(to).unwrap();
        database(|name| fs::copy(sandbox.data().join(name), to.join(name)).map(drop));
        sandbox.database.copy()
    };
    let put_back = |from: &Path, copy: &Database| {
        database(|name| fs::remove_file(sandbox.data().join(name)));
        database(|name| fs::copy(from.join(name), sandbox.data().join(name)).map(drop));
        sandbox.database.restore(copy);
    };
    let old_copy = take(&old);
    let file = sandbox.file("004-1151102-02.csv", batch_file(&[marked_row(2)]));
    sandbox.at(NOW, ["batch", "run"], [&file]).expect(0);
    let new_copy = take(&new);
    put_back(&old, &old_copy);
    check_refused(&sandbox.at(NOW, ["batch"], ["list"]), 75, "KEYRING-NEWER");
    check_refused(&sandbox.at(NOW, ["batch", "run"], [&file]), 75, "KEYRING-NEWER");
    put_back(&new, &new_copy);
    check_usable(&sandbox);
}

#[test]
fn what_a_newer_version_wrote_is_left_alone() {
    let sandbox = worked();
    set_format(&sandbox, "2");
    let run = sandbox.at(NOW, ["batch"], ["list"]);
    check_refused(&run, 75, "DATA-NEWER");
    assert!(run.stderr.contains("format 2"), "{}", run.stderr);
    check_refused(&sandbox.at(NOW, ["work"], ["--once"]), 75, "DATA-NEWER");
    set_format(&sandbox, "1");
    check_usable(&sandbox);

    let keyring = sandbox.data().join("keys/keyring");
    let good = fs::read(&keyring).unwrap();
    // The version stands after the sixteen bytes of the magic (retention/README.md).
    let mut newer = good.clone();
    newer[17] += 1;
    fs::write(&keyring, newer).unwrap();
    check_refused(&sandbox.at(NOW, ["batch"], ["list"]), 75, "KEYRING-NEWER-FORMAT");
    fs::write(&keyring, good).unwrap();
    sandbox.at(NOW, ["batch"], ["list"]).expect(0);
}

#[test]
fn a_database_that_is_none_is_not_taken_for_an_empty_one() {
    let sandbox = worked();
    if sandbox.database.url().is_some() {
        return missing_on_a_server(&sandbox);
    }
    let path = sandbox.data().join("mayfly.db");
    database(|name| fs::rename(sandbox.data().join(name), sandbox.path(name)));
    for content in [None, Some(vec![]), Some(b"no database at all".repeat(1000))] {
        if let Some(content) = &content {
            fs::write(&path, content).unwrap();
        }
        let run: Run = sandbox.at(NOW, ["batch"], ["list"]);
        assert_eq!((run.code, run.stdout.as_str()), (75, ""), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
        assert_eq!(
            path.exists(),
            content.is_some(),
            "a database was made in place of the missing one"
        );
    }
    database(|name| {
        let _ = fs::remove_file(sandbox.data().join(name));
        fs::rename(sandbox.path(name), sandbox.data().join(name))
    });
    check_usable(&sandbox);
}

/// The same on a server: a database without our tables, and none at all.
fn missing_on_a_server(sandbox: &Sandbox) {
    let tables = sandbox
        .database
        .say("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
    assert!(tables.len() > 10);
    sandbox.database.say("ALTER SCHEMA public RENAME TO elsewhere");
    let run = sandbox.at(NOW, ["batch"], ["list"]);
    assert_eq!((run.code, run.stdout.as_str()), (75, ""), "{}", run.stderr);
    sandbox.database.say("CREATE SCHEMA public");
    let run = sandbox.at(NOW, ["batch"], ["list"]);
    assert_eq!((run.code, run.stdout.as_str()), (75, ""), "{}", run.stderr);
    assert!(
        sandbox
            .database
            .say("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .is_empty()
    );
    sandbox.database.say("DROP SCHEMA public");
    sandbox.database.say("ALTER SCHEMA elsewhere RENAME TO public");
    check_usable(sandbox);
}

/// A sandbox in which a batch was run.
fn worked() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&[marked_row(1)]));
    sandbox.at(NOW, ["batch", "run"], [file]).expect(0);
    sandbox
}

fn put(from: &Path, to: &Path) {
    fs::remove_dir_all(to).unwrap();
    copy_folder(from, to);
}

fn certificates(sandbox: &Sandbox, at: &str, code: i32) -> Vec<Value> {
    let list = sandbox.at(at, ["--json", "certificate"], ["list"]);
    list.expect(code).json().as_array().unwrap().clone()
}

/// The purge of 15:00 in Taipei destroyed the key, and the certificate names it.
fn check_destroyed_at_three(certificate: &Value) {
    assert_eq!(
        certificate["key_destroyed_at"], "2026-11-05T07:00:00Z",
        "{certificate}"
    );
    assert!(certificate["commitment"].is_string(), "{certificate}");
}

/// Does something to each of the database's files that is there.
fn database(mut act: impl FnMut(&str) -> std::io::Result<()>) {
    for name in ["mayfly.db", "mayfly.db-wal", "mayfly.db-shm"] {
        match act(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{name}: {error}"),
            _ => {}
        }
    }
}

fn set_format(sandbox: &Sandbox, format: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let db = Db::open(sandbox.database.address(&sandbox.data()), false)
            .await
            .unwrap();
        let mut tx = db.begin().await.unwrap();
        meta::write(tx.connection(), meta::FORMAT, format).await.unwrap();
        tx.commit().await.unwrap();
    });
}
