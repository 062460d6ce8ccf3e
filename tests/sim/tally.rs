//! How much of everything happened, and what happened that is no failure. *Pure.*

/// What happened that is no failure, and how much of everything.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Tally {
    pub days: u64,
    pub segments: u64,
    pub passes: u64,
    pub cuts: u64,
    pub faults: u64,
    pub boots: u64,
    pub steps: u64,
    pub reads: u64,
    pub refused: u64,
    /// Replies that came late, twice or never.
    pub replies: u64,
    /// Holds placed or lifted.
    pub holds: u64,
    pub certificates: u64,
    /// Destroyed early because nobody knew the time (D4).
    pub incidents: u64,
    /// Found late when the machine came back.
    pub long_off: u64,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        let Self {
            days,
            segments,
            passes,
            cuts,
            faults,
            boots,
            steps,
            reads,
            refused,
            replies,
            holds,
            certificates,
            incidents,
            long_off,
        } = other;
        self.days += days;
        self.segments += segments;
        self.passes += passes;
        self.cuts += cuts;
        self.faults += faults;
        self.boots += boots;
        self.steps += steps;
        self.reads += reads;
        self.refused += refused;
        self.replies += replies;
        self.holds += holds;
        self.certificates += certificates;
        self.incidents += incidents;
        self.long_off += long_off;
    }
}
