//! Tasks beside the event loop.

use std::future::Future;
use std::pin::Pin;

use tokio::task::JoinHandle;

/// Runs a task on this thread. All tasks have one type, so that there is one copy of the runtime's code for tasks: about
/// 2 kB of the binary for each further one.
pub fn spawn(task: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    tokio::task::spawn_local(task)
}
