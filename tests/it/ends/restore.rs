//! The drill: a batch, a backup, a purge, a restore; nothing opens, the journal verifies, new batches run. *Edge.*

use std::fs;

use mayfly_retention::RetentionError;
use serde_json::json;

use super::*;
use crate::{
    database::ON_POSTGRES,
    support::{copy_folder, files_below},
    synthetic::journal,
};

const LATER: &str = "2026-11-06T11:00:00+08:00";

#[test]
fn a_backup_that_is_put_back_after_the_purge_opens_nothing() {
    let sandbox = asked();
    let backup = sandbox.path("backup");
    if ON_POSTGRES {
        let refused = sandbox.at(NOW, ["backup", "create"], [&backup]).expect(75);
        assert!(refused.stderr.contains("(BACKUP-ENGINE)\n"), "{}", refused.stderr);
        return;
    }
    let told = sandbox
        .at(NOW, ["--json", "backup", "create"], [&backup])
        .expect(0)
        .json();
    assert!(told["left_out"].to_string().contains("root.slots"), "{told}");
    // No key is in it, by name or by bytes.
    let mut keys = files_below(&sandbox.data().join("keys"));
    // A checkpoint is no secret: it is in the database too.
    keys.retain(|path| !path.ends_with("last_checkpoint"));
    let held: Vec<Vec<u8>> = files_below(&backup)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    for key in keys {
        let bytes = fs::read(&key).unwrap();
        assert!(!backup.join("keys").exists() && !backup.join(key.file_name().unwrap()).exists());
        let secret = |window: &&[u8]| window.len() == 32 && window.iter().any(|byte| *byte != 0);
        for window in bytes.chunks(32).filter(secret) {
            let found = held
                .iter()
                .any(|file| file.windows(32).any(|other| other == window));
            assert!(!found, "{} is in the backup", key.display());
        }
    }
    let answers = sealed(&sandbox, "answer");
    assert_eq!(
        opened(&sandbox, &backup, &answers[0]).unwrap(),
        3,
        "the control: before, it opens"
    );

    // Life goes on: the answers are destroyed, another batch comes and is forgotten by the backup.
    purged(&sandbox, AFTER_THE_WINDOW);
    let before = journal(&sandbox, AFTER_THE_WINDOW);
    for name in ["mayfly.db", "mayfly.db-wal", "mayfly.db-shm"] {
        let _ = fs::rename(sandbox.data().join(name), sandbox.path(name));
    }
    let told = sandbox
        .at(AFTER_THE_WINDOW, ["--json", "backup", "restore"], [&backup])
        .expect(1)
        .json();
    assert_eq!(told["removed"], 2, "{told}");
    let (old, new) = (&told["journal"]["old_origin"], &told["journal"]["new_origin"]);
    assert!(
        new.as_str()
            .unwrap()
            .starts_with(&format!("{}/after-", old.as_str().unwrap())),
        "{told}"
    );

    // Nothing opens: not what came back, not what lies in the backup.
    assert!(sealed(&sandbox, "answer").is_empty() && sealed(&sandbox, "intake").is_empty());
    assert_eq!(
        opened(&sandbox, &backup, &answers[0]),
        Err(RetentionError::KeyDestroyed)
    );
    // The link is stopped until a person has looked; the delivery would have nothing to deliver anyway.
    let results = ["batch", "results", BATCH, "--as", "chen.yl"];
    sandbox.at(AFTER_THE_WINDOW, results, [""; 0]).expect(77);
    sandbox.at(AFTER_THE_WINDOW, ["journal"], ["verify"]).expect(0);
    let after = journal(&sandbox, AFTER_THE_WINDOW);
    let kept = told["journal"]["kept_entries"].as_u64().unwrap() as usize;
    assert!(kept < before.len());
    assert_eq!(after[..kept], before[..kept]);
    assert_eq!(after[kept].kind, "checkpoint_gap");
    assert_eq!(after[kept + 1].kind, "stop");

    // Once it is lifted, new batches run; what was destroyed since is entered again, in this journal too.
    let stop = told["journal"]["stop"].to_string();
    sandbox
        .approved(
            AFTER_THE_WINDOW,
            &["stop", "lift", &stop, "--reason", "looked at"],
        )
        .expect(0);
    purged(&sandbox, AFTER_THE_WINDOW);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM destruction"), 2);
    let row = BatchRow::valid_on("2026-11-05", "2026-11-04", 9);
    let next = sandbox.file("004-1151106-01.csv", batch_file(&[row]));
    let told = sandbox
        .at(LATER, ["--json", "batch", "run"], [next])
        .expect(0)
        .json();
    assert_eq!(told["rows"], 1, "{told}");
    sandbox.at(LATER, ["journal"], ["verify"]).expect(0);
    let again = sandbox
        .at(LATER, ["--json", "backup"], ["restore"])
        .expect(0)
        .json();
    assert_eq!(again["journal"], json!(null), "nothing is left to do");

    // The same backup once more: refused while it is merely put back, legal when restored, and never under a known name.
    let database = sandbox.data().join("mayfly.db");
    // With its log, which a process may have left: that belongs to the database it replaces.
    let replace_by = |copy: &std::path::Path| {
        for beside in ["mayfly.db-wal", "mayfly.db-shm"] {
            let _ = fs::remove_file(sandbox.data().join(beside));
        }
        fs::copy(copy, &database).unwrap();
    };
    replace_by(&backup.join("mayfly.db"));
    let refused = sandbox.at(LATER, ["batch", "list"], [""; 0]).expect(75);
    assert!(refused.stderr.contains("(KEYRING-NEWER)\n"), "{}", refused.stderr);
    let told = sandbox
        .at(LATER, ["--json", "backup"], ["restore"])
        .expect(1)
        .json();
    assert_eq!(&told["journal"]["old_origin"], new);
    assert_ne!(&told["journal"]["new_origin"], new);
    sandbox.at(LATER, ["journal"], ["verify"]).expect(0);
    // The database of before is now the old copy, though it has more entries.
    replace_by(&sandbox.path("mayfly.db"));
    let refused = sandbox.at(LATER, ["batch", "list"], [""; 0]).expect(75);
    assert!(refused.stderr.contains("(KEYRING-NEWER)\n"), "{}", refused.stderr);
}

