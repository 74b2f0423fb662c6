//! What OpenTelemetry's language layers find of us when they start.

use std::path::Path;

use crate::support::{Extension, Intake, Lambda, run};

const LINK: &str = "/tmp/.otel-aws-account-id";

#[test]
fn the_account_is_named_before_the_runtime_starts() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        // Every environment makes it anew.
        let _ = std::fs::remove_file(LINK);
        let _extension = Extension::exporting(&lambda.address(), &intake.url(), &[]);
        lambda.asked(1).await;
        let account = std::fs::read_link(LINK).unwrap();
        assert_eq!(account, Path::new("123456789012"));
    });
}
