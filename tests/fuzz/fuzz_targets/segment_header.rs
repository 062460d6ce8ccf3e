//! Hands bytes of libFuzzer to headers of sealed objects. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::segment_header(bytes));
