//! `kill -9` while requests are sent and replies are taken in. *Edge.*
//!
//! A failure is: a query id in two requests that were placed, a request that was placed and is in no journal, a row
//! without its outcome, an answer that differs. *Not* a failure: a reply that is counted as doubled, since the kill came
//! between its commit and its removal.
//!
//! `MAYFLY_CRASH_RUNS=500 cargo test -p e2e --test it exchange::crashes` runs a longer campaign.

use std::{collections::BTreeSet, fs, process::Command};

use mayfly::clock;

use super::{ROWS, Trial, copy_files};
use crate::{
    database::ON_POSTGRES,
    support::{Chance, NOW, Run, Sandbox, files_below, pause, setting},
    worker::{ended, start},
};

#[test]
fn killed_at_any_moment_each_request_is_placed_once() {
    let seed = setting("MAYFLY_CRASH_SEED").unwrap_or_else(|| clock::wall().as_microsecond() as u64);
    let stories: u64 = setting("MAYFLY_CRASH_RUNS").unwrap_or(STORIES);
    println!("MAYFLY_CRASH_SEED={seed} MAYFLY_CRASH_RUNS={stories}");
    let (template, twin) = Trial::with_twin(ROWS, 2);
    twin.sandbox.at(NOW, ["batch", "run"], [&twin.file]).expect(1);
    let mut chance = Chance(seed);
    let watch = clock::Stopwatch::start();
    story(&copied(&template), &twin, || 60.0);
    let pace = watch.seconds() / 6.0;
    let mut kills = 0;
    for number in 0..stories {
        // Spread over the run, each by chance within its tenth.
        let mut moment = || pace * ((number % 10) as f64 + chance.fraction()) / 10.0;
        kills += story(&copied(&template), &twin, &mut moment);
    }
    println!("{kills} kills in {stories} stories");
    assert!(kills >= stories / 2, "only {kills} kills in {stories} stories");
}

#[test]
fn a_request_that_never_got_its_name_is_sent_again_and_only_then() {
    let trial = Trial::of(40);
    trial.send();
    // As a kill between the commit and the name leaves it.
    let placed = trial.requests()[0].clone();
    let name = placed.file_name().unwrap().to_str().unwrap();
    let dotted = placed.with_file_name(format!(".{name}.00000000000000ff"));
    fs::rename(&placed, &dotted).unwrap();
    trial.work(NOW).expect(75);
    assert_eq!(trial.requests(), std::slice::from_ref(&placed));
    let states = |trial: &Trial| -> Vec<_> {
        let listed = trial.listed(NOW, "transfers");
        listed.iter().map(|transfer| transfer["state"].clone()).collect()
    };
    assert_eq!(states(&trial), ["unsent", "sent"]);
    // Once it had its name it may have been taken: it is waited for, and never sent again.
    fs::remove_file(&placed).unwrap();
    trial.work(NOW).expect(75);
    assert!(trial.requests().is_empty());
    assert_eq!(states(&trial), ["unsent", "sent"]);
}

#[test]
fn two_workers_take_each_reply_once() {
    let (trial, twin) = Trial::with_twin(ROWS, 2);
    twin.sandbox.at(NOW, ["batch", "run"], [&twin.file]).expect(1);
    trial.send();
    trial.reply(&[]);
    let workers = [0, 1].map(|_| start(&trial.sandbox, NOW, ["work", "--once"]));
    let batches = workers.map(|worker| ended(worker).expect(0).json()["batches"].as_u64().unwrap());
    assert_eq!(batches.iter().sum::<u64>(), 1);
    trial.check_as(NOW, &twin);
    let transfers = trial.listed(NOW, "transfers");
    assert_eq!(transfers.len(), 4);
    assert!(
        transfers.iter().all(|transfer| transfer["doubled"] == 0),
        "{transfers:?}"
    );
    assert!(trial.reasons(NOW).is_empty());
}

