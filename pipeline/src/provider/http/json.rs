//! Objects, lists and cells of JSON, taken in member by member, so that nothing is stored that nobody named. *Pure.*

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::{reply::MAX_CELL_BYTES, scrubbed::ScrubbedText};

/// What is taken of one object.
pub(super) trait Members {
    /// Names of the members there are.
    const NAMES: &'static [&'static str];

    /// An object begins.
    fn begin<E: Error>(&mut self) -> Result<(), E> {
        Ok(())
    }

    /// Takes the value of the member `place` of [`NAMES`](Self::NAMES), which comes for the first time.
    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error>;

    /// A member that has no name of these, or (`is_twice`) comes once more. Its value is passed over; unless this says
    /// otherwise, the whole is not believed.
    fn stray<E: Error>(&mut self, is_twice: bool) -> Result<(), E> {
        Err(E::custom(if is_twice { "twice" } else { "unknown" }))
    }
}

/// Reads an object into `Members`; its value is which members came, as bits.
pub(super) struct Object<'m, M>(pub(super) &'m mut M);

impl<'de, M: Members> DeserializeSeed<'de> for Object<'_, M> {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<u32, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, M: Members> Visitor<'de> for Object<'_, M> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u32, A::Error> {
        self.0.begin()?;
        let mut seen = 0;
        while let Some(place) = map.next_key_seed(Name(M::NAMES))? {
            let bit = place.map_or(0, |place| 1 << place);
            match place {
                Some(place) if seen & bit == 0 => self.0.take(place, &mut map)?,
                _ => {
                    self.0.stray(place.is_some())?;
                    map.next_value::<IgnoredAny>()?;
                }
            }
            seen |= bit;
        }
        Ok(seen)
    }
}

/// What is taken of one list.
pub(super) trait Elements {
    /// Takes the next element; false at the end.
    fn next<'de, A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error>;
}

/// Reads a list into `Elements`; `null` is a list of nothing.
pub(super) struct List<E>(pub(super) E);

impl<'de, E: Elements> DeserializeSeed<'de> for List<E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, E: Elements> Visitor<'de> for List<E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<F: Error>(self) -> Result<(), F> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while self.0.next(&mut list)? {}
        Ok(())
    }
}

/// Texts that are used again for each object, and overwritten when dropped.
pub(super) struct Cells<const N: usize>([ScrubbedText; N]);

impl<const N: usize> Cells<N> {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| {
            ScrubbedText::with_capacity(MAX_CELL_BYTES)
        }))
    }

    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(ScrubbedText::clear);
    }

    /// Reads a value into cell `place`; whether it is a text, or `null`, which is an empty one. What is too long is none.
    pub(super) fn take<'de, A: MapAccess<'de>>(
        &mut self,
        place: usize,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        match self.0.get_mut(place) {
            Some(cell) => map.next_value_seed(Cell(cell)),
            None => Err(A::Error::custom("no such cell")),
        }
    }

    pub(super) fn texts(&self) -> [&str; N] {
        self.0.each_ref().map(ScrubbedText::expose)
    }
}

struct Cell<'c>(&'c mut ScrubbedText);

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        if text.len() > MAX_CELL_BYTES {
            return Ok(false);
        }
        self.0.clear();
        self.0.push_str(text);
        Ok(true)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
}

/// The place of a member's name among `names`.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|name| *name == text))
    }
}
