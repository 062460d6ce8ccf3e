//! On which line of a TOML file something stands. *Pure.*

use toml::de::{DeTable, DeValue};

/// A contradiction, and where in the file it stands.
pub(super) struct Fault {
    /// Names and numbers, joined by dots.
    pub(super) place: String,
    /// What is wrong there.
    pub(super) said: String,
}

/// What is wrong at `place`.
pub(super) fn at(place: impl Into<String>, said: impl Into<String>) -> Option<Fault> {
    Some(Fault {
        place: place.into(),
        said: said.into(),
    })
}

/// The line of what stands at `place` in `text`: names and numbers, joined by dots; where it is not there, of what is around it.
pub(super) fn line_of(text: &str, place: &str) -> usize {
    let parts: Vec<&str> = place.split('.').collect();
    let found = DeTable::parse(text).ok().and_then(|root| {
        let (first, rest) = parts.split_first()?;
        let value = root.get_ref().get(*first)?;
        within(value.get_ref(), rest).or(Some(value.span().start))
    });
    line(text, found.unwrap_or(0))
}

/// The first line of `text` on which an empty text is the value of `key`.
pub(super) fn blank(text: &str, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let found = blank_in(root.get_ref(), key)?;
    Some(line(text, found))
}

/// The line, from 1 on, of the byte `offset` of `text`.
pub(super) fn line(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or("").matches('\n').count() + 1
}

fn within(value: &DeValue<'_>, parts: &[&str]) -> Option<usize> {
    let (first, rest) = parts.split_first()?;
    let inner = match value {
        DeValue::Table(table) => table.get(*first),
        DeValue::Array(array) => array.get(first.parse::<usize>().ok()?),
        _ => None,
    }?;
    within(inner.get_ref(), rest).or(Some(inner.span().start))
}

fn blank_in(table: &DeTable<'_>, key: &str) -> Option<usize> {
    let found = table.iter().filter_map(|(name, value)| match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() && name.get_ref() == key => Some(value.span().start),
        inner => blank_below(inner, key),
    });
    found.min()
}

fn blank_below(value: &DeValue<'_>, key: &str) -> Option<usize> {
    match value {
        DeValue::Table(table) => blank_in(table, key),
        DeValue::Array(array) => array
            .iter()
            .filter_map(|value| blank_below(value.get_ref(), key))
            .min(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_line() {
        let text =
            "# a\nid = \"x\"\n[a]\nb = { value = 1, clause = \"\" }\n\n[[c]]\nd = 1\n[[c]]\n\ne = [1,\n 2]\n";
        for (place, line) in [
            ("id", 2),
            ("a.b", 4),
            ("a.b.value", 4),
            ("a.z", 3),
            ("c.0", 6),
            ("c.0.d", 7),
            ("c.1", 8),
            ("c.1.d", 8),
            ("c.1.e.1", 11),
            ("z", 1),
        ] {
            assert_eq!(line_of(text, place), line, "{place}");
        }
        assert_eq!((blank(text, "clause"), blank(text, "d")), (Some(4), None));
    }
}
