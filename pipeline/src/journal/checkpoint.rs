//! C2SP checkpoints: the signed head of the tree. *Pure.*

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::fault::{JournalError, Result};
use super::merkle::{Hash, empty_root};
use super::note::{VerifierKey, is_key_name};

/// A tree head that a verified signature vouches for, or the beginning of a journal. There is no other way to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// The head of a journal without entries, where every journal begins.
    ///
    /// # Errors
    /// [`JournalError::KeyName`]: the origin is also the key's name and must be able to be one.
    pub fn empty(origin: &str) -> Result<Self> {
        if !is_key_name(origin) {
            return Err(JournalError::KeyName);
        }
        Ok(Self {
            origin: origin.into(),
            size: 0,
            root: empty_root(),
        })
    }

    /// Verifies and reads a signed checkpoint. The origin must be the key's name.
    ///
    /// # Errors
    /// [`JournalError::NoteMalformed`], [`JournalError::NoteUnsigned`], [`JournalError::NoteForged`],
    /// [`JournalError::OriginDiffers`].
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self> {
        let checkpoint = parse(key.open(note)?).ok_or(JournalError::NoteMalformed)?;
        if checkpoint.origin == key.name() {
            Ok(checkpoint)
        } else {
            Err(JournalError::OriginDiffers)
        }
    }

    /// Which journal.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The Merkle tree hash over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }
}

/// The text that is signed: origin, size and root, a line each.
pub(super) fn text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", BASE64_STANDARD.encode(root))
}

/// Reads a checkpoint's text. Further lines, which the specification allows, must not be empty and are not used.
fn parse(text: &str) -> Option<Checkpoint> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    if origin.is_empty() || lines.any(str::is_empty) {
        return None;
    }
    Some(Checkpoint {
        origin: origin.into(),
        size: parse_decimal(size)?,
        root: BASE64_STANDARD.decode(root).ok()?.try_into().ok()?,
    })
}

/// A decimal number without sign or leading zeros, below 2^63 (what a database column can hold).
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= i64::MAX as u64 && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ORIGIN, key, verifier};
    use super::*;

    #[test]
    fn the_specification_s_text() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = parse(text).unwrap();
        assert_eq!(
            (checkpoint.origin(), checkpoint.size()),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(
            super::text(checkpoint.origin(), checkpoint.size(), checkpoint.root()),
            text
        );
        assert!(parse(&format!("{text}more\n")).is_some());
    }

    #[test]
    fn malformed_texts() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        let check = |text: &str| assert_eq!(parse(text), None, "{text}");
        check(&format!("o\n1\n{root}"));
        check(&format!("\n1\n{root}\n"));
        check(&format!("o\n01\n{root}\n"));
        check(&format!("o\n+1\n{root}\n"));
        check(&format!("o\n-1\n{root}\n"));
        check(&format!("o\n9223372036854775808\n{root}\n"));
        check("o\n1\n");
        check("o\n1\nCsUY\n");
        check(&format!("o\n1\n{}\n", root.replace("I=", "J=")));
        check(&format!("o\n1\n{root}\n\nmore\n"));
        assert!(parse(&format!("o\n0\n{root}\n")).is_some());
    }

    #[test]
    fn only_the_own_origin_is_trusted() {
        let sign = |origin: &str| key().sign_note(ORIGIN, &text(origin, 3, &[1; 32])).unwrap();
        assert_eq!(
            Checkpoint::open(sign(ORIGIN).as_bytes(), &verifier())
                .unwrap()
                .size(),
            3
        );
        let other = Checkpoint::open(sign("other.example/journal").as_bytes(), &verifier());
        assert!(matches!(other, Err(JournalError::OriginDiffers)));
        let no_checkpoint = key().sign_note(ORIGIN, "hello\n").unwrap();
        let opened = Checkpoint::open(no_checkpoint.as_bytes(), &verifier());
        assert!(matches!(opened, Err(JournalError::NoteMalformed)));
        assert!(matches!(Checkpoint::empty("a b"), Err(JournalError::KeyName)));
    }
}
