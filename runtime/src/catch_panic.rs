//! Steps whose panic must not end the extension.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Runs a step. An internal error that makes it panic costs only that step; returns false then. The hook reports the
/// panic.
pub async fn catch_panic(step: impl Future<Output = ()>) -> bool {
    let mut step = pin!(step);
    // The step's state is dropped with it, so no cell remains borrowed; it is not polled again.
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| step.as_mut().poll(context).map(|()| true))).unwrap_or(Poll::Ready(false))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::run;
    use std::cell::RefCell;

    #[test]
    fn a_panic_costs_one_step() {
        run(async {
            let state = RefCell::new(0);
            let panicking = async {
                tokio::task::yield_now().await;
                let mut state = state.borrow_mut();
                *state += 1;
                panic!("on purpose");
            };
            assert!(!catch_panic(panicking).await);
            assert!(catch_panic(async { *state.borrow_mut() += 1 }).await);
            assert_eq!(state.into_inner(), 2);
        });
    }
}
