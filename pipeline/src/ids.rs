//! Where randomness enters: salts, tags and tokens. *Edge.*

use crate::error::{Error, Result};

/// Fills `out` from the operating system's generator.
pub fn fill(out: &mut [u8]) -> Result<()> {
    getrandom::fill(out).map_err(|_| Error::Operator {
        code: "OS-RANDOM",
        sentence: "the operating system gave no randomness".into(),
        remedy: "check that /dev/urandom exists and that the sandbox allows getrandom, then try again",
    })
}

/// `N` fresh random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0; N];
    fill(&mut out)?;
    Ok(out)
}

/// A positive number that does not repeat: the tag of a chunk, the token of a worker.
pub fn tag() -> Result<i64> {
    Ok((u64::from_be_bytes(random()?) >> 1).max(1) as i64)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The bytes of hexadecimal digits; `None` for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digits = pair.iter().all(u8::is_ascii_hexdigit);
        let text = std::str::from_utf8(pair).ok().filter(|_| digits)?;
        u8::from_str_radix(text, 16).ok()
    };
    pairs
        .iter()
        .map(byte)
        .collect::<Option<_>>()
        .filter(|_| rest.is_empty())
}
