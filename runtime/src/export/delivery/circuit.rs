//! A circuit breaker: a backend that is away must not cost every invocation its timeout. Pure, the clock is passed in: wall
//! clock nanoseconds, since the monotonic clock may stand still while Lambda freezes the environment.

use std::time::Duration;

use crate::config::Retry;
use crate::timestamp;

/// A failure that took this long opens the circuit at once: the next would cost as much.
const COSTLY: Duration = Duration::from_millis(250);
/// Quick failures in a row that open it.
const QUICK_FAILURES: u32 = 3;
/// After a quick failure the pause is no longer than this: asking again costs next to nothing, and what waits for the
/// backend's return is lost if the environment ends meanwhile.
const QUICK_PAUSE: Duration = Duration::from_secs(5);
/// Time of the first request that only asks whether the backend is back.
const FIRST_PROBE: Duration = Duration::from_millis(500);
/// Time of the later ones, unless the backend is known to need more.
const LONGEST_PROBE: Duration = Duration::from_secs(2);
/// A backend's own wish counts no longer than this.
const LONGEST_WISH: Duration = Duration::from_secs(30);

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Open,
    /// One, with this much time, to see whether the backend is back.
    Probe(Duration),
    /// Not now.
    Refused,
}

/// The state of one backend.
#[derive(Debug, Default)]
pub struct Circuit {
    failures: u32,
    pause: Option<Pause>,
    /// The backend wants no request for so long.
    asked: Option<Pause>,
    /// What the last request took that the backend answered.
    usual: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    from: u64,
    length: Duration,
}

impl Pause {
    /// A clock that was set back ends every pause.
    fn lasts(self, now: u64) -> bool {
        timestamp::between(self.from, now).is_some_and(|passed| passed < self.length)
    }
}

impl Circuit {
    /// Whether a request may be sent now.
    pub fn permit(&self, now: u64) -> Permit {
        match self.pause {
            _ if self.asked.is_some_and(|asked| asked.lasts(now)) => Permit::Refused,
            None => Permit::Open,
            Some(pause) if pause.lasts(now) => Permit::Refused,
            Some(pause) => Permit::Probe(self.probe_time(pause.length)),
        }
    }

    /// A probe is a real request. One that is broken off before a slow backend can answer fails for ever, and what it
    /// carried may be stored twice: so it gets what the backend needs, or more from time to time.
    fn probe_time(&self, pause: Duration) -> Duration {
        let longer = (pause / 2).clamp(FIRST_PROBE, LONGEST_PROBE);
        longer.max(self.usual * 2)
    }

    /// The backend asks for a pause; one that is unreasonably long is cut short.
    pub fn asked_for(&mut self, now: u64, pause: Duration) {
        let asked = Pause {
            from: now,
            length: pause.min(LONGEST_WISH),
        };
        let ends = |pause: Pause| u128::from(pause.from) + pause.length.as_nanos();
        self.asked = Some(match self.asked {
            Some(known) if ends(known) > ends(asked) => known,
            _ => asked,
        });
    }

    /// The backend answered, after `took`.
    pub fn answered(&mut self, took: Duration) {
        self.usual = took;
        self.close();
    }

    /// What is known against the backend counts no longer.
    pub fn close(&mut self) {
        *self = Circuit {
            usual: self.usual,
            ..Circuit::default()
        };
    }

    /// A request failed for a reason that may pass, after `took`.
    pub fn failed(&mut self, now: u64, took: Duration, retry: &Retry) {
        self.failures += 1;
        let longest = match took < COSTLY {
            true => retry.max_backoff.min(QUICK_PAUSE.max(retry.initial_backoff)),
            false => retry.max_backoff,
        };
        let length = match self.pause {
            Some(pause) => pause.length.saturating_mul(2).min(longest),
            None if took >= COSTLY || self.failures >= QUICK_FAILURES => retry.initial_backoff,
            None => return,
        };
        self.pause = Some(Pause { from: now, length });
    }

    /// The pause before a failed request is repeated within the same flush, if it may be: half of it is chance, so that
    /// many environments don't come back at once. `chance` is any random number.
    pub fn repetition(&self, now: u64, retry: &Retry, chance: u64) -> Option<Duration> {
        const FIRST: Duration = Duration::from_millis(50);
        if self.permit(now) != Permit::Open || self.failures == 0 {
            return None;
        }
        let whole = (FIRST * 2u32.pow(self.failures - 1)).min(retry.initial_backoff);
        Some(whole / 2 + whole.mul_f64((chance % 1_000) as f64 / 2_000.0))
    }
}

#[cfg(test)]
mod tests;
