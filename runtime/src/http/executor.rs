//! Where hyper runs the tasks of an HTTP/2 connection: on this thread, like everything else.

use std::future::Future;

use hyper::rt::Executor;

use crate::spawn::spawn;

/// Spawns on the surrounding `LocalSet`.
#[derive(Clone, Copy, Debug)]
pub struct LocalExecutor;

impl<F: Future + 'static> Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        spawn(async move {
            future.await;
        });
    }
}
