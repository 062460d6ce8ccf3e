//! Copies stolen in the midst of a purge, at each call by which it changes the keys. *Edge.*

use super::traced::traced;
use crate::forgotten::{
    attacker::attack,
    loot::Copy,
    stolen::{FIRST, SECOND, Story, YEARS, set},
};

/// With the slots of the very moment everything opens until the old root is overwritten, and from then on nothing does;
/// with the slots from after the purge nothing opens, whatever copies from before and from its midst are added.
#[test]
fn a_copy_stolen_in_the_midst_of_a_purge_opens_nothing_afterwards() {
    let story = Story::until_due();
    let due = ["--at", "2026-11-05T11:00:00+08:00", "purge", "run"];
    let (gone, living) = (set(&[&SECOND, &YEARS]), set(&[&FIRST, &SECOND, &YEARS]));
    let before: Vec<Copy> = story.copies.iter().map(Copy::without_slots).collect();
    let mut everything = before.clone();
    let (mut opened_in, mut closed_in) = (0, 0);
    for call in ["pwrite64", "fsync", "write", "rename"] {
        let mut was_closed = false;
        for step in 1.. {
            let sandbox = story.sandbox.copy();
            let keys = ["", "destroyed", "root.slots", "keyring.new"];
            let keys = keys.map(|name| sandbox.data().join("keys").join(name));
            let fault = format!("{call}:signal=KILL:when={step}");
            let run = traced(&sandbox, &fault, &keys, &due).run;
            if run.code == 0 {
                assert!(step > 1, "no purge was killed at {call}");
                break;
            }
            let what = format!("{call} {step}");
            assert_eq!(run.code, -9, "{what}: {}", run.stderr);
            let midst = Copy::of(&sandbox);
            sandbox.mayfly(due).expect(0);
            let after = Copy::of(&sandbox);

            let stolen =
                |slots: &Copy| attack(&[&before[..], &[midst.without_slots(), slots.clone()]].concat());
            let opened = stolen(&midst);
            let is_open = opened.cohorts() == living;
            assert!(is_open || opened.cohorts() == gone, "{what}: {opened:?}");
            // The calls of a kind are in the order of time: what was closed opens no more, and evidence comes last.
            let is_told = midst.files.keys().any(|name| name.starts_with("purged/"));
            assert!(!(is_open && (was_closed || is_told)), "{what}");
            was_closed = !is_open;
            opened_in += usize::from(is_open);
            closed_in += usize::from(!is_open);
            let opened = stolen(&after);
            assert_eq!(opened.cohorts(), gone, "{what}: {opened:?}");
            everything.extend([midst.without_slots(), after]);
        }
    }
    println!("open at {opened_in} steps, closed at {closed_in}");
    assert!(
        opened_in > 5 && closed_in > 0,
        "{opened_in} open, {closed_in} closed"
    );
    // All thieves together.
    assert_eq!(attack(&everything).cohorts(), gone);
}
