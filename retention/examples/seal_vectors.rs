//! Prints messages sealed by us in the form of `fixtures/vectors/cobblestone256.json`, for another implementation to open. *Edge.*

use std::fmt::Write as _;
use std::io::Write as _;

use mayfly_retention::envelope::{SALT, seal_vec};
use mayfly_retention::{Key32, OsRandomness, Randomness};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let context = b"mayfly vectors";
    let mut messages = Vec::new();
    for size in [0, 1, 16_383, 16_384, 16_385, 40_000] {
        let mut salt = [0; SALT];
        OsRandomness.fill(&mut salt)?;
        let plain: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
        let sealed = seal_vec(&Key32::from_bytes(&key), &salt, context, &plain);
        messages.push(serde_json::json!({ "size": size, "sealed": hex(&sealed)? }));
    }
    let document = serde_json::json!({ "key": hex(&key)?, "context": hex(context)?, "messages": messages });
    writeln!(std::io::stdout(), "{document}")?;
    Ok(())
}

fn hex(bytes: &[u8]) -> Result<String, std::fmt::Error> {
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
    Ok(text)
}
