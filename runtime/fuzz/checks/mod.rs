//! What must hold for any input: each module has one `check`, which panics where it doesn't.
//!
//! The fuzz targets call these with what the fuzzer makes up, and `cargo test` of the extension with the seeds.

pub mod env_file;
pub mod key_values;
pub mod log_lines;
pub mod otlp;
pub mod references;
pub mod seeds;
pub mod telemetry;

/// A target: its name, its check and the inputs to begin with.
pub type Target = (&'static str, fn(&[u8]), Vec<Vec<u8>>);

/// Every target. `fixtures` is the folder with the log formats' records.
pub fn targets(fixtures: &std::path::Path) -> Vec<Target> {
    vec![
        ("telemetry", telemetry::check, seeds::telemetry(fixtures)),
        ("log_lines", log_lines::check, seeds::log_lines(fixtures)),
        ("otlp", otlp::check, seeds::otlp()),
        ("env_file", env_file::check, seeds::env_files()),
        ("key_values", key_values::check, seeds::key_values()),
        ("references", references::check, seeds::references()),
    ]
}
