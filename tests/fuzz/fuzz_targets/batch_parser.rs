//! Hands bytes of libFuzzer to the parser of batch and consents files. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::batch_parser(bytes));
