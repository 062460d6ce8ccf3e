//! C2SP signed notes with Ed25519: keys, signing and opening. *Pure.*

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use sha2::{Digest, Sha256};

use super::fault::{JournalError, Result};

/// Longest note that is read, in bytes: room for 16 post-quantum co-signatures.
pub const NOTE_BYTES_MAX: usize = 131_072;
/// Most signature lines that are read.
pub const SIGNATURES_MAX: usize = 64;

/// The journal's secret. It has no `Debug`, `Display`, `Serialize` or `Clone`, and is zeroized when dropped.
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of a 32-byte random seed (RFC 8032, 5.1.5). The caller wipes its own copy.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            secret: ed25519_dalek::SigningKey::from_bytes(seed),
        }
    }

    /// The public half, under the name it signs as.
    ///
    /// # Errors
    /// [`JournalError::KeyName`].
    pub fn verifier_key(&self, name: &str) -> Result<VerifierKey> {
        VerifierKey::try_new(name, self.secret.verifying_key())
    }

    /// Signs `text`, which must end with a line end, as `name`; gives the whole note.
    ///
    /// # Errors
    /// [`JournalError::KeyName`], [`JournalError::NoteMalformed`].
    pub fn sign_note(&self, name: &str, text: &str) -> Result<String> {
        if !is_text(text) || !text.ends_with('\n') {
            return Err(JournalError::NoteMalformed);
        }
        let id = self.verifier_key(name)?.id;
        let signature = self.secret.sign(text.as_bytes()).to_bytes();
        let signature = BASE64_STANDARD.encode([&id[..], &signature].concat());
        Ok(format!("{text}\n\u{2014} {name} {signature}\n"))
    }
}

/// Who may sign: a name and an Ed25519 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads `<name>+<8 hex of the id>+<base64(0x01 || 32-byte public key)>`.
    ///
    /// # Errors
    /// [`JournalError::KeyText`]; also if the id does not belong to name and key, or the key is a weak one.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(JournalError::KeyText);
        };
        let key = BASE64_STANDARD.decode(key).map_err(|_| JournalError::KeyText)?;
        let Some((&[ED25519], key)) = key.split_first_chunk() else {
            return Err(JournalError::KeyText);
        };
        let key = key
            .try_into()
            .ok()
            .and_then(|key| VerifyingKey::from_bytes(key).ok());
        let key = key.filter(|key| !key.is_weak()).ok_or(JournalError::KeyText)?;
        let parsed = Self::try_new(name, key).map_err(|_| JournalError::KeyText)?;
        // One spelling only; this also compares the id.
        if parsed.text() == text {
            Ok(parsed)
        } else {
            Err(JournalError::KeyText)
        }
    }

    fn try_new(name: &str, key: VerifyingKey) -> Result<Self> {
        if !is_key_name(name) {
            return Err(JournalError::KeyName);
        }
        let hash = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        Ok(Self {
            name: name.into(),
            id: [a, b, c, d],
            key,
        })
    }

    /// The same key under another name: a journal that was put back from a backup signs on under another origin.
    ///
    /// # Errors
    /// [`JournalError::KeyName`].
    pub fn named(&self, name: &str) -> Result<Self> {
        Self::try_new(name, self.key)
    }

    /// The key's published text form, as [`VerifierKey::parse`] reads it.
    pub fn text(&self) -> String {
        let key = BASE64_STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        format!("{}+{:08x}+{key}", self.name, u32::from_be_bytes(self.id))
    }

    /// The name the key signs as.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the 32 bytes of the public key: what is printed of it.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.key.as_bytes()).into()
    }

    /// The text of `note` (with its last line end), if this key signed it. Lines of other keys are ignored.
    ///
    /// # Errors
    /// [`JournalError::NoteMalformed`], [`JournalError::NoteUnsigned`], [`JournalError::NoteForged`].
    pub fn open<'a>(&self, note: &'a [u8]) -> Result<&'a str> {
        let (text, signatures) = split(note).ok_or(JournalError::NoteMalformed)?;
        let mut signed = false;
        for (count, line) in signatures.split_terminator('\n').enumerate() {
            if count == SIGNATURES_MAX {
                return Err(JournalError::NoteMalformed);
            }
            let (name, id, signature) = parse_signature(line).ok_or(JournalError::NoteMalformed)?;
            if name != self.name || id != self.id {
                continue;
            }
            let signature = Signature::from_slice(&signature).map_err(|_| JournalError::NoteForged)?;
            self.key
                .verify_strict(text.as_bytes(), &signature)
                .map_err(|_| JournalError::NoteForged)?;
            signed = true;
        }
        if signed {
            Ok(text)
        } else {
            Err(JournalError::NoteUnsigned)
        }
    }
}

/// The text of `note` (with its last line end), whoever signed it: nothing of it is to be believed yet.
pub fn text_of(note: &[u8]) -> Option<&str> {
    split(note).map(|(text, _)| text)
}

/// Text and signature lines, which the last empty line divides.
fn split(note: &[u8]) -> Option<(&str, &str)> {
    if note.len() > NOTE_BYTES_MAX {
        return None;
    }
    let note = std::str::from_utf8(note).ok().filter(|note| is_text(note))?;
    let border = note.rfind("\n\n")? + 1;
    let signatures = &note[border + 1..];
    (!signatures.is_empty() && signatures.ends_with('\n')).then_some((&note[..border], signatures))
}

fn parse_signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(signature).ok()?;
    let (id, signature) = bytes.split_first_chunk()?;
    (is_key_name(name) && !signature.is_empty()).then(|| (name, *id, signature.to_vec()))
}

fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

/// Whether `name` can name a key: not empty, no Unicode space, no control character, no `+`.
pub fn is_key_name(name: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.len() <= KEY_NAME_BYTES_MAX && name.chars().all(allowed)
}

/// Longest key name, in bytes.
const KEY_NAME_BYTES_MAX: usize = 255;
/// The signature type of plain Ed25519 notes.
const ED25519: u8 = 1;

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
