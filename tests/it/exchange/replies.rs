//! What a reply does that does not add up, or that is about somebody else. *Edge.*

use std::{fs, os::unix::fs::symlink, process::Command};

use serde_json::json;

use super::{Trial, copy_files};
use crate::{
    support::{NOW, files_below},
    synthetic::journal,
};

#[test]
fn a_reply_that_does_not_add_up_is_quarantined_whole() {
    std::thread::scope(|scope| {
        for (fault, reason) in [
            ("cut", "XCH-CUT"),
            ("altered", "XCH-HASH"),
            ("wrong-count", "XCH-COUNT"),
            ("oversize", "XCH-SIZE"),
        ] {
            scope.spawn(move || quarantined(fault, reason));
        }
    });
}

fn quarantined(fault: &str, reason: &str) {
    let trial = Trial::of(60);
    trial.send();
    let kept = trial.sandbox.path("kept/requests");
    copy_files(&trial.requests(), &kept);
    trial.reply(&["--fault", fault]);
    let bad = fs::read(&trial.replies()[0]).unwrap();
    trial.work(NOW).expect(0);

    // Everything is unresolved, nothing of the file was kept but the sealed whole, and an entry says so.
    let summary = trial.shown(NOW);
    assert_eq!(summary["unresolved"], 60, "{fault}: {summary}");
    assert_eq!(summary["codes"], json!({ "PRV-INTEGRITY": 60 }), "{fault}");
    assert!(trial.replies().is_empty(), "{fault}");
    let listed = trial.listed(NOW, "quarantined");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["reason"], &listed[0]["bytes"], &listed[0]["operator"]),
        (&json!(reason), &json!(bad.len()), &json!("gu.op"))
    );
    let sealed = files_below(&trial.sandbox.data().join("sealed/answer"));
    assert_eq!(sealed.len(), 1, "{fault}");
    assert!(fs::metadata(&sealed[0]).unwrap().len() > bad.len() as u64);
    let quarantines = |trial: &Trial| {
        let lines = journal(&trial.sandbox, NOW);
        lines.iter().filter(|line| line.kind == "quarantine").count()
    };
    assert_eq!(quarantines(&trial), 1);

    // The same bytes again are no second case.
    let name = listed[0]["file"].as_str().unwrap();
    fs::write(trial.sandbox.path("exchange/replies").join(name), &bad).unwrap();
    trial.work(NOW).expect(0);
    assert!(trial.replies().is_empty() && quarantines(&trial) == 1, "{fault}");

    // A correct file, under the same name, settles what was unresolved.
    copy_files(&files_below(&kept), &trial.sandbox.path("exchange/requests"));
    trial.reply(&[]);
    assert_eq!(trial.work(NOW).expect(0).json()["late"], 60, "{fault}");
    let summary = trial.shown(NOW);
    assert_eq!(summary["unresolved"], 0, "{fault}: {summary}");
    assert!(
        trial.requests().is_empty() && trial.replies().is_empty(),
        "{fault}"
    );
    assert_eq!(trial.reasons(NOW), [reason]);
}

#[test]
fn a_foreign_file_is_quarantined_and_ours_is_still_waited_for() {
    let trial = Trial::of(20);
    trial.send();
    let kept = trial.sandbox.path("kept/requests");
    copy_files(&trial.requests(), &kept);
    trial.reply(&["--fault", "foreign"]);
    // A name that another program chose could hold anything: it is not kept.
    let folder = trial.sandbox.path("exchange/replies");
    fs::write(folder.join("A123456789.rpl"), "anything").unwrap();
    assert_eq!(trial.work(NOW).expect(75).json()["waiting"], 1);
    assert_eq!(trial.reasons(NOW), ["XCH-FOREIGN"; 2]);
    assert!(trial.replies().is_empty());
    let shown = trial
        .sandbox
        .mayfly(["--at", NOW, "provider", "list"])
        .expect(0)
        .stdout;
    assert!(
        !shown.contains("A123456789") && shown.contains("a file of another name"),
        "{shown}"
    );

    // A reply to another chunk under the name of ours, which is why the name is looked at too.
    let name = trial.listed(NOW, "transfers")[0]["file"]
        .as_str()
        .unwrap()
        .replace(".req", "-01.rpl");
    copy_files(&files_below(&kept), &trial.sandbox.path("other/requests"));
    fs::create_dir_all(trial.sandbox.path("other/replies")).unwrap();
    trial.reply_in("other", &["--fault", "double"]);
    let second = trial
        .sandbox
        .path("other/replies")
        .join(name.replace("-01", "-02"));
    fs::copy(second, folder.join(&name)).unwrap();
    trial.work(NOW).expect(0);
    assert_eq!(trial.reasons(NOW), ["XCH-FOREIGN"; 3]);
    assert_eq!(trial.shown(NOW)["codes"], json!({ "PRV-INTEGRITY": 20 }));

    // Under its own name it is right.
    fs::copy(
        trial.sandbox.path("other/replies").join(&name),
        folder.join(&name),
    )
    .unwrap();
    assert_eq!(trial.work(NOW).expect(0).json()["late"], 20);
}

