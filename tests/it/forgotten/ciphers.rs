//! The formats of `retention/README.md` a second time, on AWS-LC: shares no code with what it reads. *Pure.*

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{self, SHA256, SHA512},
    hkdf::{HKDF_SHA512, KeyType, Prk, Salt},
};

pub type Key = [u8; 32];

/// Bytes of a sealed object's header.
pub const HEADER: usize = 168;
const KEYRING_HEADER: usize = 58;
const ENTRY: usize = 24 + 32 + 8;
const CHUNK: usize = 16_384 + 16;
const ALGORITHM: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// HKDF-SHA-512 (RFC 5869), extract and expand, with `info` put together.
pub fn derive<const N: usize>(key: &[u8], salt: &[u8], info: &[&[u8]]) -> [u8; N] {
    expanded(&Salt::new(HKDF_SHA512, salt).extract(key), info)
}

/// HKDF-Expand alone, the key being the pseudorandom key.
pub fn expand<const N: usize>(key: &[u8], info: &[&[u8]]) -> [u8; N] {
    expanded(&Prk::new_less_safe(HKDF_SHA512, key), info)
}

pub fn expanded<const N: usize>(key: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut output = [0; N];
    key.expand(info, Length(N)).unwrap().fill(&mut output).unwrap();
    output
}

/// What the extraction makes of a key when the salt is empty.
pub fn extracted(key: &[u8]) -> Prk {
    Salt::new(HKDF_SHA512, &[]).extract(key)
}

pub fn sha256(bytes: &[u8]) -> Key {
    digest::digest(&SHA256, bytes).as_ref().try_into().unwrap()
}

pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    digest::digest(&SHA512, bytes).as_ref().try_into().unwrap()
}

/// The commitment of the cohort `name` to its extracted key.
pub fn commitment(key: &Prk, name: &str) -> [u8; 32] {
    expanded(key, &[b"mayfly/v1 cohort commitment\0", name.as_bytes()])
}

/// Whether an envelope says of itself that `key` opens it.
pub fn is_for(key: &Prk, context: &[u8], envelope: &[u8]) -> bool {
    let derived: [u8; 76] = expanded(key, &[ALGORITHM, &envelope[..24], context]);
    derived[44..] == envelope[24..56]
}

/// Opens an envelope whatever it says of its key.
pub fn open_envelope(key: &Key, context: &[u8], envelope: &[u8]) -> Option<Vec<u8>> {
    let derived: [u8; 76] = expand(key, &[ALGORITHM, envelope.get(..24)?, context]);
    let mut plain = Vec::new();
    let mut chunks = envelope.get(56..)?.chunks(CHUNK).enumerate();
    loop {
        let (number, chunk) = chunks.next()?;
        let mut nonce: [u8; 12] = derived[32..44].try_into().unwrap();
        for (byte, mask) in nonce[4..].iter_mut().zip((number as u64).to_be_bytes()) {
            *byte ^= mask;
        }
        plain.extend(open_gcm(derived[..32].try_into().unwrap(), nonce, &[], chunk)?);
        if chunk.len() < CHUNK {
            return chunks.next().is_none().then_some(plain);
        }
    }
}

/// AES-256-GCM, ciphertext and tag.
pub fn open_gcm(key: &Key, nonce: [u8; 12], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let mut buffer = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key.open_in_place(nonce, Aad::from(bound), &mut buffer).ok()?;
    Some(opened.to_vec())
}

/// The envelope of a keyring and the context it belongs to, under a header that may be another's.
pub fn keyring_context(header: &[u8]) -> Vec<u8> {
    [b"mayfly/v1 keyring\0", &header[..KEYRING_HEADER]].concat()
}

pub fn keyring_envelope(keyring: &[u8]) -> &[u8] {
    &keyring[KEYRING_HEADER..]
}

/// Whether these bytes have the form of a keyring.
pub fn is_keyring(bytes: &[u8]) -> bool {
    bytes.starts_with(b"mayfly-keyring\n\0") && bytes.len() > KEYRING_HEADER + 56
}

/// The cohorts and keys in an opened keyring.
pub fn entries(plain: &[u8]) -> Vec<(String, Key)> {
    let count = u32::from_be_bytes(plain[..4].try_into().unwrap()) as usize;
    assert_eq!(plain.len(), 4 + count * ENTRY);
    let entry = |entry: &[u8]| {
        let name = std::str::from_utf8(&entry[..24]).unwrap().trim_end_matches('\0');
        (name.to_owned(), entry[24..56].try_into().unwrap())
    };
    plain[4..].chunks(ENTRY).map(entry).collect()
}

/// The object key in a sealed object's header, with the cohort's key; `id` as which the object is taken.
pub fn unwrap(key: &Key, header: &[u8], id: &[u8]) -> Option<Key> {
    let derived: [u8; 44] = derive(key, &header[96..120], &[b"mayfly/v1 wrap\0", id]);
    let (wrapping, nonce) = derived.split_at(32);
    let opened = open_gcm(
        wrapping.try_into().unwrap(),
        nonce.try_into().unwrap(),
        &header[..120],
        &header[120..HEADER],
    )?;
    opened.try_into().ok()
}

/// The context of a sealed object's envelope, in its own place.
pub fn object_context(header: &[u8]) -> Vec<u8> {
    let hash = sha256(&header[..HEADER]);
    [
        b"mayfly/v1 object\0",
        &hash[..],
        &header[15..16],
        &header[16..40],
        &header[40..56],
    ]
    .concat()
}

/// The cohort that a header names.
pub fn cohort_of(header: &[u8]) -> String {
    String::from_utf8_lossy(&header[16..40])
        .trim_end_matches('\0')
        .to_owned()
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}
