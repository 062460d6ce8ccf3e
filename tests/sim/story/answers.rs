//! What is taken in: answers and submitted files, as the provider sends them or does not. *Edge.*

use mayfly_retention::Class;

use super::{Event, Story};
use crate::{
    host::{HOUR, MINUTE},
    oracle::Verdict,
};

/// What the provider makes of a question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reply {
    /// Answers, or holds what it was sent.
    Whole,
    /// The reply comes when it comes.
    Late,
    /// The same reply twice.
    Doubled,
    /// No reply, ever.
    None,
}

impl Story {
    /// An answer arrives, or several; the bells and readers that belong to it are put down.
    pub(super) fn answer(&mut self) -> Verdict {
        let wait = self.chance.any_size(self.pace / 50, self.pace * 3);
        let mut next = self.world.host.now() + wait;
        if self.chance.once_in(4) {
            // Just at the turn of an hour.
            next += HOUR - next.rem_euclid(HOUR) + self.chance.of_these(&[-1, 0, 1]);
        }
        self.at(next, Event::Answer);
        let class = self
            .chance
            .of_these(&[Class::Answer, Class::Answer, Class::Intake]);
        let mut count = self.chance.of_these(&[1, 1, 1, 2, 3]);
        let reply = match self.chance.between(0, 12) {
            0 => Reply::Late,
            1 => Reply::Doubled,
            2 => Reply::None,
            _ => Reply::Whole,
        };
        self.world.oracle.tally.replies += u64::from(reply != Reply::Whole);
        match reply {
            Reply::Whole => {}
            Reply::Late => {
                let wait = self.chance.any_size(MINUTE, 90 * HOUR);
                self.later(wait, Event::LateReply);
                count = 0;
            }
            Reply::Doubled => count *= 2,
            Reply::None => count = 0,
        }
        for _ in 0..count {
            self.receive(class)?;
        }
        // The bells just before the end, at its very instant, and soon after, where some are lost and some ring twice.
        if let Some(due) = self.world.oracle.next_due() {
            for bell in [due - 1, due] {
                if self.chance.once_in(3) {
                    self.at(bell, Event::Bell);
                }
            }
        }
        Ok(())
    }

    /// Something of `class` is taken in; those who will read it are put down.
    pub(super) fn receive(&mut self, class: Class) -> Verdict {
        let torn = self.chance.once_in(40);
        let segment = self.world.oracle.segments.len();
        if !self.world.take_in(class, torn)? {
            return Ok(());
        }
        let now = self.world.host.now();
        let end = now + 72 * HOUR;
        let some_time = self.chance.between(0, 80 * HOUR);
        for (times, at) in [(2, end - 1), (2, end), (4, now), (4, now + some_time)] {
            if self.chance.once_in(times) {
                self.at(at, Event::Read(segment));
            }
        }
        Ok(())
    }
}
