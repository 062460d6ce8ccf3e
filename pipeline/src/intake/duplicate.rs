//! Responsible for telling whether an earlier line of the same file asked the same: `ROW-DUPLICATE`. *Pure.*

/// What the lines of one file asked so far, as keyed hashes: the memory holds no personal data that outlives its key.
///
/// Two different questions fall together with a chance below 2⁻⁸⁶ in a file of two million rows, and nobody can make
/// them without the key. Hashing and remembering are two steps, because the memory answers several times faster when
/// it is asked about many rows in a row.
pub(super) struct Duplicates {
    key: [u64; 2],
    seen: HashTable,
    most: usize,
}

/// The keyed hash of what one line asks.
#[derive(Clone, Copy)]
pub(super) struct Question(u128);

impl Duplicates {
    /// An empty memory under a random `key` that is used for this run alone. It holds up to `most` questions in at
    /// most 64 bytes each; beyond that nothing new is remembered.
    pub(super) fn new(key: [u8; 16], most: u32) -> Self {
        let half = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0, |word, &byte| word << 8 | u64::from(byte))
        };
        let key = [half(&key[..8]), half(&key[8..])];
        Self {
            key,
            seen: HashTable {
                slots: vec![FREE; FIRST_SLOTS],
                taken: 0,
            },
            most: most as usize,
        }
    }

    /// What a line with these three cells asks; nothing that could be repeated if one of them is empty.
    pub(super) fn question(&self, consent_ref: &str, subject_id: &str, item: &str) -> Option<Question> {
        if consent_ref.is_empty() || subject_id.is_empty() || item.is_empty() {
            return None;
        }
        let mut hash = SipHash::new(self.key);
        for cell in [consent_ref, subject_id, item] {
            hash.write_cell(cell.as_bytes());
        }
        Some(Question(hash.finish()))
    }

    /// Whether an earlier line asked the same; remembers the question for later lines.
    pub(super) fn repeats(&mut self, Question(hash): Question) -> bool {
        let slot = self.seen.slot(hash);
        if self.seen.slots[slot] == hash {
            return true;
        }
        if self.seen.taken < self.most {
            self.seen.fill(slot, hash);
        }
        false
    }
}

/// A set of hashes in one array: a hash lies at the place its first bits name, or in the next free one. The standard
/// set touches two places of memory for each hash and took twice the time.
struct HashTable {
    slots: Vec<u128>,
    taken: usize,
}

impl HashTable {
    /// Where `hash` is, or the free slot where it belongs.
    fn slot(&self, hash: u128) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = (hash >> (128 - self.slots.len().trailing_zeros())) as usize;
        while self.slots[slot] != FREE && self.slots[slot] != hash {
            slot = (slot + 1) & last;
        }
        slot
    }

    /// Puts `hash` into the free slot found for it, and makes more room while a quarter is still free.
    fn fill(&mut self, slot: usize, hash: u128) {
        self.slots[slot] = hash;
        self.taken += 1;
        if self.taken * 4 > self.slots.len() * 3 {
            let fewer = std::mem::take(&mut self.slots);
            self.slots = vec![FREE; fewer.len() * 2];
            for hash in fewer.into_iter().filter(|&hash| hash != FREE) {
                let slot = self.slot(hash);
                self.slots[slot] = hash;
            }
        }
    }
}

/// No hash is taken for this one: at 2⁻¹²⁸, the row that has it would count as the second of its kind.
const FREE: u128 = 0;

/// A power of two.
const FIRST_SLOTS: usize = 1024;

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012, and their reference of the wide variant), for
/// messages of whole words.
struct SipHash {
    state: [u64; 4],
    words: u64,
}

impl SipHash {
    fn new(key: [u64; 2]) -> Self {
        let state = [
            key[0] ^ 0x736f_6d65_7073_6575,
            key[1] ^ 0x646f_7261_6e64_6f6d ^ 0xEE,
            key[0] ^ 0x6c79_6765_6e65_7261,
            key[1] ^ 0x7465_6462_7974_6573,
        ];
        Self { state, words: 0 }
    }

