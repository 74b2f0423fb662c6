//! Properties that must hold for any input: each module has one `check`, which panics if they do not.
//!
//! The fuzz targets call these with generated inputs, and `cargo test` of the extension with the seeds.

pub mod env_file;
pub mod key_values;
pub mod log_lines;
pub mod otlp;
pub mod proxy;
pub mod references;
pub mod seeds;
pub mod telemetry;
pub mod triggers;

/// A target: its name, its check and the seed inputs.
pub type Target = (&'static str, fn(&[u8]), Vec<Vec<u8>>);

/// Every target. `fixtures` is the folder of the tests' fixtures.
pub fn targets(fixtures: &std::path::Path) -> Vec<Target> {
    let log_formats = fixtures.join("log-formats");
    vec![
        ("telemetry", telemetry::check, seeds::telemetry(&log_formats)),
        ("log_lines", log_lines::check, seeds::log_lines(&log_formats)),
        ("otlp", otlp::check, seeds::otlp()),
        ("env_file", env_file::check, seeds::env_files()),
        ("key_values", key_values::check, seeds::key_values()),
        ("references", references::check, seeds::references()),
        ("proxy", proxy::check, seeds::proxy()),
        (
            "triggers",
            triggers::check,
            seeds::triggers(&fixtures.join("triggers.json")),
        ),
    ]
}
