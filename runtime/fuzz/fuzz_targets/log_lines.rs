#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::log_lines::check(data));
