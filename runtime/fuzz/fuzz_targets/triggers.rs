#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::triggers::check(data));