    /// Takes a cell as the number of its bytes, then the bytes in words filled up with 0: no cell can reach into the
    /// next one.
    fn write_cell(&mut self, cell: &[u8]) {
        self.write(cell.len() as u64);
        let (words, rest) = cell.as_chunks();
        for word in words {
            self.write(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.write(
                rest.iter()
                    .rev()
                    .fold(0, |word, &byte| word << 8 | u64::from(byte)),
            );
        }
    }

    fn write(&mut self, word: u64) {
        self.words += 1;
        self.absorb(word);
    }

    fn finish(mut self) -> u128 {
        self.absorb((self.words * 8) << 56);
        self.state[2] ^= 0xEE;
        self.rounds(4);
        let low = self.folded();
        self.state[1] ^= 0xDD;
        self.rounds(4);
        u128::from(self.folded()) << 64 | u128::from(low)
    }

    fn absorb(&mut self, word: u64) {
        self.state[3] ^= word;
        self.rounds(2);
        self.state[0] ^= word;
    }

    fn rounds(&mut self, count: usize) {
        let [mut a, mut b, mut c, mut d] = self.state;
        for _ in 0..count {
            a = a.wrapping_add(b);
            c = c.wrapping_add(d);
            b = b.rotate_left(13) ^ a;
            d = d.rotate_left(16) ^ c;
            a = a.rotate_left(32);
            c = c.wrapping_add(b);
            a = a.wrapping_add(d);
            b = b.rotate_left(17) ^ c;
            d = d.rotate_left(21) ^ a;
            c = c.rotate_left(32);
        }
        self.state = [a, b, c, d];
    }

    fn folded(&self) -> u64 {
        self.state.iter().fold(0, |word, part| word ^ part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_gives_the_published_vectors() {
        fn check(words: &[u64], expected: u128) {
            let mut hash = SipHash::new([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);
            for &word in words {
                hash.write(word);
            }
            assert_eq!(u128::from_be_bytes(hash.finish().to_le_bytes()), expected);
        }
        let (first, second) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        check(&[], 0xa381_7f04_ba25_a8e6_6df6_7214_c755_0293);
        check(&[first], 0x3b62_a9ba_6258_f561_0f83_e264_f314_97b4);
        check(&[first, second], 0x6ee2_a4ca_67b0_54bb_fd33_15bf_8523_0577);
    }

    fn repeats(seen: &mut Duplicates, [consent_ref, subject_id, item]: [&str; 3]) -> bool {
        seen.question(consent_ref, subject_id, item)
            .is_some_and(|question| seen.repeats(question))
    }

    #[test]
    fn the_same_three_cells_repeat() {
        let mut seen = Duplicates::new([7; 16], 10);
        let mut check = |cells: [&str; 3], expected| {
            assert_eq!(repeats(&mut seen, cells), expected, "{cells:?}");
        };
        check(["L1", "A123456789", "C0101"], false);
        check(["L1", "A123456789", "C0101"], true);
        check(["L1", "A123456789", "C0101"], true);
        check(["L1", "A123456789", "C0201"], false);
        check(["L2", "A123456789", "C0101"], false);
        check(["L1A", "123456789", "C0101"], false);
        check(["L1", "A123456789C", "0101"], false);
        check(["L1\0", "A123456789", "C0101"], false);
        check(["", "A123456789", "C0101"], false);
        check(["", "A123456789", "C0101"], false);
        check(["L9", "", "C0101"], false);
        check(["L9", "", "C0101"], false);
        check(["L9", "x", ""], false);
        check(["L9", "x", ""], false);
    }

    #[test]
    fn a_growing_memory_forgets_nothing() {
        let mut seen = Duplicates::new([7; 16], 100_000);
        for expected in [false, true] {
            for number in 0..20_000 {
                let repeated = repeats(&mut seen, [&number.to_string(), "A123456789", "C0101"]);
                assert_eq!(repeated, expected, "{number}");
            }
        }
        assert!(seen.seen.slots.len() <= 4 * 20_000);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut seen = Duplicates::new([7; 16], 2);
        let mut ask = |consent_ref: &str| repeats(&mut seen, [consent_ref, "A123456789", "C0101"]);
        assert_eq!(
            [ask("1"), ask("2"), ask("3"), ask("3"), ask("1")],
            [false, false, false, false, true]
        );
    }
}
