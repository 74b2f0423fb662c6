//! An emulated Lambda and backend around the real executable.

pub mod extension;
pub mod grpc;
pub mod intake;
pub mod lambda;
mod listener;
mod scene;
pub mod secrets;
pub mod server;

use std::future::Future;
use std::io::Write;
use std::time::Duration;

pub use extension::Extension;
pub use intake::Intake;
pub use lambda::Lambda;
pub use scene::{started, started_with_mode};

/// Runs a test on one thread. The limit is for tests that hang, not for slow machines.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let limited = async {
        tokio::time::timeout(Duration::from_secs(60), test)
            .await
            .expect("the test hangs")
    };
    tokio::task::LocalSet::new().block_on(&runtime, limited);
}

/// Waits until a condition holds.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never happened: {what}");
}

/// A request id that differs for each number.
pub fn request_id(number: usize) -> String {
    format!("76e7df99-7363-43f0-b967-{number:012}")
}

/// An env file for `ROTEL_ENV_FILE`, there for as long as it is held.
pub fn env_file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}
