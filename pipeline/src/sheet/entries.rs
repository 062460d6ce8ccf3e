//! The journal indexes of a sheet's queries, as ranges in one spelling: `17-40,43`. *Pure.*

use std::fmt::Write;

/// Indexes from the first to the last, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// Indexes that are written one by one, ascending; only their ranges are in memory.
#[derive(Default)]
pub struct Entries {
    text: String,
    open: Option<Range>,
    count: u64,
}

impl Entries {
    /// Adds `index`, which is larger than those before it.
    pub fn push(&mut self, index: u64) {
        self.count += 1;
        match &mut self.open {
            Some(range) if range.last + 1 == index => range.last = index,
            open => {
                let before = open.replace(Range {
                    first: index,
                    last: index,
                });
                self.write(before);
            }
        }
    }

    /// The indexes as text, and how many they are.
    pub fn finish(mut self) -> (String, u64) {
        let last = self.open.take();
        self.write(last);
        (self.text, self.count)
    }

    fn write(&mut self, range: Option<Range>) {
        let Some(Range { first, last }) = range else {
            return;
        };
        let comma = if self.text.is_empty() { "" } else { "," };
        // Writing to a text does not fail.
        let _ = match first == last {
            true => write!(self.text, "{comma}{first}"),
            false => write!(self.text, "{comma}{first}-{last}"),
        };
    }
}

/// Reads the indexes that [`Entries`] wrote; `None` for any other spelling of them.
pub fn parse(text: &str) -> Option<Vec<Range>> {
    let mut ranges: Vec<Range> = Vec::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let range = match part.split_once('-') {
            None => {
                let only = number(part)?;
                Range {
                    first: only,
                    last: only,
                }
            }
            Some((first, last)) => Range {
                first: number(first)?,
                last: number(last)?,
            },
        };
        let apart = ranges.last().is_none_or(|before| before.last + 1 < range.first);
        let in_order = range.first < range.last || !part.contains('-');
        if !apart || !in_order {
            return None;
        }
        ranges.push(range);
    }
    Some(ranges)
}

/// How many indexes `ranges` have.
pub fn count(ranges: &[Range]) -> u64 {
    ranges.iter().map(|range| range.last - range.first + 1).sum()
}

/// Whether one of `ranges`, which are ascending, has `index`.
pub fn holds(ranges: &[Range], index: u64) -> bool {
    let after = ranges.partition_point(|range| range.last < index);
    ranges.get(after).is_some_and(|range| range.first <= index)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_written_as_ranges_and_read_back() {
        for (indexes, text) in [
            (vec![], ""),
            (vec![0], "0"),
            (vec![5, 6, 7], "5-7"),
            (vec![1, 3, 4, 9], "1,3-4,9"),
        ] {
            let mut entries = Entries::default();
            indexes.iter().for_each(|index| entries.push(*index));
            assert_eq!(entries.finish(), (text.to_owned(), indexes.len() as u64));
            let ranges = parse(text).unwrap();
            assert_eq!(count(&ranges), indexes.len() as u64);
            for index in 0..12 {
                assert_eq!(holds(&ranges, index), indexes.contains(&index), "{text} {index}");
            }
        }
    }

    #[test]
    fn any_other_spelling_is_none() {
        for text in [
            ",",
            "1,",
            "1,2",
            "1-1",
            "2-1",
            "3,1",
            "1-3,3",
            "1-3,4",
            "01",
            "-1",
            "1-",
            "x",
            "1 ",
            "+1",
            "1-2-3",
            "9999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
