//! Where hyper runs the tasks of an HTTP/2 connection: on this thread, as everything else.

use std::future::Future;

use hyper::rt::Executor;

/// Spawns on the `LocalSet` around it.
#[derive(Clone, Copy, Debug)]
pub struct LocalExecutor;

impl<F: Future + 'static> Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}
