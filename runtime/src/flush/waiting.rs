//! Whether to wait for an invocation's last lines once its handler has ended. Pure.

use std::time::Duration;

use super::rhythm::Rhythm;

/// If invocations come more often than this, each sends the previous one's lines.
const SOON: Duration = Duration::from_secs(5);

/// Whether to wait for Lambda's event about the end of an invocation, and with it for its last lines, although the
/// tracing layer has signalled the end. The Telemetry API holds both back for 25 ms, which are billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitForLogs {
    /// If the lines would be missed, or sent late: after a failure, and unless invocations follow each other quickly.
    #[default]
    Auto,
    /// After every invocation.
    Always,
    /// After no invocation.
    Never,
}

impl WaitForLogs {
    /// Whether to wait after an invocation, which may have `failed`.
    pub fn waits(self, failed: bool, rhythm: &Rhythm) -> bool {
        match self {
            WaitForLogs::Always => true,
            WaitForLogs::Never => false,
            WaitForLogs::Auto => failed || rhythm.newest_gap().is_none_or(|gap| gap > SOON),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn waits(wait: WaitForLogs, failed: bool, invoked: &[u64]) -> bool {
        let mut rhythm = Rhythm::default();
        invoked.iter().for_each(|second| rhythm.invoked(second * SECOND));
        wait.waits(failed, &rhythm)
    }

    #[test]
    fn lines_that_would_be_missed_are_waited_for() {
        for (failed, invoked, expected) in [
            (false, &[100][..], true),
            (false, &[100, 105], false),
            (false, &[100, 106], true),
            (false, &[100, 106, 107], false),
            (true, &[100, 101, 102], true),
            // If the clock went back, nothing is known about the next invocation.
            (false, &[100, 90], false),
        ] {
            assert_eq!(
                waits(WaitForLogs::Auto, failed, invoked),
                expected,
                "{failed} {invoked:?}"
            );
            assert!(waits(WaitForLogs::Always, failed, invoked));
            assert!(!waits(WaitForLogs::Never, failed, invoked));
        }
    }
}