#[test]
fn a_reply_that_comes_twice_is_taken_once() {
    let trial = Trial::of(30);
    trial.send();
    trial.reply(&["--fault", "double"]);
    let kept = trial.sandbox.path("kept");
    copy_files(&trial.replies(), &kept);
    trial.work(NOW).expect(0);
    let summary = trial.shown(NOW);
    assert_eq!(summary["unresolved"], 0);
    assert_eq!(trial.reasons(NOW), ["XCH-DOUBLE"]);
    assert!(trial.replies().is_empty());

    // Name and bytes the same: as after a crash between commit and removal. Gone and counted, nothing else.
    copy_files(&files_below(&kept)[..1], &trial.sandbox.path("exchange/replies"));
    trial.work(NOW).expect(0);
    assert!(trial.replies().is_empty());
    let doubled = |trial: &Trial| trial.listed(NOW, "transfers")[1]["doubled"].clone();
    assert_eq!((doubled(&trial), trial.reasons(NOW).len()), (json!(1), 1));

    // The same name and other bytes.
    let path = trial
        .sandbox
        .path("exchange/replies")
        .join(files_below(&kept)[0].file_name().unwrap());
    fs::write(
        &path,
        [fs::read(&files_below(&kept)[0]).unwrap(), b"x".to_vec()].concat(),
    )
    .unwrap();
    trial.work(NOW).expect(0);
    assert_eq!(trial.reasons(NOW), ["XCH-DOUBLE"; 2]);
    assert_eq!(doubled(&trial), 1);
    assert_eq!(trial.shown(NOW), summary);
}

#[test]
fn another_person_spoils_one_answer_and_missing_ones_may_come_later() {
    let trial = Trial::of(30);
    trial.send();
    trial.reply(&["--fault", "wrong-person"]);
    trial.work(NOW).expect(0);
    assert_eq!(trial.shown(NOW)["codes"], json!({ "PRV-MISMATCH": 1 }));
    assert!(trial.reasons(NOW).is_empty());

    let trial = Trial::of(30);
    trial.send();
    copy_files(&trial.requests(), &trial.sandbox.path("other/requests"));
    fs::create_dir_all(trial.sandbox.path("other/replies")).unwrap();
    trial.reply(&["--fault", "missing-persons"]);
    trial.work(NOW).expect(0);
    assert_eq!(trial.shown(NOW)["codes"], json!({ "PRV-UNKNOWN": 10 }));
    // The rest comes under the next number.
    trial.reply_in("other", &["--fault", "double"]);
    let second = files_below(&trial.sandbox.path("other/replies"))[1..].to_vec();
    copy_files(&second, &trial.sandbox.path("exchange/replies"));
    assert_eq!(trial.work(NOW).expect(0).json()["late"], 10);
    assert_eq!(trial.shown(NOW)["codes"], json!({}));
    assert!(trial.replies().is_empty() && trial.reasons(NOW).is_empty());
}

#[test]
fn what_is_no_file_is_never_followed_nor_waited_for() {
    let trial = Trial::of(10);
    trial.send();
    let folder = trial.sandbox.path("exchange/replies");
    let name = trial.listed(NOW, "transfers")[0]["file"]
        .as_str()
        .unwrap()
        .replace(".req", "");
    symlink(
        trial.sandbox.data().join("mayfly.toml"),
        folder.join(format!("{name}-01.rpl")),
    )
    .unwrap();
    let made = Command::new("mkfifo")
        .arg(folder.join(format!("{name}-02.rpl")))
        .status()
        .unwrap();
    assert!(made.success());
    fs::create_dir(folder.join(format!("{name}-03.rpl"))).unwrap();
    fs::write(folder.join(format!(".{name}-04.rpl.part")), "still being written").unwrap();
    fs::write(folder.join("README"), "not for us").unwrap();
    trial.work(NOW).expect(75);
    assert!(trial.reasons(NOW).is_empty());
    assert!(trial.sandbox.data().join("mayfly.toml").exists());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 5);
    // A file that takes the link's name is a file.
    trial.reply(&[]);
    trial.work(NOW).expect(0);
    assert_eq!(trial.shown(NOW)["unresolved"], 0);
}
