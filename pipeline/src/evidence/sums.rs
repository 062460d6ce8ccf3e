//! Lists the files of a pack with their hashes, and the manifest over that list; then the folder has its name. *Edge.*

use std::fs::File;

use super::{MANIFEST, SUMS};
use crate::{
    error::{Error, Result},
    input,
    output::folder::{Staging, files_below},
};

/// Lists all files of `staging` with their hashes, writes the manifest that `manifest` makes of their number and the list's
/// hash, and gives the folder its name. Returns how many files the list has.
///
/// # Errors
/// Those of the disk and of `manifest`.
pub(super) fn seal(staging: Staging, manifest: impl FnOnce(u64, &str) -> Result<String>) -> Result<u64> {
    let open = |path: &str| {
        let file = File::open(staging.path().join(path));
        file.map_err(Error::io("read a file of the pack"))
    };
    let mut sums = String::new();
    let files = files_below(staging.path())?;
    for path in &files {
        sums.push_str(&format!("{}  {path}\n", input::sha256_of(open(path)?)?));
    }
    let count = files.len() as u64;
    staging.put(SUMS, &sums)?;
    staging.put(MANIFEST, &manifest(count, &input::sha256_of(open(SUMS)?)?)?)?;
    staging.name()?;
    Ok(count)
}
