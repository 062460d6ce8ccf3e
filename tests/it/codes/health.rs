//! The gate judges purge, journal and custody itself, each by its own limit: 60 minutes, 60 seconds, at once. *Edge.*

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use mayfly::{app::House, db::meta, gate::health};
use mayfly_retention::Cohort;
use sqlx::{AssertSqlSafe, Executor};

use crate::support::{NOW, Sandbox, copy_folder};

/// A data directory that is open, as a worker has it.
struct Worker {
    /// Where it is, and a folder beside it.
    data: PathBuf,
    beside: PathBuf,
    house: House,
}

/// Tries what a worker on `sandbox` would be told by the gate.
fn on(sandbox: &Sandbox, trial: impl AsyncFnOnce(Worker)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let data = sandbox.data();
        let house = House::open(&data, Some(NOW.parse().unwrap())).await.unwrap();
        let beside = sandbox.path("");
        trial(Worker { data, beside, house }).await;
    });
}

impl Worker {
    /// Whether the gate is open at `at`, or why not.
    async fn gate(&self, at: &str) -> Result<(), String> {
        let mut tx = self.house.db.begin().await.unwrap();
        let checked = health::check(&self.house, tx.connection(), at.parse().unwrap()).await;
        tx.commit().await.unwrap();
        checked.map_err(|error| {
            assert_eq!(error.code(), "GATE-PURGE");
            error.to_string()
        })
    }

    async fn sql(&self, statement: &str) {
        let mut tx = self.house.db.begin().await.unwrap();
        tx.connection()
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }
}

#[test]
fn the_purge_may_be_behind_for_sixty_minutes() {
    on(&Sandbox::with_master_data(), async |worker| {
        // Of years: never by this rule.
        for cohort in ["query-201910", "intake-2026110201"] {
            let cohort = Cohort::parse(cohort).unwrap();
            worker.house.custody.cohort_key(cohort).unwrap();
            assert_eq!(worker.gate("2026-11-05T02:59:59.999999Z").await, Ok(()));
        }
        let why = worker.gate("2026-11-05T03:00:00Z").await.unwrap_err();
        assert!(why.contains("not yet destroyed"), "{why}");
    });
}

#[test]
fn the_journal_may_be_behind_for_sixty_seconds() {
    on(&Sandbox::with_master_data(), async |worker| {
        // Since 10 o'clock, two in UTC.
        worker
            .sql("UPDATE journal_head SET unsigned_since = 1793584800000000")
            .await;
        assert_eq!(worker.gate("2026-11-02T02:01:00Z").await, Ok(()));
        let why = worker.gate("2026-11-02T02:01:00.000001Z").await.unwrap_err();
        assert!(why.contains("unsigned"), "{why}");
        worker.sql("UPDATE journal_head SET unsigned_since = NULL").await;
        assert_eq!(worker.gate("2026-11-02T02:01:00.000001Z").await, Ok(()));
        worker.sql("UPDATE journal_head SET size = 0").await;
        let why = worker.gate(NOW).await.unwrap_err();
        assert!(why.contains("shorter"), "{why}");
    });
}

/// Whatever happens to the keys of a process that has them open: its next chunk does not leave.
#[test]
fn the_custody_may_not_be_behind_at_all() {
    on(&Sandbox::with_master_data(), async |worker| {
        let keys = worker.keys();
        let (older, whole) = (worker.beside.join("older"), worker.beside.join("whole"));
        copy_folder(&keys, &older);
        let cohort = Cohort::parse("answer-2026110202").unwrap();
        worker.house.custody.cohort_key(cohort).unwrap();
        let noted = worker.house.custody.standing().unwrap().to_string();
        let mut tx = worker.house.db.begin().await.unwrap();
        meta::write(tx.connection(), meta::KEYRING, &noted).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(worker.gate(NOW).await, Ok(()));
        copy_folder(&keys, &whole);
        for (number, (code, damage)) in DAMAGES.into_iter().enumerate() {
            damage(&keys, &older);
            let why = worker.gate(NOW).await.unwrap_err();
            assert!(
                why.contains("the keys are not in order") && why.contains(code),
                "{number}: {why}"
            );
            let _ = fs::remove_dir_all(&keys);
            copy_folder(&whole, &keys);
            assert_eq!(worker.gate(NOW).await, Ok(()), "{number}");
        }
    });
}

/// What is done to a key directory, an older copy of which lies beside it.
type Damage = fn(&Path, &Path);

/// Each with the code that the gate names.
const DAMAGES: [(&str, Damage); 9] = [
    ("KEY-MISSING", |keys, _| {
        fs::remove_file(keys.join("keyring")).unwrap()
    }),
    ("KEY-MISSING", |keys, _| {
        fs::remove_file(keys.join("root.slots")).unwrap()
    }),
    ("KEY-MISSING", |keys, _| {
        fs::remove_file(keys.join("index.key")).unwrap()
    }),
    ("KEY-MISSING", |keys, _| {
        fs::remove_file(keys.join("destroyed")).unwrap()
    }),
    ("KEY-MISSING", |keys, _| fs::remove_dir_all(keys).unwrap()),
    ("KEY-PERMISSIONS", |keys, _| {
        fs::set_permissions(keys.join("keyring"), fs::Permissions::from_mode(0o644)).unwrap()
    }),
    ("KEY-CORRUPT", |keys, _| {
        fs::write(keys.join("root.slots"), [0; 8_192]).unwrap()
    }),
    // A flipped bit in the middle of what is sealed.
    ("-", |keys, _| {
        let mut bytes = fs::read(keys.join("keyring")).unwrap();
        let middle = bytes.len() - 20;
        bytes[middle] ^= 1;
        fs::write(keys.join("keyring"), bytes).unwrap();
    }),
    ("KEYRING-OLDER", |keys, older| {
        fs::remove_dir_all(keys).unwrap();
        copy_folder(older, keys);
    }),
];
