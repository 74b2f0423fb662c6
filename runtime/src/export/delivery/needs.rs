//! What a backend has needed so far, and so how long a flush waits for its answer. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// Most that a fault of any kind adds to one invocation. A request that takes longer goes on while the environment is frozen,
/// and its answer is read afterwards.
pub const BUDGET: Duration = Duration::from_secs(1);

/// Least that is waited: a hiccup of the network is no fault.
const LEAST: Duration = Duration::from_millis(500);

/// Of a backend that mostly needs longer than the budget no answer is waited for, only that the request leaves.
const TO_LEAVE: Duration = Duration::from_millis(100);

/// An answer within so many times the slowest of late is nothing unusual.
const UNUSUAL: u32 = 10;

/// Answers that are remembered.
const REMEMBERED: usize = 16;

/// How long the last answers took.
#[derive(Debug, Default)]
pub struct Needs {
    recent: VecDeque<Duration>,
}

impl Needs {
    /// The backend answered, after `took`.
    pub fn answered(&mut self, took: Duration) {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(took);
    }

    /// How long an answer is waited for while there is a later time: by the median and the slowest of late.
    pub fn patience(&self) -> Duration {
        match self.recent.iter().max() {
            None => BUDGET,
            Some(_) if self.is_slow() => TO_LEAVE,
            Some(slowest) => (*slowest * UNUSUAL).clamp(LEAST, BUDGET),
        }
    }

    /// Whether most answers took longer than is waited.
    pub fn is_slow(&self) -> bool {
        let slow = self.recent.iter().filter(|took| **took > BUDGET).count();
        2 * slow > self.recent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: &[u64]) -> Needs {
        let mut needs = Needs::default();
        for took in milliseconds {
            needs.answered(Duration::from_millis(*took));
        }
        needs
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
        let mut needs = after(&[2_000; 20]);
        assert!(needs.is_slow());
        for _ in 0..8 {
            needs.answered(Duration::from_millis(50));
        }
        assert!(!needs.is_slow());
        for _ in 0..8 {
            needs.answered(Duration::from_millis(50));
        }
        assert_eq!(needs.patience(), LEAST);
    }
}
