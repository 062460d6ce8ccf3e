//! Keyed indexes: how personal values are looked up without resting anywhere (D17). *Pure.*

use jiff::civil::Date;
use mayfly_consent::SubjectId;
use mayfly_retention::{Key32, index::KeyedIndex};

/// An index value of 16 bytes.
pub type Index = [u8; 16];

/// The indexes of one data directory. Plain hashes are banned: there are only about 5·10⁸ identity numbers.
pub struct Indexes {
    subject: KeyedIndex,
    person: KeyedIndex,
    content: KeyedIndex,
    exchange: KeyedIndex,
}

impl Indexes {
    /// Prepares the indexes under `key`.
    pub fn new(key: &Key32) -> Self {
        let index = |purpose| KeyedIndex::new(key, purpose);
        Self {
            subject: index("subject"),
            person: index("person"),
            content: index("consent content"),
            exchange: index("exchange token"),
        }
    }

    /// The index of a person: half of it their identity number alone, by which they are found; the other half their
    /// birth date with it, for the two together decide identity (D23).
    pub fn person(&self, id: &SubjectId, birth: Date) -> Index {
        let number = id.expose().as_bytes();
        let mut both = [0; 16];
        both[..10].copy_from_slice(number);
        both[10..12].copy_from_slice(&birth.year().to_be_bytes());
        both[12..14].copy_from_slice(&[birth.month() as u8, birth.day() as u8]);
        let mut index = [0; 16];
        index[..8].copy_from_slice(&self.subject.digest(number)[..8]);
        index[8..].copy_from_slice(&self.person.digest(&both)[..8]);
        zeroize::Zeroize::zeroize(&mut both);
        index
    }

    /// The token of the exchange files about the chunk `tag`: only who saw the request can put it in a reply.
    pub fn token(&self, tag: i64) -> Index {
        let mut index = [0; 16];
        index.copy_from_slice(&self.exchange.digest(&tag.to_be_bytes())[..16]);
        index
    }

    /// The tag of a consent's content, for telling whether two consents say the same.
    pub fn content(&self, canonical: &[u8]) -> Index {
        let mut index = [0; 16];
        index.copy_from_slice(&self.content.digest(canonical)[..16]);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_birth_date_decide_together_and_the_number_alone_finds() {
        let indexes = Indexes::new(&Key32::from_bytes(&[7; 32]));
        let id = SubjectId::parse("A123456789").unwrap_or_else(|_| unreachable!());
        let (one, other) = (
            indexes.person(&id, "1980-02-03".parse().unwrap()),
            indexes.person(&id, "1980-02-04".parse().unwrap()),
        );
        assert_eq!(one[..8], other[..8]);
        assert_ne!(one[8..], other[8..]);
    }
}
