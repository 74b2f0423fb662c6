//! Tasks that run concurrently with the event loop.

use std::future::Future;
use std::pin::Pin;

use tokio::task::JoinHandle;

/// Runs a task on this thread. All tasks have one type, so that there is only one copy of the runtime's code for tasks:
/// each further one would add about 2 kB to the binary.
pub fn spawn(task: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    tokio::task::spawn_local(task)
}
