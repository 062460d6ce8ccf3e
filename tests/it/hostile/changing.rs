//! Files that are written to while they are read: what is accepted is what was sealed, and half a file is not accepted. *Edge.*

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Child,
};

use mayfly::{app::House, batch::store};
use mayfly_retention::{Class, Cohort, ObjectId, Place};

use super::{Held, refused};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox, files_below, pause},
    worker::{TRIES, ended, start, stop_between_transactions, wake},
};

#[test]
fn a_file_that_changes_while_it_is_read_is_refused_whole() {
    let house = Sandbox::with_master_data();
    let before = untouched(&house);
    let changes: [(&str, Change); 4] = [
        ("truncated", |file, bytes| file.set_len(bytes / 8).unwrap()),
        ("emptied", |file, _| file.set_len(0).unwrap()),
        ("grown", |file, bytes| {
            file.seek(SeekFrom::Start(bytes)).unwrap();
            file.write_all(b"one more row\r\n").unwrap();
        }),
        ("rewritten", |file, bytes| {
            file.seek(SeekFrom::Start(bytes - 500)).unwrap();
            file.write_all(b"T").unwrap();
        }),
    ];
    for (what, change) in changes {
        let (sandbox, file, reading) = halfway(&house);
        let bytes = fs::metadata(&file).unwrap().len();
        change(&mut OpenOptions::new().write(true).open(&file).unwrap(), bytes);
        wake(&reading);
        let told = ended(reading);
        assert!(told.stderr.contains("FILE-"), "{what}: {}", told.stderr);
        refused(&sandbox, &before, &told, "FILE-CHANGED");
        // The number is still free.
        let file = large(&sandbox);
        let again = start(&sandbox, NOW, ["batch", "submit", file.to_str().unwrap()]);
        accepted(&sandbox, ended(again), &file);
    }
    // A file that stands still is accepted, paused or not.
    let (sandbox, file, reading) = halfway(&house);
    wake(&reading);
    accepted(&sandbox, ended(reading), &file);
}

/// The name may lead to another file meanwhile: what was opened is what is read.
#[test]
fn a_file_that_is_replaced_while_it_is_read_stays_the_one_that_was_opened() {
    let (sandbox, file, reading) = halfway(&Sandbox::with_master_data());
    let kept = sandbox.path("kept");
    fs::rename(&file, &kept).unwrap();
    sandbox.file("004-1151102-01.csv", batch_file(&[BatchRow::valid(9)]));
    wake(&reading);
    accepted(&sandbox, ended(reading), &kept);
}

/// What a copy of `house` holds in which nothing was done. Whatever acts first notes where the copy's database lies.
fn untouched(house: &Sandbox) -> Held {
    let copy = house.copy();
    copy.at(NOW, ["batch", "submit"], ["004-1151102-01.csv"])
        .expect(65);
    Held::of(&copy)
}

/// Insists that the batch was accepted and that its sealed bytes are those of `file`.
#[track_caller]
fn accepted(sandbox: &Sandbox, run: Run, file: &Path) {
    let receipt = run.expect(0).json();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (sealed, sha256) = runtime.block_on(async {
        let house = House::open(&sandbox.data(), Some(NOW.parse().unwrap()))
            .await
            .unwrap();
        let mut reader = house.db.reader().await.unwrap();
        let batch = store::by_name(&mut reader, "004-1151102-01")
            .await
            .unwrap()
            .unwrap();
        let cohort = Cohort::parse(&batch.intake.0).unwrap();
        assert_eq!(cohort.class(), Class::Intake);
        let id = ObjectId::parse(&batch.intake.1).unwrap();
        let key = house.custody.cohort_key(cohort).unwrap();
        let mut bytes = Vec::new();
        house
            .vault
            .open_stream(Place { cohort, id }, &key)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        (bytes, mayfly::ids::hex(&batch.sha256))
    });
    assert!(
        sealed == fs::read(file).unwrap(),
        "what was sealed is not what was handed in"
    );
    assert_eq!(receipt["sha256"], sha256.as_str());
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

/// A good row, one that is far too long, and another good one.
fn large(sandbox: &Sandbox) -> PathBuf {
    let long = BatchRow::valid(2).with("reason", "x".repeat(48 << 20));
    sandbox.file(
        "004-1151102-01.csv",
        batch_file(&[BatchRow::valid(1), long, BatchRow::valid(3)]),
    )
}

/// What is done to a file of so many bytes while it is read.
type Change = fn(&mut File, u64);

/// Starts to submit a large file in a copy of `house` and stops when a part of it is sealed, and not all; as often as it
/// takes, for moments are chance.
fn halfway(house: &Sandbox) -> (Sandbox, PathBuf, Child) {
    for _ in 0..TRIES {
        let sandbox = house.copy();
        let file = large(&sandbox);
        let folder = sandbox.data().join("sealed/intake");
        let sealed = || {
            let drafts = files_below(&folder)
                .into_iter()
                .filter(|path| path.extension().is_some_and(|end| end == "tmp"));
            drafts
                .map(|path| fs::metadata(path).map_or(0, |facts| facts.len()))
                .max()
                .unwrap_or(0)
        };
        let mut reading = start(&sandbox, NOW, ["batch", "submit", file.to_str().unwrap()]);
        while sealed() < 1 << 20 && reading.try_wait().unwrap().is_none() {
            pause(0.001);
        }
        stop_between_transactions(&sandbox, &reading);
        if (1 << 20..40 << 20).contains(&sealed()) {
            return (sandbox, file, reading);
        }
        wake(&reading);
        ended(reading);
    }
    panic!("none of {TRIES} was stopped midway");
}
