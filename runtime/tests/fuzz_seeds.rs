//! The fuzz targets' checks hold for their seeds, whole, cut and with bytes changed: the targets can't rot unseen.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../fuzz/checks/mod.rs"]
#[allow(unreachable_pub, dead_code)]
mod checks;

use std::path::Path;

fn seeds_hold(target: &str) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let (_, check, seeds) = checks::targets(&fixtures)
        .into_iter()
        .find(|(name, ..)| *name == target)
        .unwrap();
    assert!(seeds.len() > 2);
    for mut seed in seeds {
        check(&seed);
        let length = seed.len();
        for part in 1..4 {
            check(&seed[..length * part / 4]);
        }
        for at in (0..length).step_by(1 + length / 8) {
            let before = std::mem::replace(&mut seed[at], b'"');
            check(&seed);
            seed[at] = before;
        }
    }
}

#[test]
fn telemetry_bodies() {
    seeds_hold("telemetry");
}

#[test]
fn log_lines() {
    seeds_hold("log_lines");
}

#[test]
fn otlp_requests() {
    seeds_hold("otlp");
}

#[test]
fn env_files() {
    seeds_hold("env_file");
}

#[test]
fn key_value_lists() {
    seeds_hold("key_values");
}

#[test]
fn secret_references() {
    seeds_hold("references");
}

#[test]
fn proxied_connections() {
    seeds_hold("proxy");
}

#[test]
fn triggers() {
    seeds_hold("triggers");
}
