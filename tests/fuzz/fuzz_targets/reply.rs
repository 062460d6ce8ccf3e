//! Hands bytes of libFuzzer to what a provider sends back. *Edge.*

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mayfly_fuzz::reply(bytes));
