//! What should happen: sent, waited for, answered, and the same in the end as with a provider that answers at once. *Edge.*

use std::fs;

use super::{ROWS, Trial};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Sandbox},
    synthetic::{BATCH, journal},
};

#[test]
fn a_batch_by_files_ends_as_one_that_is_answered_at_once() {
    let (trial, twin) = Trial::with_twin(ROWS, 3);
    twin.sandbox.at(NOW, ["batch", "run"], [&twin.file]).expect(1);

    let run = trial
        .sandbox
        .at(NOW, ["--json", "batch", "run"], [&trial.file])
        .expect(75);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.starts_with("2 request files are with the provider"),
        "{}",
        run.stderr
    );
    let sent: Vec<_> = trial
        .requests()
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(trial.shown(NOW)["state"], "accepted");

    // Nothing changes while nothing comes, whoever looks.
    let looked = trial.work(NOW).expect(75);
    assert_eq!(looked.json()["waiting"], 2);
    trial.send();
    assert_eq!(
        sent,
        trial
            .requests()
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect::<Vec<_>>()
    );

    let answered = trial.reply(&[]);
    assert_eq!((trial.requests().len(), trial.replies().len()), (0, 2));
    let done = trial.work(NOW).expect(0).json();
    assert_eq!((&done["batches"], &done["waiting"]), (&1.into(), &0.into()));
    trial.check_as(NOW, &twin);
    // The first command once more: it ends as if the provider had answered at once.
    trial.sandbox.at(NOW, ["batch", "run"], [&trial.file]).expect(1);

    // Each transfer has its operator, its hash and its count, and an entry; a request's before anything was settled.
    let transfers = trial.listed(NOW, "transfers");
    let of = |key: &str| {
        transfers
            .iter()
            .map(|transfer| transfer[key].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("direction"), ["request", "request", "reply", "reply"]);
    assert_eq!(of("state"), ["sent", "sent", "taken", "taken"]);
    assert_eq!(of("operator"), ["gu.op"; 4]);
    let questions: u64 = transfers[..2]
        .iter()
        .map(|transfer| transfer["lines"].as_u64().unwrap())
        .sum();
    assert_eq!(answered["questions"], questions);
    let lines = journal(&trial.sandbox, NOW);
    let entered: Vec<_> = lines
        .iter()
        .filter(|line| line.kind == "transfer")
        .map(|line| line.reference.clone())
        .collect();
    let mut files: Vec<_> = of("file")
        .iter()
        .map(|file| file.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(entered.len(), 4);
    files.sort();
    let mut sorted = entered;
    sorted.sort();
    assert_eq!(sorted, files);
    assert!(trial.listed(NOW, "quarantined").is_empty());
}

#[test]
fn the_last_command_may_be_the_same_as_the_first() {
    let trial = Trial::of(50);
    trial.send();
    trial.reply(&[]);
    trial.sandbox.at(NOW, ["batch", "run"], [&trial.file]).expect(0);
    assert_eq!(trial.shown(NOW)["state"], "settled");
    assert!(trial.replies().is_empty());
}

#[test]
fn names_leave_in_cp950_and_come_back_without_deciding() {
    let long = format!("J{}", "許功蓋".repeat(16));
    let names = ["許功蓋", "王〇堃", "陳鴻𠮷", &long];
    let rows: Vec<_> = (1..)
        .zip(names)
        .map(|(number, name)| BatchRow::valid(number).with("subject_name", name))
        .collect();
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(&format!("{BATCH}.csv"), batch_file(&rows));
    let trial = Trial::on(sandbox, file);
    trial.send();
    let request = fs::read(&trial.requests()[0]).unwrap();
    let field = |line: usize| {
        let start = 85 + line * 93 + 51;
        request[start..start + 40].to_vec()
    };
    let padded = |bytes: &[u8]| [bytes, &vec![b' '; 40 - bytes.len()]].concat();
    assert_eq!(field(0), padded(b"\xB3\x5C\xA5\x5C\xBB\x5C"));
    assert_eq!(field(1), padded(b"\xA4\xFD\xA1\xAF\xA1\xAF"));
    assert_eq!(field(2), padded(b"\xB3\xAF\xC2\x45\xA1\xAF"));
    let cut = [
        b"J".as_slice(),
        &b"\xB3\x5C\xA5\x5C\xBB\x5C".repeat(6),
        b"\xB3\x5C",
    ]
    .concat();
    assert_eq!(field(3), padded(&cut));

    trial.reply(&[]);
    trial.work(NOW).expect(0);
    let summary = trial.shown(NOW);
    let told = summary["answered"].as_u64().unwrap() + summary["no_record"].as_u64().unwrap();
    assert_eq!(told, 4, "{summary}");
    let own = trial
        .sandbox
        .at(NOW, ["batch", "results"], [BATCH, "--as", "chen.yl"])
        .expect(0)
        .stdout;
    assert!(
        own.contains(",許功蓋,") || own.contains(",王＊＊,") || own.contains(",陳鴻＊,"),
        "{own}"
    );
    assert!(!own.contains("王〇堃") && !own.contains("陳鴻𠮷"), "{own}");
}
