//! The README of an exported journal: how an examiner checks it with tools that are not ours. *Pure.*

use super::checkpoint::Checkpoint;
use super::note::VerifierKey;
use super::tiles::{TILE_WIDTH, Tile};

/// The guide for the journal with this head. It also names the key, but the examiner must have that from elsewhere.
pub fn guide(checkpoint: &Checkpoint, key: &VerifierKey) -> String {
    let width = checkpoint.size().min(TILE_WIDTH) as u16;
    let first = Tile {
        level: 0,
        index: 0,
        width,
    };
    let (bundle, tile) = match width {
        0 => ("(none: the journal is empty)".into(), "(none)".into()),
        _ => (first.bundle_path(), first.path()),
    };
    TEXT.replace("{origin}", checkpoint.origin())
        .replace("{size}", &checkpoint.size().to_string())
        .replace("{key}", &key.text())
        .replace("{bundle}", &bundle)
        .replace("{tile}", &tile)
}

const TEXT: &str = include_str!("guide.txt");

#[cfg(test)]
mod tests {
    use super::super::fixture::{ORIGIN, journal, verifier};
    use super::*;

    #[test]
    fn the_guide_names_the_journal_s_own_files() {
        for (size, bundle) in [
            (0, "(none"),
            (3, "tile/entries/000.p/3"),
            (600, "tile/entries/000 "),
        ] {
            let checkpoint = Checkpoint::open(journal(size).1.as_bytes(), &verifier()).unwrap();
            let guide = guide(&checkpoint, &verifier());
            assert!(guide.contains(bundle) && guide.contains(&verifier().text()) && guide.contains(ORIGIN));
            assert!(!guide.contains("{bundle}") && !guide.contains("{key}") && !guide.contains("{size}"));
        }
    }
}
