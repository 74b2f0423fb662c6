//! Whether an invocation's last lines are waited for, once its handler has ended. Pure.

use std::time::Duration;

use super::rhythm::Rhythm;

/// Invocations that come more often than this bring each other's lines.
const SOON: Duration = Duration::from_secs(5);

/// Whether Lambda's word on the end of an invocation, and with it the last of its lines, is waited for although the tracing
/// layer has told the end. The Telemetry API holds both back for 25 ms, which are billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitForLogs {
    /// Where the lines would be missed, or would leave late: after a failure, and unless invocations come one soon after the
    /// other.
    #[default]
    Auto,
    /// After every invocation.
    Always,
    /// After none.
    Never,
}

impl WaitForLogs {
    /// Whether it is waited after an invocation that has `failed`, or not.
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
            // A clock that went back says nothing of the next invocation.
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
