//! Whether the sheets of a member and week are exactly its queries: nothing missing, nothing twice, nothing foreign. *Pure.*

use super::entries::Range;

/// The indexes on all sheets of a member and week, ascending, each with the number of its sheet in the list of sheets.
#[derive(Clone)]
pub struct Tiling {
    ranges: Vec<(Range, usize)>,
    /// The range that is next, and the next index in it.
    next: (usize, u64),
}

/// What is wrong with the sheets.
#[derive(PartialEq, Eq, Debug)]
pub enum Flaw {
    /// Queries that are on two sheets.
    Doubled(Range, [usize; 2]),
    /// A query that is on no sheet.
    Missing(u64),
    /// What is on a sheet and is no query of the member and week.
    Foreign(Range, usize),
}

impl Tiling {
    /// Lays the ranges of all sheets side by side; what overlaps is told, and counts once.
    pub fn new(sheets: &[Vec<Range>]) -> (Self, Vec<Flaw>) {
        let of_sheet = |(sheet, ranges): (usize, &Vec<Range>)| {
            ranges.iter().map(|range| (*range, sheet)).collect::<Vec<_>>()
        };
        let mut all: Vec<(Range, usize)> = sheets.iter().enumerate().flat_map(of_sheet).collect();
        all.sort_unstable_by_key(|(range, sheet)| (range.first, *sheet));
        let mut flaws = Vec::new();
        let mut ranges: Vec<(Range, usize)> = Vec::with_capacity(all.len());
        for (mut range, sheet) in all {
            if let Some((before, other)) = ranges.last()
                && range.first <= before.last
            {
                let shared = Range {
                    first: range.first,
                    last: range.last.min(before.last),
                };
                flaws.push(Flaw::Doubled(shared, [*other, sheet]));
                range.first = shared.last + 1;
            }
            if range.first <= range.last {
                ranges.push((range, sheet));
            }
        }
        let start = ranges.first().map_or(0, |(range, _)| range.first);
        let tiling = Self {
            ranges,
            next: (0, start),
        };
        (tiling, flaws)
    }

    /// Takes the next query, whose index is larger than those before; returns the sheet that it is on. What lies on sheets
    /// before it is foreign.
    pub fn take(&mut self, index: u64, mut flaw: impl FnMut(Flaw)) -> Option<usize> {
        while let Some((range, sheet)) = self.ranges.get(self.next.0).copied() {
            if index < self.next.1 {
                break;
            }
            if index <= range.last {
                if self.next.1 < index {
                    let first = self.next.1;
                    flaw(Flaw::Foreign(
                        Range {
                            first,
                            last: index - 1,
                        },
                        sheet,
                    ));
                }
                self.advance_to(index + 1);
                return Some(sheet);
            }
            self.skip(range, sheet, &mut flaw);
        }
        flaw(Flaw::Missing(index));
        None
    }

    /// Ends: what is left is foreign.
    pub fn finish(mut self, mut flaw: impl FnMut(Flaw)) {
        while let Some((range, sheet)) = self.ranges.get(self.next.0).copied() {
            self.skip(range, sheet, &mut flaw);
        }
    }

    fn skip(&mut self, range: Range, sheet: usize, flaw: &mut impl FnMut(Flaw)) {
        let first = self.next.1;
        flaw(Flaw::Foreign(
            Range {
                first,
                last: range.last,
            },
            sheet,
        ));
        self.advance_to(range.last + 1);
    }

    fn advance_to(&mut self, index: u64) {
        let (at, _) = self.next;
        self.next = match self.ranges.get(at) {
            Some((range, _)) if index <= range.last => (at, index),
            _ => (
                at + 1,
                self.ranges.get(at + 1).map_or(0, |(range, _)| range.first),
            ),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u64, last: u64) -> Range {
        Range { first, last }
    }

    #[track_caller]
    fn check(sheets: &[Vec<Range>], queries: &[u64], on: &[Option<usize>], expected: &[Flaw]) {
        let (mut tiling, mut flaws) = Tiling::new(sheets);
        let found: Vec<_> = queries
            .iter()
            .map(|index| tiling.take(*index, |flaw| flaws.push(flaw)))
            .collect();
        tiling.finish(|flaw| flaws.push(flaw));
        assert_eq!((found, flaws), (on.to_vec(), expected.iter().map(copy).collect()));
    }

    fn copy(flaw: &Flaw) -> Flaw {
        match flaw {
            Flaw::Doubled(range, sheets) => Flaw::Doubled(*range, *sheets),
            Flaw::Missing(index) => Flaw::Missing(*index),
            Flaw::Foreign(range, sheet) => Flaw::Foreign(*range, *sheet),
        }
    }

    #[test]
    fn sheets_that_are_exactly_the_queries_have_no_flaw() {
        check(&[], &[], &[], &[]);
        check(&[vec![], vec![]], &[], &[], &[]);
        let two = [vec![range(1, 2), range(5, 5)], vec![range(4, 4)]];
        check(&two, &[1, 2, 4, 5], &[Some(0), Some(0), Some(1), Some(0)], &[]);
    }

    #[test]
    fn every_flaw_is_found() {
        check(
            &[vec![range(1, 1)]],
            &[1, 2],
            &[Some(0), None],
            &[Flaw::Missing(2)],
        );
        check(
            &[vec![range(2, 2)]],
            &[1, 2],
            &[None, Some(0)],
            &[Flaw::Missing(1)],
        );
        check(&[], &[7], &[None], &[Flaw::Missing(7)]);
        check(
            &[vec![range(1, 9)]],
            &[2, 3, 6],
            &[Some(0), Some(0), Some(0)],
            &[
                Flaw::Foreign(range(1, 1), 0),
                Flaw::Foreign(range(4, 5), 0),
                Flaw::Foreign(range(7, 9), 0),
            ],
        );
        check(
            &[vec![range(1, 3)], vec![range(5, 6)]],
            &[6],
            &[Some(1)],
            &[Flaw::Foreign(range(1, 3), 0), Flaw::Foreign(range(5, 5), 1)],
        );
        check(
            &[vec![range(1, 4)], vec![range(2, 3), range(6, 6)]],
            &[1, 2, 3, 4, 6],
            &[Some(0), Some(0), Some(0), Some(0), Some(1)],
            &[Flaw::Doubled(range(2, 3), [0, 1])],
        );
        check(
            &[vec![range(1, 2)], vec![range(2, 3)]],
            &[1, 2, 3],
            &[Some(0), Some(0), Some(1)],
            &[Flaw::Doubled(range(2, 2), [0, 1])],
        );
    }
}
