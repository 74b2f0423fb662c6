//! When to send: a pure decision. The clock is passed in.

use std::time::{Duration, Instant};

/// Time left for Lambda between the end of our work and the function's deadline.
pub const DEADLINE_MARGIN: Duration = Duration::from_millis(100);

/// Telemetry of a long invocation is this old at most before some is sent while the function runs.
const LONGEST_HOLD: Duration = Duration::from_secs(20);

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// The time.
    pub now: Instant,
    /// When function and extensions must be done.
    pub deadline: Instant,
    /// Whether Lambda delivers telemetry. If not, the end of the invocation can't be seen.
    pub subscribed: bool,
    /// Whether the invocation has ended.
    pub done: bool,
    /// Bytes that wait.
    pub buffered: usize,
    /// Bytes that may wait.
    pub capacity: usize,
    /// When something was last sent while this invocation ran, or its start.
    pub last_sent: Instant,
}

/// What to do next during an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send everything until this time, then ask for the next event.
    Finish(Instant),
    /// Ask for the next event at once: there is no time to send.
    Leave,
    /// Send what there is while the function runs.
    Relieve,
    /// Look again after this time, or when telemetry arrives.
    Wait(Duration),
}

/// Decides what to do during an invocation: send after it, and during it only what would otherwise grow too large or
/// too old. Lines that leave early can't take the ids of a handler span that the function's SDK sends at its end.
pub fn decide(situation: &Situation) -> Decision {
    let Situation {
        now,
        deadline,
        subscribed,
        done,
        buffered,
        capacity,
        last_sent,
    } = *situation;
    let until = deadline.checked_sub(DEADLINE_MARGIN).unwrap_or(now);
    if now >= until {
        return Decision::Leave;
    }
    if done || !subscribed {
        return Decision::Finish(until);
    }
    if buffered >= capacity / 4 {
        return Decision::Relieve;
    }
    let due = last_sent + LONGEST_HOLD;
    if buffered > 0 && now >= due {
        return Decision::Relieve;
    }
    let wake = if due > now {
        due.min(until)
    } else {
        (now + LONGEST_HOLD).min(until)
    };
    Decision::Wait(wake - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn running(start: Instant) -> Situation {
        Situation {
            now: start,
            deadline: start + 60 * SECOND,
            subscribed: true,
            done: false,
            buffered: 10,
            capacity: 1_000,
            last_sent: start,
        }
    }

    #[test]
    fn after_the_invocation_everything_is_sent_within_the_deadline() {
        let start = Instant::now();
        let done = Situation {
            done: true,
            ..running(start)
        };
        assert_eq!(decide(&done), Decision::Finish(start + 60 * SECOND - DEADLINE_MARGIN));
    }

    #[test]
    fn near_the_deadline_nothing_is_begun() {
        let start = Instant::now();
        for now in [
            start + 60 * SECOND,
            start + 60 * SECOND - DEADLINE_MARGIN,
            start + 61 * SECOND,
        ] {
            let late = Situation {
                now,
                done: true,
                ..running(start)
            };
            assert_eq!(decide(&late), Decision::Leave);
        }
    }

    #[test]
    fn without_telemetry_it_does_not_wait_for_an_end_it_cannot_see() {
        let start = Instant::now();
        let blind = Situation {
            subscribed: false,
            ..running(start)
        };
        assert!(matches!(decide(&blind), Decision::Finish(_)));
    }

    #[test]
    fn much_or_old_telemetry_is_sent_while_the_function_runs() {
        let start = Instant::now();
        assert_eq!(decide(&running(start)), Decision::Wait(LONGEST_HOLD));
        assert_eq!(
            decide(&Situation {
                buffered: 250,
                ..running(start)
            }),
            Decision::Relieve
        );
        let old = Situation {
            now: start + LONGEST_HOLD,
            ..running(start)
        };
        assert_eq!(decide(&old), Decision::Relieve);
        let nothing = Situation { buffered: 0, ..old };
        assert_eq!(decide(&nothing), Decision::Wait(LONGEST_HOLD));
    }

    #[test]
    fn it_looks_again_before_the_deadline() {
        let start = Instant::now();
        let short = Situation {
            deadline: start + 3 * SECOND,
            ..running(start)
        };
        assert_eq!(decide(&short), Decision::Wait(3 * SECOND - DEADLINE_MARGIN));
    }
}
