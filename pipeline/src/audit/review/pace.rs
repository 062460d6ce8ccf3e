//! How fast acts followed each other: spans between two instants, and acts done in bulk. *Pure.*

use jiff::Timestamp;
use serde::Serialize;

use crate::regime::control::PaceRules;

/// Spans in seconds: of what, from the least to the most.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Spread {
    /// How many spans there are.
    pub count: u64,
    /// The shortest.
    pub min: i64,
    /// The one in the middle; of two, the shorter.
    pub median: i64,
    /// The longest.
    pub max: i64,
}

/// Acts in bulk: runs of more than so many, each within so many seconds of the one before, or more than so many in one act (六(一)1, 6).
/// They are allowed, and told.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(Debug))]
pub struct Bulk {
    /// How many runs there are.
    pub runs: u64,
    /// How many acts are in them.
    pub acts: u64,
    /// The longest of them.
    pub longest: u64,
}

/// The spread of `seconds`, which are put in order; `None` if there are none.
pub fn spread(seconds: &mut [i64]) -> Option<Spread> {
    seconds.sort_unstable();
    let median = *seconds.get(seconds.len().checked_sub(1)? / 2)?;
    Some(Spread {
        count: seconds.len() as u64,
        min: *seconds.first()?,
        median,
        max: *seconds.last()?,
    })
}

/// The bulk acts among `given`, which are put in order: when each was, and in which act, where one act may be of many.
pub fn bulk(given: &mut [(Timestamp, Option<i64>)], rules: &PaceRules) -> Bulk {
    given.sort_unstable();
    let apart = |(one, _): &(Timestamp, _), (next, _): &(Timestamp, _)| {
        next.as_microsecond() - one.as_microsecond() >= rules.bulk_seconds.value * 1_000_000
    };
    let mut bulk = Bulk::default();
    let mut take = |acts: usize, more_than: u32| {
        let is_bulk = acts as u64 > u64::from(more_than);
        if is_bulk {
            bulk.runs += 1;
            bulk.acts += acts as u64;
            bulk.longest = bulk.longest.max(acts as u64);
        }
        is_bulk
    };
    for run in given.chunk_by(|one, next| !apart(one, next)) {
        if take(run.len(), rules.bulk_count.value) {
            continue;
        }
        // Not many and yet at one stroke. Those of one act have one instant, so they stand together.
        for act in run.chunk_by(|(_, one), (_, next)| one.is_some() && one == next) {
            take(act.len(), rules.bulk_in_one_act.value);
        }
    }
    bulk
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    #[test]
    fn a_spread_has_the_least_the_middle_and_the_most() {
        let check = |seconds: &[i64], expected: Option<(u64, i64, i64, i64)>| {
            let found = spread(&mut seconds.to_vec());
            let found = found.map(|spread| (spread.count, spread.min, spread.median, spread.max));
            assert_eq!(found, expected, "{seconds:?}");
        };
        check(&[], None);
        check(&[5], Some((1, 5, 5, 5)));
        check(&[9, 1], Some((2, 1, 1, 9)));
        check(&[9, 1, 4], Some((3, 1, 4, 9)));
        check(&[-3, 8, 0, 2], Some((4, -3, 0, 8)));
    }

    /// Twenty approvals within seconds are no bulk, twenty-one are; five seconds apart is apart.
    #[test]
    fn a_bulk_is_more_than_so_many_within_so_many_seconds_of_each_other() {
        let rules = Regime::jcic_2024().unwrap().pace;
        let every = |micros: i64, count: i64, from: i64| {
            (0..count).map(move |at| Timestamp::from_microsecond(from + at * micros).unwrap())
        };
        let check = |times: Vec<Timestamp>, expected: (u64, u64, u64)| {
            // In whatever order they come.
            let mut times: Vec<_> = times.into_iter().rev().map(|at| (at, None)).collect();
            let found = bulk(&mut times, &rules);
            assert_eq!((found.runs, found.acts, found.longest), expected);
        };
        let hour = 3_600_000_000;
        check(vec![], (0, 0, 0));
        check(every(1_000_000, 20, 0).collect(), (0, 0, 0));
        check(every(1_000_000, 21, 0).collect(), (1, 21, 21));
        check(every(4_999_999, 21, 0).collect(), (1, 21, 21));
        check(every(5_000_000, 21, 0).collect(), (0, 0, 0));
        check(every(0, 500, 0).collect(), (1, 500, 500));
        let two = every(0, 30, 0)
            .chain(every(1, 19, hour))
            .chain(every(1, 40, 2 * hour));
        check(two.collect(), (2, 70, 40));
    }

    /// What one act decides is a bulk from two on, at whatever instant others were decided; acts of one each are none.
    #[test]
    fn what_is_decided_in_one_act_is_a_bulk_however_few_it_is() {
        let rules = Regime::jcic_2024().unwrap().pace;
        let check = |acts: &[Option<i64>], expected: (u64, u64, u64)| {
            let mut given: Vec<_> = acts.iter().map(|act| (Timestamp::UNIX_EPOCH, *act)).collect();
            let found = bulk(&mut given, &rules);
            assert_eq!((found.runs, found.acts, found.longest), expected, "{acts:?}");
        };
        check(&[Some(1), Some(2), Some(3)], (0, 0, 0));
        check(&[None, None, None], (0, 0, 0));
        check(&[Some(1), Some(4), Some(1)], (1, 2, 2));
        check(&[Some(1), Some(4), Some(1), Some(4), Some(4)], (2, 5, 3));
        check(&[Some(7); 21], (1, 21, 21));
    }
}
