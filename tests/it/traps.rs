//! Traps of the database drivers, each shown closed: what cost others their data or their secrets. *Edge.*
//!
//! A missing `.bind()` is found by `tidy::schema`; values in a server's log are looked for by `redaction` on PostgreSQL.

use std::{future::Future, time::Duration};

use mayfly::db::{Db, meta};

use crate::support::{NOW, Sandbox};

/// Whoever stops waiting in the midst of `begin` must not leave a transaction open: the next caller would write in it,
/// and everybody else wait for it.
#[test]
fn a_dropped_begin_leaves_nothing_open() {
    let sandbox = Sandbox::empty();
    let address = || sandbox.database.address(&sandbox.data());
    on_two_threads(async {
        let ours = Db::open(address(), false).await.unwrap();
        let other = Db::open(address(), false).await.unwrap();
        for round in 0..60 {
            let patience = Duration::from_micros(round * 10);
            let begun = tokio::time::timeout(patience, ours.begin()).await;
            drop(begun);
            // Another process gets the one writer at once, and what it writes is durable.
            let free = tokio::time::timeout(Duration::from_secs(10), other.begin());
            let mut tx = free.await.expect("a dropped begin holds the writer").unwrap();
            meta::write(tx.connection(), meta::KEYRING, &round.to_string())
                .await
                .unwrap();
            tx.commit().await.unwrap();
            // A transaction that is given up leaves nothing, and ends nobody else's.
            let mut tx = ours.begin().await.unwrap();
            meta::write(tx.connection(), meta::KEYRING, "lost").await.unwrap();
            drop(tx);
            let mut reader = other.reader().await.unwrap();
            let kept = meta::counter(&mut reader, meta::KEYRING).await.unwrap();
            assert_eq!(kept, i64::try_from(round).unwrap());
        }
    });
}

/// With `secure_delete` a deleted row is overwritten in the database and stays in its log, until a checkpoint that no
/// reader hindered; and a checkpoint that was hindered reports so in a column, not by an error.
#[test]
#[cfg(not(feature = "postgres"))]
fn a_deleted_row_leaves_the_log_too() {
    let sandbox = Sandbox::empty();
    let log = sandbox.data().join("mayfly.db-wal");
    let holds = |name: &str| {
        let bytes = std::fs::read(sandbox.data().join(name)).unwrap_or_default();
        bytes.windows(MARK.len()).any(|bytes| bytes == MARK.as_bytes())
    };
    on_two_threads(async {
        let db = Db::open(sandbox.database.address(&sandbox.data()), false)
            .await
            .unwrap();
        let mut tx = db.begin().await.unwrap();
        meta::write(tx.connection(), meta::CONFIGURATION, MARK)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(holds("mayfly.db-wal"), "control: the row is in the log");
        let mut reader = db.reader().await.unwrap();
        sqlx::query("BEGIN").execute(&mut *reader).await.unwrap();
        let seen = sqlx::query("SELECT value FROM house WHERE key = 'configuration'")
            .fetch_one(&mut *reader)
            .await
            .unwrap();
        assert_eq!(sqlx::Row::get::<String, _>(&seen, 0), MARK);
        let mut tx = db.begin().await.unwrap();
        sqlx::query("DELETE FROM house WHERE key = 'configuration'")
            .execute(tx.connection())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(!db.empty_log().await.unwrap(), "a reader holds the log");
        assert!(
            holds("mayfly.db-wal"),
            "control: the deleted row is still in the log"
        );
        sqlx::query("ROLLBACK").execute(&mut *reader).await.unwrap();
        assert!(db.empty_log().await.unwrap());
        assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
        assert!(!holds("mayfly.db"));
    });
}

/// By that the door knows what it may still remember.
#[test]
#[cfg(not(feature = "postgres"))]
fn a_change_by_anybody_is_seen_at_once_and_by_a_reader_that_waited() {
    let sandbox = Sandbox::empty();
    on_two_threads(async {
        let open = || Db::open(sandbox.database.address(&sandbox.data()), false);
        let (house, other) = (open().await.unwrap(), open().await.unwrap());
        let read = async || {
            let mut reader = house.reader().await.unwrap();
            meta::read(&mut reader, meta::CONFIGURATION).await.unwrap()
        };
        let mut seen = house.changes().await.unwrap().unwrap();
        assert_eq!(house.changes().await.unwrap(), Some(seen));
        for (place, value) in [(&other, "one"), (&house, "two"), (&other, "three")] {
            let mut tx = place.begin().await.unwrap();
            meta::write(tx.connection(), meta::CONFIGURATION, value)
                .await
                .unwrap();
            assert_eq!(
                house.changes().await.unwrap(),
                Some(seen),
                "before {value} is there"
            );
            tx.commit().await.unwrap();
            let changes = house.changes().await.unwrap().unwrap();
            assert!(changes > seen, "{value}");
            seen = changes;
            assert_eq!(read().await.as_deref(), Some(value));
        }
    });
}

/// What a server says about a row it refuses holds the row; what we say does not.
#[test]
fn an_error_of_the_database_is_told_without_the_row() {
    let sandbox = Sandbox::empty();
    on_two_threads(async {
        let db = Db::open(sandbox.database.address(&sandbox.data()), false)
            .await
            .unwrap();
        let mut tx = db.begin().await.unwrap();
        meta::write(tx.connection(), meta::CONFIGURATION, MARK)
            .await
            .unwrap();
        let refused = sqlx::query("INSERT INTO house (key, value) VALUES ($1, $2)")
            .bind("configuration")
            .bind(MARK)
            .execute(tx.connection())
            .await;
        let error = mayfly::error::Error::database("try it")(refused.unwrap_err());
        let told = format!("{error} {error:?} {}", error.remedy());
        assert!(told.contains("constraint") && !told.contains(MARK), "{told}");
    });
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let nowhere = format!("database = \"postgres://u:{MARK}@127.0.0.1:1/d\"\n");
    let others = text.lines().filter(|line| !line.starts_with("database"));
    std::fs::write(&settings, others.fold(nowhere, |text, line| text + line + "\n")).unwrap();
    let run = sandbox.at(NOW, ["batch"], ["list"]).expect(75);
    assert!(
        run.stderr.contains("DB-AWAY") && !run.stderr.contains(MARK),
        "{}",
        run.stderr
    );
    let run = sandbox.at(NOW, ["doctor"], ["--json"]).expect(1);
    assert!(
        run.stdout.contains("DB-AWAY") && !run.stdout.contains(MARK),
        "{}",
        run.stdout
    );
}

/// What PostgreSQL must not log is looked at by `doctor`, whatever the server's defaults are.
#[test]
#[cfg(feature = "postgres")]
fn a_server_that_logs_values_is_found_by_doctor() {
    let sandbox = Sandbox::empty();
    let server = |code: i32| {
        let said = sandbox.at(NOW, ["doctor"], ["--json"]).expect(code).json();
        let checks = said.as_array().unwrap().clone();
        checks
            .into_iter()
            .find(|check| check["what"] == "server")
            .unwrap()
    };
    assert_eq!(server(0)["health"], "good");
    let name = sandbox
        .database
        .say("SELECT CAST(current_database() AS TEXT)")
        .remove(0);
    sandbox.database.say(&format!(
        "ALTER DATABASE {name} SET log_min_duration_statement = 0"
    ));
    let found = server(1);
    assert_eq!(found["code"], "DB-LOOSE");
    assert!(
        found["finding"]
            .as_str()
            .unwrap()
            .contains("log_min_duration_statement = -1")
    );
}

fn on_two_threads(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work);
}

const MARK: &str = "mark-7f1c9b20d4e6";