#[test]
fn a_backup_that_is_damaged_in_the_way_or_in_use_is_refused() {
    if ON_POSTGRES {
        return;
    }
    let sandbox = asked();
    let backup = sandbox.path("backup");
    sandbox.at(NOW, ["backup", "create"], [&backup]).expect(0);
    let check = |words: [&'static str; 2], folder: &std::path::Path, code, name: &str| {
        let told = sandbox.at(NOW, words, [folder]).expect(code).stderr;
        assert!(told.contains(&format!("({name})\n")), "{name}: {told}");
    };
    check(["backup", "create"], &backup, 65, "BACKUP-FOLDER");
    check(
        ["backup", "create"],
        &sandbox.data().join("copy"),
        65,
        "BACKUP-FOLDER",
    );
    check(["backup", "restore"], &backup, 75, "RESTORE-OCCUPIED");
    check(
        ["backup", "restore"],
        &sandbox.path("nowhere"),
        65,
        "BACKUP-DAMAGED",
    );

    let spoilt = sandbox.path("spoilt");
    copy_folder(&backup, &spoilt);
    let mut bytes = fs::read(spoilt.join("mayfly.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(spoilt.join("mayfly.db"), bytes).unwrap();
    check(["backup", "restore"], &spoilt, 65, "BACKUP-DAMAGED");
    let sums = fs::read_to_string(backup.join("SHA256SUMS")).unwrap();
    fs::write(spoilt.join("SHA256SUMS"), sums.replace("  README", "  ../README")).unwrap();
    check(["backup", "restore"], &spoilt, 65, "BACKUP-DAMAGED");

    let open = fs::File::open(sandbox.data()).unwrap();
    open.lock_shared().unwrap();
    check(["backup", "restore"], &backup, 75, "RESTORE-BUSY");
    drop(open);
    sandbox.at(NOW, ["backup"], ["restore"]).expect(0);
}

#[test]
fn a_data_directory_that_was_lost_comes_back_beside_its_keys() {
    if ON_POSTGRES {
        return;
    }
    let sandbox = asked();
    let backup = sandbox.path("backup");
    sandbox.at(NOW, ["backup", "create"], [&backup]).expect(0);
    let keys = sandbox.path("keys");
    fs::rename(sandbox.data().join("keys"), &keys).unwrap();
    fs::remove_dir_all(sandbox.data()).unwrap();
    let missing = sandbox.at(NOW, ["backup", "restore"], [&backup]).expect(75);
    assert!(missing.stderr.contains("(KEY-MISSING)\n"), "{}", missing.stderr);
    fs::rename(&keys, sandbox.data().join("keys")).unwrap();
    let told = sandbox
        .at(NOW, ["--json", "backup"], ["restore"])
        .expect(0)
        .json();
    // Nothing had happened since the backup: the journal goes on as it was.
    assert_eq!((&told["journal"], &told["removed"]), (&json!(null), &json!(0)));
    let answers = sealed(&sandbox, "answer");
    assert_eq!(opened(&sandbox, &sandbox.data(), &answers[0]).unwrap(), 3);
    sandbox.at(NOW, ["journal"], ["verify"]).expect(0);
}

/// What stopped it is mended, and the same command goes on: it does not take the database that it put there for another's.
#[test]
fn a_restore_that_was_stopped_by_older_keys_goes_on_with_the_right_ones() {
    if ON_POSTGRES {
        return;
    }
    let sandbox = asked();
    let (backup, data) = (sandbox.path("backup"), sandbox.data());
    let keys = data.join("keys");
    copy_folder(&keys, &sandbox.path("older"));
    let at = "2026-11-02T12:30:00+08:00";
    let file = sandbox.file("004-1151102-02.csv", batch_file(&[BatchRow::valid(9)]));
    sandbox.at(at, ["batch", "run"], [file]).expect(0);
    sandbox.at(at, ["backup", "create"], [&backup]).expect(0);
    for name in ["mayfly.db", "mayfly.db-wal", "mayfly.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    fs::rename(&keys, sandbox.path("right")).unwrap();
    copy_folder(&sandbox.path("older"), &keys);
    let restore = || sandbox.at(at, ["--json", "backup", "restore"], [&backup]);
    for _ in 0..2 {
        let refused = restore().expect(75);
        assert!(refused.stderr.contains("(KEYRING-OLDER)\n"), "{}", refused.stderr);
    }
    fs::remove_dir_all(&keys).unwrap();
    fs::rename(sandbox.path("right"), &keys).unwrap();
    let told = restore().expect(0).json();
    assert_eq!((&told["journal"], &told["removed"]), (&json!(null), &json!(0)));
    sandbox.at(at, ["journal"], ["verify"]).expect(0);
    let strays = sandbox.at(at, ["doctor"], [""; 0]).stdout;
    assert!(!strays.contains("PATH-STRAY"), "{strays}");
    // All is done: from here on the database is the data directory's own.
    let refused = restore().expect(75);
    assert!(
        refused.stderr.contains("(RESTORE-OCCUPIED)\n"),
        "{}",
        refused.stderr
    );
}

/// What was certified once is certified again with the same facts and number; no number is given to another.
#[test]
fn certificates_after_a_restore_say_what_the_first_ones_said() {
    if ON_POSTGRES {
        return;
    }
    let sandbox = asked();
    let backup = sandbox.path("backup");
    sandbox.at(NOW, ["backup", "create"], [&backup]).expect(0);
    let purge = ["purge", "run", "--as", "nobody.here"];
    sandbox.at(AFTER_THE_WINDOW, purge, [""; 0]).expect(0);
    let facts = |at| {
        let mut certificates = sandbox
            .at(at, ["--json", "certificate"], ["list"])
            .expect(0)
            .json();
        for certificate in certificates.as_array_mut().unwrap() {
            let certificate = certificate.as_object_mut().unwrap();
            for name in ["note", "sha256", "entry", "origin"] {
                certificate.remove(name).unwrap();
            }
        }
        certificates
    };
    let before = facts(AFTER_THE_WINDOW);
    assert_eq!(before[0]["actor"], "person nobody.here", "{before}");
    let exported = |at, name| {
        let folder = sandbox.path(name);
        sandbox.at(at, ["certificate", "export"], [&folder]).expect(0);
        folder
    };
    let first = exported(AFTER_THE_WINDOW, "first");

    for name in ["mayfly.db", "mayfly.db-wal", "mayfly.db-shm"] {
        let _ = fs::remove_file(sandbox.data().join(name));
    }
    let at = "2026-11-06T12:00:00+08:00";
    let told = sandbox
        .at(at, ["--json", "backup", "restore"], [&backup])
        .expect(1)
        .json();
    purged(&sandbox, at);
    assert_eq!(facts(at), before);
    let mut files: Vec<_> = [&first, &exported(at, "second")]
        .into_iter()
        .flat_map(|folder| files_below(folder))
        .filter(|file| file.extension().is_some_and(|end| end == "certificate"))
        .collect();
    assert_eq!(files.len(), 4);
    for folder in [&first, &sandbox.path("second")] {
        files.extend(["--key".into(), folder.join("verifier-key")]);
    }
    let verified = sandbox.at(at, ["certificate", "verify"], &files).expect(0);
    assert!(!verified.stdout.contains("limit"), "{}", verified.stdout);

    // The next have numbers of their own.
    let stop = told["journal"]["stop"].to_string();
    sandbox
        .approved(at, &["stop", "lift", &stop, "--reason", "looked at"])
        .expect(0);
    let row = BatchRow::valid_on("2026-11-05", "2026-11-04", 9);
    let next = sandbox.file("004-1151106-01.csv", batch_file(&[row]));
    sandbox.at(at, ["batch", "run"], [next]).expect(0);
    let later = "2026-11-09T14:00:00+08:00";
    purged(&sandbox, later);
    let all = facts(later);
    let mut numbers: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].as_u64())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4].map(Some), "{all}");
}

