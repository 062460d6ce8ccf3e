//! Waits for the lock of a file, but not for ever: whoever holds it may be a process that was stopped. *Edge.*

use std::{
    fs::{File, TryLockError},
    io::{Error, ErrorKind},
    time::Duration,
};

/// Locks `file` exclusively, until it is closed.
///
/// # Errors
/// [`ErrorKind::TimedOut`] if somebody else has held the lock for all of `patience`; what the system says.
pub fn within(file: &File, patience: Duration) -> Result<(), Error> {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if waited < patience => breathe(),
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::TimedOut.into()),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        waited += BREATH;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the system has no lock that waits for a while only"
)]
fn breathe() {
    std::thread::sleep(BREATH);
}

const BREATH: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_is_given_up_and_had_once_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let open = || File::create(folder.path().join("lock")).unwrap();
        let (holder, other) = (open(), open());
        within(&holder, Duration::ZERO).unwrap();
        let refused = within(&other, Duration::from_millis(20)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TimedOut);
        drop(holder);
        within(&other, Duration::ZERO).unwrap();
    }
}
