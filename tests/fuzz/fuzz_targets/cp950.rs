//! Hands bytes of libFuzzer to the CP950 decoder. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::cp950(bytes));
