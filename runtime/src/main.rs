//! The executable: a single-threaded runtime around [`clickstack_extension::app::run`].

use std::path::Path;
use std::process::ExitCode;

use tokio::runtime::Builder;
use tokio::task::LocalSet;

fn main() -> ExitCode {
    // Lambda knows an extension by its file's name.
    let path = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&path)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| env!("CARGO_PKG_NAME").to_owned());
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => LocalSet::new().block_on(&runtime, clickstack_extension::app::run(&name)),
        Err(_) => ExitCode::FAILURE,
    }
}