/// The way that pipeline/README.md tells for a server: `pg_dump`, `sealed/` beside it, `pg_restore`, `backup restore`.
#[cfg(feature = "postgres")]
#[test]
fn a_dump_that_is_put_back_after_the_purge_opens_nothing() {
    let sandbox = asked();
    let url = sandbox.database.url().unwrap();
    let (dump, copy) = (sandbox.path("dump"), sandbox.path("copy"));
    let dump = dump.to_str().unwrap();
    let tool = |name: &str, arguments: &[&str]| {
        let output = std::process::Command::new(name).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
    };
    tool("pg_dump", &["-Fc", "-f", dump, &url]);
    let living = sandbox.data().join("sealed");
    fs::create_dir(&copy).unwrap();
    copy_folder(&living, &copy.join("sealed"));
    let answers = sealed(&sandbox, "answer");
    assert_eq!(
        opened(&sandbox, &copy, &answers[0]).unwrap(),
        3,
        "the control: before, it opens"
    );

    purged(&sandbox, AFTER_THE_WINDOW);
    fs::remove_dir_all(&living).unwrap();
    copy_folder(&copy.join("sealed"), &living);
    tool("pg_restore", &["--clean", "--if-exists", "-d", &url, dump]);
    let refused = sandbox
        .at(AFTER_THE_WINDOW, ["batch", "list"], [""; 0])
        .expect(75);
    assert!(refused.stderr.contains("(KEYRING-NEWER)\n"), "{}", refused.stderr);
    let told = sandbox
        .at(AFTER_THE_WINDOW, ["--json", "backup"], ["restore"])
        .expect(1)
        .json();
    assert_eq!(told["removed"], 2, "{told}");
    assert!(sealed(&sandbox, "answer").is_empty() && sealed(&sandbox, "intake").is_empty());
    assert_eq!(
        opened(&sandbox, &copy, &answers[0]),
        Err(RetentionError::KeyDestroyed)
    );
    sandbox.at(AFTER_THE_WINDOW, ["journal"], ["verify"]).expect(0);
    purged(&sandbox, AFTER_THE_WINDOW);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM destruction"), 2);
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM certificate"), 2);
}
