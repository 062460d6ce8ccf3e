//! Keeps room on the disk of the keys, so that a destruction succeeds when nothing else does. *Edge.*
//!
//! A destruction writes a keyring and some lines. On a full disk the file `reserve` is given up for them, and made anew when there
//! is room. While it is not there no new cohort begins: what could not be destroyed is not taken in.

use super::files::{KeyFiles, RESERVE};
use crate::error::RetentionError;

/// Does `act`; if the disk is full, gives up the reserve and does it once more.
pub(super) fn spend_if_full<T>(
    files: &KeyFiles,
    mut act: impl FnMut() -> Result<T, RetentionError>,
) -> Result<T, RetentionError> {
    match act() {
        Err(RetentionError::DiskFull { .. }) if files.remove(RESERVE)? => {
            files.sync_dir()?;
            act()
        }
        other => other,
    }
}

/// Makes the reserve, unless it is there.
///
/// # Errors
/// [`RetentionError::DiskFull`] without room for it, or another disk error.
pub(super) fn keep(files: &KeyFiles) -> Result<(), RetentionError> {
    match files.check(RESERVE) {
        Ok(RESERVE_LEN) => return Ok(()),
        // Cut off in its making.
        Ok(_) => files.remove(RESERVE).map(drop)?,
        Err(RetentionError::KeyMissing { .. }) => {}
        Err(error) => return Err(error),
    }
    files.allocate(RESERVE, RESERVE_LEN)
}

/// The largest keyring (1 MiB and its envelope), and the lines of two thousand cohorts.
const RESERVE_LEN: u64 = 5 << 18;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::tests::Keys;
    use super::*;

    #[test]
    fn the_reserve_is_spent_once_and_only_on_a_full_disk() {
        let keys = Keys::new();
        let files = KeyFiles::open(&keys.dir()).unwrap();
        let tries = Cell::new(0);
        let act = |fails: u32, error: RetentionError| {
            tries.set(0);
            spend_if_full(&files, || {
                tries.set(tries.get() + 1);
                if tries.get() <= fails {
                    Err(error.clone())
                } else {
                    Ok(())
                }
            })
        };
        let full = RetentionError::DiskFull { act: "write" };
        let denied = RetentionError::DiskDenied { act: "write" };
        assert_eq!(files.check(RESERVE), Ok(RESERVE_LEN));
        assert_eq!(act(1, denied.clone()), Err(denied));
        assert_eq!(files.exists(RESERVE), Ok(true));
        assert_eq!(act(1, full.clone()), Ok(()));
        assert_eq!(tries.get(), 2);
        assert_eq!(files.exists(RESERVE), Ok(false));
        assert_eq!(
            act(1, full.clone()),
            Err(full),
            "there is nothing left to give up"
        );
        for _ in 0..2 {
            keep(&files).unwrap();
            assert_eq!(files.check(RESERVE), Ok(RESERVE_LEN));
        }
        std::fs::write(keys.path(RESERVE), b"cut off").unwrap();
        keep(&files).unwrap();
        assert_eq!(files.check(RESERVE), Ok(RESERVE_LEN));
    }
}
