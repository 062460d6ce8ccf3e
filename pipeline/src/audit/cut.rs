//! A sample as it was when the journal had so many entries: an export has no act that is not in the journal beside it. *Pure.*

use super::{
    steps::{ActName, Drawn, Extended, Step, find},
    store::{Sample, State},
};

impl Sample {
    /// As it was when the journal had `size` entries, by its acts among them; `None` if nothing was committed to yet. The instant of
    /// the last act stays that of the table.
    pub fn until(mut self, size: u64) -> Option<Self> {
        if self.commit_entry >= size {
            return None;
        }
        let had =
            |steps: &[Step], act: ActName| steps.iter().any(|step| step.act == act && step.entry < size);
        let was = match () {
            () if had(&self.steps, ActName::Draw) => State::Drawn,
            () if had(&self.steps, ActName::Freeze) => State::Frozen,
            () => State::Committed,
        };
        if was != State::Drawn {
            // The payload of the commitment is shown from the draw on.
            self.steps.retain(|step| step.act != ActName::Commit);
            self.reviewer = String::new();
        }
        if was == State::Committed {
            (self.frozen_size, self.population) = (0, 0);
        }
        self.steps.retain(|step| step.entry < size);
        self.announce_entry = self.announce_entry.filter(|entry| *entry < size);
        self.sample_size = drawn_so_far(&self.steps);
        self.state = was;
        Some(self)
    }
}

/// How many records the acts say that the sample has.
fn drawn_so_far(steps: &[Step]) -> u64 {
    let last = steps.iter().rfind(|step| step.act == ActName::Extend);
    let extended = last.and_then(|step| step.read::<Extended>());
    let drawn = || find::<Drawn>(steps, ActName::Draw).map(|drawn| drawn.size);
    extended
        .map(|extended| extended.size)
        .or_else(drawn)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::Serialize;

    use super::*;
    use crate::audit::Month;

    fn step(act: ActName, entry: u64, says: &impl Serialize) -> Step {
        let salted = [vec![7; 16], serde_json::to_vec(says).unwrap()].concat();
        Step::new(act, entry, &salted)
    }

    fn extended(entry: u64, size: u64) -> Step {
        let (month, by) = ("2026-11".into(), "hsu.rv".into());
        step(ActName::Extend, entry, &Extended { month, size, by })
    }

    fn sample() -> Sample {
        let drawn = Drawn {
            month: "2026-11".into(),
            by: "hsu.rv".into(),
            named_by: Some("wu.head".into()),
            value: Some("ab".into()),
            next_checkpoint: None,
            seed: "cd".into(),
            size: 5,
        };
        Sample {
            member: "004".into(),
            month: Month::parse("2026-11").unwrap(),
            state: State::Drawn,
            commit_entry: 3,
            committed_at: Timestamp::UNIX_EPOCH,
            frozen_size: 10,
            population: 6,
            announce_entry: None,
            sample_size: 7,
            reviewer: "hsu.rv".into(),
            steps: vec![
                step(ActName::Commit, 3, &"secret until it is drawn"),
                step(ActName::Freeze, 10, &"frozen"),
                step(ActName::Draw, 20, &drawn),
                extended(30, 6),
                extended(40, 7),
            ],
            last_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn acts_that_came_later_are_left_out_and_what_follows_from_them() {
        for (size, state, steps, records, population) in [
            (41, State::Drawn, 5, 7, 6),
            (40, State::Drawn, 4, 6, 6),
            (31, State::Drawn, 4, 6, 6),
            (30, State::Drawn, 3, 5, 6),
            (21, State::Drawn, 3, 5, 6),
            (20, State::Frozen, 1, 0, 6),
            (11, State::Frozen, 1, 0, 6),
            (10, State::Committed, 0, 0, 0),
            (4, State::Committed, 0, 0, 0),
        ] {
            let then = sample().until(size).unwrap();
            assert!(then.state == state, "{size}: {}", then.state.word());
            assert_eq!(
                (then.steps.len(), then.sample_size, then.population),
                (steps, records, population),
                "{size}"
            );
            assert_eq!(then.reviewer.is_empty(), state != State::Drawn, "{size}");
            assert!(then.steps.iter().all(|step| step.entry < size), "{size}");
        }
        assert!(sample().until(3).is_none());
        let mut announced = sample();
        announced.announce_entry = Some(15);
        assert_eq!(announced.until(15).unwrap().announce_entry, None);
    }
}
