//! Seals small database fields row by row, so that a row can be deleted alone before its cohort's key goes (D16). *Pure.*

use zeroize::Zeroizing;

use crate::envelope::SALT;
use crate::error::RetentionError;
use crate::gcm::{Gcm, NONCE, TAG};
use crate::kdf;
use crate::secret::{self, Key32, Randomness};

/// Most plaintext bytes in one row.
pub const MAX_ROW_LEN: usize = 1 << 20;
/// How many bytes a sealed row is longer than its plaintext.
pub const ROW_OVERHEAD: usize = TAG;

/// Seals the rows of one write to one table, under a key made for this write only.
pub struct RowSealer {
    rows: Rows,
    salt: [u8; SALT],
    next: u64,
}

impl RowSealer {
    /// Draws a salt and derives from it, the cohort's key and the table's name the key of these rows.
    ///
    /// The salt is drawn here, not passed in, so that no two sealers can share one: under one salt an ordinal is
    /// a nonce.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`].
    pub fn new(cohort_key: &Key32, table: &str, randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        let salt = secret::draw(randomness)?;
        Ok(Self {
            rows: Rows::new(cohort_key, table, &salt),
            salt,
            next: 0,
        })
    }

    /// The salt, to be stored beside the rows with the cohort's name.
    pub fn salt(&self) -> &[u8; SALT] {
        &self.salt
    }

    /// Seals one row. `place` binds it to what it must not be moved away from, such as its primary key and column.
    ///
    /// # Errors
    /// [`RetentionError::OrdinalNotRising`] unless `ordinal` is greater than all before it;
    /// [`RetentionError::LimitExceeded`] beyond [`MAX_ROW_LEN`].
    pub fn seal(&mut self, ordinal: u32, place: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, RetentionError> {
        if u64::from(ordinal) < self.next {
            return Err(RetentionError::OrdinalNotRising);
        }
        if plaintext.len() > MAX_ROW_LEN {
            return Err(RetentionError::LimitExceeded {
                what: "a row (bytes)",
                limit: MAX_ROW_LEN as u64,
            });
        }
        self.next = u64::from(ordinal) + 1;
        self.rows.bind(place);
        // Reserved in full: growing would leave plaintext in freed memory.
        let mut row = Vec::with_capacity(plaintext.len() + TAG);
        row.extend_from_slice(plaintext);
        let tag = self.rows.gcm.seal(&nonce(ordinal), &self.rows.aad, &mut row);
        row.extend_from_slice(&tag);
        Ok(row)
    }
}

/// Opens rows that share a cohort, a table and a salt.
pub struct RowOpener(Rows);

impl RowOpener {
    /// Derives the key of the rows once, for opening many.
    pub fn new(cohort_key: &Key32, table: &str, salt: &[u8; SALT]) -> Self {
        Self(Rows::new(cohort_key, table, salt))
    }

    /// Opens one row.
    ///
    /// # Errors
    /// [`RetentionError::SealBroken`] if the row was changed or moved.
    pub fn open(
        &mut self,
        ordinal: u32,
        place: &[u8],
        row: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
        let (sealed, tag) = row.split_last_chunk::<TAG>().ok_or(RetentionError::SealBroken)?;
        self.0.bind(place);
        let mut plaintext = Zeroizing::new(sealed.to_vec());
        self.0
            .gcm
            .open(&nonce(ordinal), &self.0.aad, &mut plaintext, tag)?;
        Ok(plaintext)
    }
}

/// Opens a single row.
///
/// # Errors
/// As [`RowOpener::open`].
pub fn open_row(
    cohort_key: &Key32,
    table: &str,
    salt: &[u8; SALT],
    ordinal: u32,
    place: &[u8],
    row: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
    RowOpener::new(cohort_key, table, salt).open(ordinal, place, row)
}

/// What sealing and opening share.
struct Rows {
    gcm: Gcm,
    /// `table || 0x00 || place`; the part up to `place` stays.
    aad: Vec<u8>,
    bound_len: usize,
}

impl Rows {
    fn new(cohort_key: &Key32, table: &str, salt: &[u8; SALT]) -> Self {
        let key = kdf::derive::<32>(cohort_key, salt, "mayfly/v1 row", table.as_bytes());
        let mut aad = table.as_bytes().to_vec();
        aad.push(0);
        Self {
            gcm: Gcm::new(&key),
            bound_len: aad.len(),
            aad,
        }
    }

    fn bind(&mut self, place: &[u8]) {
        self.aad.truncate(self.bound_len);
        self.aad.extend_from_slice(place);
    }
}

fn nonce(ordinal: u32) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    nonce[NONCE - 4..].copy_from_slice(&ordinal.to_be_bytes());
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::testing::SeededRandomness;

    fn key() -> Key32 {
        Key32::from_bytes(&[1; 32])
    }

    #[test]
    fn rows_open_where_they_were_sealed_and_nowhere_else() {
        let mut sealer = RowSealer::new(&key(), "consent", &SeededRandomness::default()).unwrap();
        let salt = *sealer.salt();
        let row = sealer.seal(3, b"004/L1/subject", b"synthetic").unwrap();
        assert_eq!(row.len(), 9 + ROW_OVERHEAD);
        let check = |table: &str, salt: &[u8; SALT], ordinal, place: &[u8], row: &[u8], opens: bool| {
            let opened = open_row(&key(), table, salt, ordinal, place, row);
            assert_eq!(
                opened.map(|plain| plain.to_vec()).ok(),
                opens.then(|| b"synthetic".to_vec())
            );
        };
        check("consent", &salt, 3, b"004/L1/subject", &row, true);
        check("query", &salt, 3, b"004/L1/subject", &row, false);
        check("consent", &[0; SALT], 3, b"004/L1/subject", &row, false);
        check("consent", &salt, 4, b"004/L1/subject", &row, false);
        check("consent", &salt, 3, b"004/L2/subject", &row, false);
        check("consent", &salt, 3, b"", &row, false);
        (0..row.len()).for_each(|cut| check("consent", &salt, 3, b"004/L1/subject", &row[..cut], false));
        for bit in 0..row.len() * 8 {
            let mut changed = row.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            check("consent", &salt, 3, b"004/L1/subject", &changed, false);
        }
        assert!(
            open_row(
                &Key32::from_bytes(&[2; 32]),
                "consent",
                &salt,
                3,
                b"004/L1/subject",
                &row
            )
            .is_err()
        );
    }

    #[test]
    fn an_ordinal_is_used_once_and_the_last_one_too() {
        let randomness = SeededRandomness::default();
        let mut sealer = RowSealer::new(&key(), "query", &randomness).unwrap();
        for (ordinal, accepted) in [
            (0, true),
            (0, false),
            (5, true),
            (4, false),
            (u32::MAX, true),
            (u32::MAX, false),
            (0, false),
        ] {
            assert_eq!(sealer.seal(ordinal, b"", b"x").is_ok(), accepted, "{ordinal}");
        }
        let other = RowSealer::new(&key(), "query", &randomness).unwrap();
        assert_ne!(sealer.salt(), other.salt());
    }

    #[test]
    fn rows_have_a_limit() {
        let mut sealer = RowSealer::new(&key(), "query", &SeededRandomness::default()).unwrap();
        assert!(sealer.seal(0, b"", &vec![0; MAX_ROW_LEN]).is_ok());
        assert!(sealer.seal(1, b"", &vec![0; MAX_ROW_LEN + 1]).is_err());
    }
}
