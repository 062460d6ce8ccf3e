//! Keeps beside the keyring what no restored database may fall behind: the last checkpoint, the last certificate. *Edge.*

use super::files::{CERTIFICATE, CHECKPOINT};
use super::{Custody, MAX_CHECKPOINT_LEN};
use crate::error::RetentionError;

impl Custody {
    /// Keeps the text of the newest signed checkpoint beside the keyring, durable on return: a restored journal
    /// that is older than this is never signed on top of.
    ///
    /// # Errors
    /// [`RetentionError::LimitExceeded`] beyond [`MAX_CHECKPOINT_LEN`], or a disk error.
    pub fn note_checkpoint(&self, checkpoint: &str) -> Result<(), RetentionError> {
        self.note_checkpoint_if(checkpoint, |_| true)
    }

    /// As [`note_checkpoint`](Self::note_checkpoint), unless `supersedes` says that the one kept so far is to stay:
    /// it is asked while no other process can change it.
    ///
    /// # Errors
    /// As [`note_checkpoint`](Self::note_checkpoint).
    pub fn note_checkpoint_if(
        &self,
        checkpoint: &str,
        supersedes: impl FnOnce(Option<&str>) -> bool,
    ) -> Result<(), RetentionError> {
        if checkpoint.len() > MAX_CHECKPOINT_LEN {
            let limit = MAX_CHECKPOINT_LEN as u64;
            return Err(RetentionError::LimitExceeded {
                what: "a checkpoint (bytes)",
                limit,
            });
        }
        self.exclusively(|_| {
            if supersedes(self.last_checkpoint()?.as_deref()) {
                self.files.replace(CHECKPOINT, checkpoint.as_bytes())?;
            }
            Ok(())
        })
    }

    /// The checkpoint kept last, or `None` if there was none.
    ///
    /// # Errors
    /// [`RetentionError::KeyCorrupt`] if it is no text, or as [`open`](Self::open).
    pub fn last_checkpoint(&self) -> Result<Option<String>, RetentionError> {
        self.note(CHECKPOINT)
    }

    /// Keeps the number of a certificate that is to be given beside the keyring, durable on return, unless a higher one is
    /// kept: so that a restored database gives none twice.
    ///
    /// # Errors
    /// A disk error.
    pub fn note_certificate(&self, number: u64) -> Result<(), RetentionError> {
        self.exclusively(|_| {
            if self.last_certificate()? < number {
                self.files
                    .replace(CERTIFICATE, format!("{number}\n").as_bytes())?;
            }
            Ok(())
        })
    }

    /// The highest number of a certificate kept, or 0 if there was none.
    ///
    /// # Errors
    /// [`RetentionError::KeyCorrupt`] if it is no number, or as [`open`](Self::open).
    pub fn last_certificate(&self) -> Result<u64, RetentionError> {
        let Some(text) = self.note(CERTIFICATE)? else {
            return Ok(0);
        };
        let number = text.strip_suffix('\n').and_then(|number| number.parse().ok());
        number.ok_or(RetentionError::KeyCorrupt { file: CERTIFICATE })
    }

    fn note(&self, file: &'static str) -> Result<Option<String>, RetentionError> {
        let bytes = match self.files.read(file, MAX_CHECKPOINT_LEN as u64) {
            Err(RetentionError::KeyMissing { .. }) => return Ok(None),
            other => other?,
        };
        let text = String::from_utf8(bytes.to_vec());
        text.map(Some).map_err(|_| RetentionError::KeyCorrupt { file })
    }
}