/// The journal's transaction meets the end of its room at every place; whatever could not be entered was not placed.
#[test]
fn what_cannot_be_entered_is_not_placed() {
    let template = Trial::of(60);
    let is_stopped = |trial: &Trial, room_kib: u64| {
        let run = with_room(trial, room_kib).expect(75);
        !run.stderr.contains("(PROVIDER-WAITING)")
    };
    let (mut little, mut enough) = (0, 4096);
    while enough - little > 1 {
        let room = (little + enough) / 2;
        *(if is_stopped(&copied(&template), room) {
            &mut little
        } else {
            &mut enough
        }) = room;
    }
    // How much is enough is another number in each run: from more than that to less, until both ends were seen often enough.
    let (mut stopped, mut placed, mut not_placed) = (0, 0, 0);
    for room in (1..=enough + 120).rev().step_by(12) {
        if stopped > 10 && placed > 0 && not_placed > 0 {
            break;
        }
        let trial = copied(&template);
        stopped += u64::from(is_stopped(&trial, room));
        let mut taken = Taken::default();
        taken.take(&trial);
        match taken.query_ids.is_empty() {
            true => not_placed += 1,
            false => placed += 1,
        }
        trial.send();
        taken.take(&trial);
        assert_eq!(taken.query_ids.len(), 60, "{room} KiB");
    }
    println!("enough: {enough} KiB; {stopped} stopped, {placed} placed");
    // With the database elsewhere there is less on this disk that could stop it.
    assert!(
        stopped > 10 && placed > 0 && not_placed > 0 || ON_POSTGRES && stopped > 0,
        "{stopped} stopped, {placed} placed, {not_placed} not"
    );
}

/// `batch run` where no file may grow beyond `room_kib`.
fn with_room(trial: &Trial, room_kib: u64) -> Run {
    // Without the trap the signal would end the process; with it each write beyond the limit fails.
    let script = format!("trap '' XFSZ; ulimit -f {room_kib}; exec \"$@\"");
    let inner = trial.sandbox.command();
    let mut command = Command::new("bash");
    command
        .args(["-c", &script, "bash"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(["--at", NOW, "batch", "run"])
        .arg(&trial.file);
    Run::of(command.output().unwrap())
}

/// Sends with a kill, takes the requests away as a provider would, goes on, answers, takes in with a kill, goes on. Returns
/// how many kills there were.
fn story(trial: &Trial, twin: &Trial, mut moment: impl FnMut() -> f64) -> u64 {
    let mut taken = Taken::default();
    let mut kills = u64::from(killed(
        trial,
        &["batch", "run", trial.file.to_str().unwrap()],
        moment(),
    ));
    taken.take(trial);
    trial.send();
    taken.take(trial);
    let answered = trial.reply_in("provider", &[]);
    assert_eq!(
        answered["questions"].as_u64().unwrap() as usize,
        taken.query_ids.len()
    );
    let replies = files_below(&trial.sandbox.path("provider/replies"));
    copy_files(&replies, &trial.sandbox.path("exchange/replies"));
    kills += u64::from(killed(trial, &["work", "--once"], moment()));
    trial.work(NOW).expect(0);
    trial.check_as(NOW, twin);
    assert!(trial.reasons(NOW).is_empty());
    kills
}

/// The other side, which takes every request as soon as it sees it.
#[derive(Default)]
struct Taken {
    query_ids: BTreeSet<Vec<u8>>,
}

impl Taken {
    fn take(&mut self, trial: &Trial) {
        let placed: Vec<_> = trial
            .requests()
            .into_iter()
            .filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .collect();
        // Whatever has its name is in the journal's transaction, whenever the kill came.
        let looked = trial.sandbox.copy();
        let listed = looked.mayfly(["--at", NOW, "--json", "provider", "list"]);
        for path in placed {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(listed.stdout.contains(name), "{name} was placed and not entered");
            let bytes = fs::read(&path).unwrap();
            for line in bytes[85..bytes.len() - 89].chunks(93) {
                assert!(
                    self.query_ids.insert(line[6..28].to_vec()),
                    "a query was placed twice"
                );
            }
            let folder = trial.sandbox.path("provider");
            fs::create_dir_all(folder.join("requests")).unwrap();
            fs::create_dir_all(folder.join("replies")).unwrap();
            fs::rename(&path, folder.join("requests").join(name)).unwrap();
        }
    }
}

/// Runs `words` and kills it after `seconds`, or lets it end before; tells which.
fn killed(trial: &Trial, words: &[&str], seconds: f64) -> bool {
    let mut child = start(&trial.sandbox, NOW, words.iter().copied());
    let mut waited = 0.0;
    while waited < seconds && child.try_wait().unwrap().is_none() {
        pause(0.002);
        waited += 0.002;
    }
    let runs = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    runs
}

fn copied(template: &Trial) -> Trial {
    let sandbox: Sandbox = template.sandbox.copy();
    Trial::on(sandbox, template.file.clone())
}

const STORIES: u64 = 20;
