//! What rests below the data directory as sealed is evenly distributed bytes and nothing else. *Edge.*

use std::fs;

use crate::{
    support::{NOW, files_below},
    synthetic::Synthetic,
};

#[test]
fn sealed_files_are_indistinguishable_from_noise_behind_their_headers() {
    let batch = Synthetic::prepare(5_000, 31, 3, "refused = 5");
    batch
        .sandbox
        .mayfly(["--at", NOW, "batch", "run", batch.file.to_str().unwrap()])
        .expect(1);
    let sealed = files_below(&batch.sandbox.data().join("sealed"));
    assert!(
        sealed.len() >= 5,
        "intake, two segments of queries, two of answers"
    );
    for path in &sealed {
        let bytes = fs::read(path).unwrap();
        let unevenness = unevenness(&bytes[HEADER_BYTES..]);
        assert!(unevenness < LIMIT, "{}: {unevenness}", path.display());
    }

    // Controls: a submitted file, and 4 KiB of it inside a sealed one.
    let plain = fs::read(&batch.file).unwrap();
    assert!(unevenness(&plain) > 100.0 * LIMIT);
    let mut spoilt = fs::read(&sealed[0]).unwrap()[HEADER_BYTES..][..64 << 10].to_vec();
    spoilt[10_000..][..4_096].copy_from_slice(&plain[1_000..][..4_096]);
    assert!(unevenness(&spoilt) > LIMIT);
}

/// The chi-square statistic of the bytes' frequencies: about 255 for noise, with a standard deviation of 22.6.
fn unevenness(bytes: &[u8]) -> f64 {
    let mut counts = [0_u64; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let expected = bytes.len() as f64 / 256.0;
    counts
        .iter()
        .map(|&count| (count as f64 - expected).powi(2) / expected)
        .sum()
}

const HEADER_BYTES: usize = 168;
/// Eight standard deviations: noise goes beyond once in some 10¹⁴ files.
const LIMIT: f64 = 436.0;
