//! Hands bytes of libFuzzer to proofs of sheets, and to what a person says of themselves. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::sheet_proof(bytes));
