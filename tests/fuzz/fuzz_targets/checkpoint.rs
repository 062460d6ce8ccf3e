//! Hands bytes of libFuzzer to signed checkpoints and journal entries. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::checkpoint(bytes));
