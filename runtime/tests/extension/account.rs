//! What OpenTelemetry's language layers find when they start.

use std::path::Path;

use crate::support::{run, started};

const LINK: &str = "/tmp/.otel-aws-account-id";

#[test]
fn the_account_is_named_before_the_runtime_starts() {
    run(async {
        // Every environment creates it again.
        let _ = std::fs::remove_file(LINK);
        let (_lambda, _intake, _extension) = started(&[]).await;
        let account = std::fs::read_link(LINK).unwrap();
        assert_eq!(account, Path::new("123456789012"));
    });
}
