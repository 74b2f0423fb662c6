//! A timeout that is not used up by a freeze.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

/// A timer that fires this long after the deadline means that the process was frozen or starved of CPU.
const LATE: Duration = Duration::from_millis(20);

/// In that case, data that has arrived is read for this long. A response that is already in the socket must be used:
/// otherwise the request would be sent again, and its records would be stored twice.
const GRACE: Duration = Duration::from_millis(100);

/// The output of `exchange`, or `None` if it takes longer than `time`.
pub(super) async fn within<F: Future>(time: Duration, exchange: F) -> Option<F::Output> {
    let mut exchange = pin!(exchange);
    let begin = Instant::now();
    match timeout(time, &mut exchange).await {
        Ok(result) => Some(result),
        Err(_) if begin.elapsed() >= time.saturating_add(LATE) => timeout(GRACE, exchange).await.ok(),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_is_over_when_it_is_over() {
        let begin = Instant::now();
        assert_eq!(within(Duration::from_secs(1), std::future::pending::<()>()).await, None);
        assert!(begin.elapsed() < Duration::from_millis(1_010));
        let quick = async { 7 };
        assert_eq!(within(Duration::from_secs(1), quick).await, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_in_a_freeze_is_read_first() {
        let frozen = async {
            tokio::time::advance(Duration::from_secs(60)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            7
        };
        assert_eq!(within(Duration::from_secs(1), frozen).await, Some(7));
        let nothing_came = async {
            tokio::time::advance(Duration::from_secs(60)).await;
            std::future::pending::<()>().await;
        };
        assert_eq!(within(Duration::from_secs(1), nothing_came).await, None);
    }
}
