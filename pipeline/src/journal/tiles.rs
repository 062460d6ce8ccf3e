//! Which tiles a journal has, and what C2SP tlog-tiles calls their files. *Pure.*
//!
//! A tile holds up to 256 consecutive hashes of one level; a hash of level `l + 1` is the Merkle tree hash of one
//! full tile of level `l`. Level 0 holds leaf hashes.

use super::merkle::Hash;

/// Hashes of a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels a tree of less than 2^63 entries can have.
pub const LEVELS_MAX: u8 = 8;

/// One tile, full or partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// 0 for leaf hashes.
    pub level: u8,
    /// The tile's place in its level.
    pub index: u64,
    /// How many hashes, 1 to 256; under 256 the tile is partial.
    pub width: u16,
}

/// A tile with its hashes, as computed and as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileHashes {
    /// Which.
    pub tile: Tile,
    /// Exactly `tile.width` hashes; their bytes are `hashes.as_flattened()`.
    pub hashes: Vec<Hash>,
}

/// What a path of a journal's folder names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `tile/<L>/<N>[.p/<W>]`
    Tile(Tile),
    /// `tile/entries/<N>[.p/<W>]`: the entries of that level-0 tile.
    Bundle(Tile),
}

impl Tile {
    /// `tile/<L>/<N>[.p/<W>]`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, self.place())
    }

    /// `tile/entries/<N>[.p/<W>]`: where the entries of this level-0 tile are.
    pub fn bundle_path(&self) -> String {
        format!("tile/entries/{}", self.place())
    }

    /// Whether the tile has all its 256 hashes.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// Whether a journal of `size` entries has exactly this tile.
    pub fn belongs_to(&self, size: u64) -> bool {
        let hashes = hashes_of_level(size, self.level);
        let full = hashes / TILE_WIDTH;
        self.index < full && self.is_full()
            || self.index == full && u64::from(self.width) == hashes % TILE_WIDTH
    }

    /// The index in zero-padded groups of three, all but the last after an `x`, and the width of a partial tile.
    fn place(&self) -> String {
        let mut place = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            place = format!("x{:03}/{place}", rest % 1000);
            rest /= 1000;
        }
        if !self.is_full() {
            place += &format!(".p/{}", self.width);
        }
        place
    }
}

impl Resource {
    /// Reads exactly what [`Tile::path`] and [`Tile::bundle_path`] write; `None` for everything else.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok()?),
            None => (place, TILE_WIDTH as u16),
        };
        let mut number = 0_u64;
        for group in index.split('/') {
            let group: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            number = number.checked_mul(1000)?.checked_add(group)?;
        }
        let tile = Tile {
            level: if level == "entries" {
                0
            } else {
                level.parse().ok()?
            },
            index: number,
            width,
        };
        let resource = if level == "entries" {
            Self::Bundle(tile)
        } else {
            Self::Tile(tile)
        };
        // There is one spelling only: what we would not write ourselves is not a path.
        let in_bounds = tile.level < LEVELS_MAX && (1..=TILE_WIDTH).contains(&tile.width.into());
        (in_bounds && resource.path() == path).then_some(resource)
    }

    /// The path of the resource.
    pub fn path(&self) -> String {
        match self {
            Self::Tile(tile) => tile.path(),
            Self::Bundle(tile) => tile.bundle_path(),
        }
    }

    /// Whether a journal of `size` entries has exactly this resource.
    pub fn belongs_to(&self, size: u64) -> bool {
        let (Self::Tile(tile) | Self::Bundle(tile)) = self;
        tile.belongs_to(size)
    }
}

/// How many hashes the tiles of `level` hold together in a tree of `size` entries.
pub fn hashes_of_level(size: u64, level: u8) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

/// The partial tiles of a tree of `size` entries, from level 0 up: with them alone one can go on appending.
pub fn partial_tiles(size: u64) -> Vec<Tile> {
    let partial = |level| {
        let hashes = hashes_of_level(size, level);
        let width = (hashes % TILE_WIDTH) as u16;
        (width > 0).then_some(Tile {
            level,
            index: hashes / TILE_WIDTH,
            width,
        })
    };
    (0..LEVELS_MAX).filter_map(partial).collect()
}

/// The tiles that a tree of `new_size` entries has and a tree of `old_size` has not: those that became full, and
/// partial ones that are new or grew.
pub fn new_tiles(old_size: u64, new_size: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS_MAX).flat_map(move |level| {
        let full = |size| hashes_of_level(size, level) / TILE_WIDTH;
        let became_full = (full(old_size)..full(new_size)).map(move |index| Tile {
            level,
            index,
            width: 256,
        });
        let partial = partial_tiles(new_size)
            .into_iter()
            .find(|tile| tile.level == level);
        became_full.chain(partial.filter(|tile| !tile.belongs_to(old_size)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn paths_as_specified() {
        let check = |level, index, width, expected: &str| {
            let tile = Tile { level, index, width };
            assert_eq!(tile.path(), expected);
            assert_eq!(Resource::parse(expected), Some(Resource::Tile(tile)));
        };
        check(0, 1_234_067, 256, "tile/0/x001/x234/067");
        check(0, 1234, 5, "tile/0/x001/234.p/5");
        check(1, 0, 1, "tile/1/000.p/1");
        check(2, 999, 256, "tile/2/999");
        let bundle = Tile {
            level: 0,
            index: 1000,
            width: 255,
        };
        assert_eq!(bundle.bundle_path(), "tile/entries/x001/000.p/255");
        assert_eq!(
            Resource::parse("tile/entries/x001/000.p/255"),
            Some(Resource::Bundle(bundle))
        );
    }

    #[test]
    fn other_spellings_are_not_paths() {
        for path in [
            "tile/0/0",
            "tile/00/000",
            "tile/0/x000/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/05",
            "tile/0/000/",
            "tile/0/1234",
            "tile/0/001/234",
            "tile/0/+01",
            "tile/8/000",
            "tile/64/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "checkpoint",
            "/tile/0/000",
        ] {
            assert_eq!(Resource::parse(path), None, "{path}");
        }
    }

    /// The two examples of the specification.
    #[test]
    fn tiles_of_a_size() {
        let count = |size, level, full: bool| {
            new_tiles(0, size)
                .filter(|tile| tile.level == level && tile.is_full() == full)
                .count()
        };
        assert_eq!(
            (
                count(70_000, 0, true),
                count(70_000, 1, true),
                count(70_000, 2, true)
            ),
            (273, 1, 0)
        );
        let widths = |size| {
            partial_tiles(size)
                .iter()
                .map(|tile| (tile.level, tile.width))
                .collect::<Vec<_>>()
        };
        assert_eq!(widths(70_000), [(0, 112), (1, 17), (2, 1)]);
        assert_eq!(widths(256), [(1, 1)]);
        assert_eq!(new_tiles(0, 0).count(), 0);
    }

    proptest! {
        #[test]
        fn growing_in_steps_or_at_once(a in 0u64..70_000, b in 0u64..70_000) {
            let (old, new) = (a.min(b), a.max(b));
            let all = |size| new_tiles(0, size).collect::<BTreeSet<_>>();
            let expected: BTreeSet<_> = all(new).difference(&all(old)).copied().collect();
            prop_assert_eq!(new_tiles(old, new).collect::<BTreeSet<_>>(), expected);
            prop_assert!(new_tiles(old, new).all(|tile| tile.belongs_to(new)));
        }
    }
}
