//! The instrumentation scope of the extension.

use super::messages::common::InstrumentationScope;

const SCOPE: &str = env!("CARGO_PKG_NAME");

/// The instrumentation scope of the extension's own records.
pub fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: SCOPE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}
