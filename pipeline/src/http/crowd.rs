//! Who has to leave when the door is full: whoever waits for nothing the longest, before anybody who is being served. *Pure.*

use std::collections::BTreeMap;

/// Those who are in, by number.
pub(super) struct Crowd<T> {
    guests: BTreeMap<u64, Guest<T>>,
    most: usize,
    next: u64,
}

struct Guest<T> {
    /// Since when, in microseconds: of being idle, or of the request that is being served.
    since: i64,
    is_served: bool,
    /// How they are told to leave.
    way_out: T,
}

impl<T> Crowd<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            guests: BTreeMap::new(),
            most,
            next: 0,
        }
    }

    /// Lets somebody in at `now`; returns their number, and who has to leave for them. `None`: it is full of people who are
    /// being served, none of them for so long that they look stuck.
    pub(super) fn enter(&mut self, way_out: T, now: i64) -> Option<(u64, Option<T>)> {
        let mut leaver = None;
        if self.guests.len() >= self.most {
            let number = self.dispensable(now)?;
            leaver = self.guests.remove(&number).map(|guest| guest.way_out);
        }
        let number = self.next;
        self.next += 1;
        let guest = Guest {
            since: now,
            is_served: false,
            way_out,
        };
        self.guests.insert(number, guest);
        Some((number, leaver))
    }

    /// A request of guest `number` begins, or has ended. Somebody who was told to leave is not there any more.
    pub(super) fn note(&mut self, number: u64, is_served: bool, now: i64) {
        if let Some(guest) = self.guests.get_mut(&number) {
            (guest.is_served, guest.since) = (is_served, now);
        }
    }

    /// Guest `number` has gone.
    pub(super) fn leave(&mut self, number: u64) {
        self.guests.remove(&number);
    }

    fn dispensable(&self, now: i64) -> Option<u64> {
        let (number, guest) = self
            .guests
            .iter()
            .min_by_key(|(_, guest)| (guest.is_served, guest.since))?;
        let is_stuck = now.saturating_sub(guest.since) >= STUCK_MICROS;
        (!guest.is_served || is_stuck).then_some(*number)
    }
}

/// A request that takes longer makes way when somebody waits outside.
const STUCK_MICROS: i64 = 60_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_leaves_first_and_whoever_is_served_stays() {
        let mut crowd = Crowd::new(3);
        for name in ["a", "b", "c"] {
            assert!(matches!(crowd.enter(name, 0), Some((_, None))));
        }
        crowd.note(0, true, 1);
        crowd.note(1, true, 2);
        crowd.note(1, false, 3);
        // c never asked for anything, b was idle later, a is being served.
        assert_eq!(crowd.enter("d", 4), Some((3, Some("c"))));
        assert_eq!(crowd.enter("e", 5), Some((4, Some("b"))));
        crowd.note(3, true, 6);
        crowd.note(4, true, 7);
        assert_eq!(crowd.enter("f", STUCK_MICROS), None);
        assert_eq!(crowd.enter("f", STUCK_MICROS + 1), Some((5, Some("a"))));
        // What is said of somebody who has left changes nothing.
        crowd.note(0, true, 9);
        crowd.leave(0);
        assert_eq!(crowd.guests.len(), 3);
        crowd.leave(5);
        assert!(matches!(crowd.enter("g", 10), Some((6, None))));
    }
}
