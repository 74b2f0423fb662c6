//! A timeout that a freeze doesn't spend.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

/// Who looks at the clock so long after the deadline was frozen meanwhile, or got no CPU.
const LATE: Duration = Duration::from_millis(20);

/// Then what came meanwhile is read for this long. An answer that lies in the socket must count: the request would be sent
/// again, and what it holds be there twice.
const GRACE: Duration = Duration::from_millis(100);

/// What `exchange` comes to, or none if that takes longer than `time`.
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
