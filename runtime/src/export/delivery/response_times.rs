//! How long a backend has recently needed, and so how long a flush waits for its response. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// Maximum time that a fault of any kind adds to one invocation. A request that takes longer continues while the
/// environment is frozen, and its response is read afterwards.
pub const BUDGET: Duration = Duration::from_secs(1);

/// Minimum wait: a short network delay is not a fault.
const LEAST: Duration = Duration::from_millis(500);

/// For a backend that usually needs longer than the budget, a flush only waits until the request is written.
const TO_LEAVE: Duration = Duration::from_millis(100);

/// A response within this many times the slowest recent one is normal.
const UNUSUAL: u32 = 10;

/// Number of responses that are remembered.
const REMEMBERED: usize = 16;

/// How long the last responses took.
#[derive(Debug, Default)]
pub struct ResponseTimes {
    recent: VecDeque<Duration>,
}

impl ResponseTimes {
    /// The backend responded, after `took`.
    pub fn answered(&mut self, took: Duration) {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(took);
    }

    /// How long to wait for a response if there is a later flush: from the median and the slowest recent response.
    pub fn patience(&self) -> Duration {
        match self.recent.iter().max() {
            None => BUDGET,
            Some(_) if self.is_slow() => TO_LEAVE,
            Some(slowest) => (*slowest * UNUSUAL).clamp(LEAST, BUDGET),
        }
    }

    /// Whether most responses took longer than the wait.
    pub fn is_slow(&self) -> bool {
        let slow = self.recent.iter().filter(|took| **took > BUDGET).count();
        2 * slow > self.recent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: &[u64]) -> ResponseTimes {
        let mut times = ResponseTimes::default();
        for took in milliseconds {
            times.answered(Duration::from_millis(*took));
        }
        times
    }

    #[test]
    fn patience_follows_what_the_backend_needed() {
        assert_eq!(after(&[]).patience(), BUDGET, "nothing is known");
        assert_eq!(after(&[20, 5]).patience(), LEAST);
        assert_eq!(after(&[60, 20]).patience(), Duration::from_millis(600));
        assert_eq!(after(&[300]).patience(), BUDGET);
        assert_eq!(after(&[20, 20, 5_000]).patience(), BUDGET, "one that was slow");
        assert_eq!(after(&[2_000]).patience(), TO_LEAVE);
        assert_eq!(after(&[20, 2_000, 2_000]).patience(), TO_LEAVE);
    }

    #[test]
    fn a_backend_that_became_quick_is_known_to_be_after_a_while() {
        let mut times = after(&[2_000; 20]);
        assert!(times.is_slow());
        for _ in 0..8 {
            times.answered(Duration::from_millis(50));
        }
        assert!(!times.is_slow());
        for _ in 0..8 {
            times.answered(Duration::from_millis(50));
        }
        assert_eq!(times.patience(), LEAST);
    }
}
