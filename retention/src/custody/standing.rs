//! How far a key directory has come: which one it is, how many keys it ever made, how many cohorts it destroyed. *Pure.*
//!
//! Whoever depends on the keys notes it, and refuses a key directory that has not come so far. A purge alone can never make
//! an older one catch up: it makes no key, and what it destroys counts only as destroyed.

use std::fmt;

use crate::error::RetentionError;
use crate::object::{parse_hex, write_hex};

/// How far a key directory has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which key directory: drawn when it was made.
    pub identity: [u8; 16],
    /// Cohort keys ever made.
    pub made: u64,
    /// Cohorts destroyed.
    pub destroyed: u64,
}

impl Standing {
    /// Refuses this standing where `noted` is of another key directory, or further.
    ///
    /// # Errors
    /// [`RetentionError::KeyringForeign`], [`RetentionError::KeyringOlder`].
    pub fn check_reaches(&self, noted: &Self) -> Result<(), RetentionError> {
        if self.identity != noted.identity {
            return Err(RetentionError::KeyringForeign);
        }
        if self.made < noted.made || self.destroyed < noted.destroyed {
            return Err(RetentionError::KeyringOlder);
        }
        Ok(())
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(' ');
        let standing = Self {
            identity: parse_hex(fields.next()?)?,
            made: fields.next()?.parse().ok()?,
            destroyed: fields.next()?.parse().ok()?,
        };
        fields.next().is_none().then_some(standing)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.identity)?;
        write!(f, " {} {}", self.made, self.destroyed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_directory_as_far_or_further_will_do() {
        let standing = |identity, made, destroyed| Standing {
            identity: [identity; 16],
            made,
            destroyed,
        };
        let noted = standing(7, 5, 3);
        assert_eq!(Standing::parse(&noted.to_string()), Some(noted));
        for text in ["", "5", "07 5 3", &format!("{noted} 1")] {
            assert_eq!(Standing::parse(text), None);
        }
        for (now, expected) in [
            (noted, Ok(())),
            (standing(7, 6, 9), Ok(())),
            (standing(7, 4, 9), Err(RetentionError::KeyringOlder)),
            (standing(7, 9, 2), Err(RetentionError::KeyringOlder)),
            (standing(8, 9, 9), Err(RetentionError::KeyringForeign)),
        ] {
            assert_eq!(now.check_reaches(&noted), expected);
        }
    }
}
