//! The set-up of most tests: the extension between a Lambda and a backend that accepts OTLP/HTTP.

use super::{Extension, Intake, Lambda};

/// Starts all three, the extension with these additional variables; returns once it waits for the first event.
pub async fn started(variables: &[(&str, &str)]) -> (Lambda, Intake, Extension) {
    let (lambda, intake) = (Lambda::start().await, Intake::start().await);
    let extension = Extension::exporting(&lambda.address(), &intake.url(), variables);
    lambda.asked(1).await;
    (lambda, intake, extension)
}

/// Like `start`, with this flush mode.
pub async fn started_with_mode(mode: &str) -> (Lambda, Intake, Extension) {
    started(&[("CLICKSTACK_FLUSH_MODE", mode)]).await
}
