//! A circuit breaker: a backend that is down must not cost every invocation its timeout. Pure, the clock is passed in:
//! wall clock nanoseconds, since the monotonic clock may stand still while Lambda freezes the environment.

use std::time::Duration;

use crate::config::Retry;
use crate::timestamp;

/// A failure that took this long opens the circuit at once: the next would cost as much.
const COSTLY: Duration = Duration::from_millis(250);
/// Consecutive quick failures that open it.
const QUICK_FAILURES: u32 = 3;
/// After a quick failure the pause is at most this long: a probe costs next to nothing, and what waits for the
/// backend's return is lost if the environment ends before it.
const QUICK_PAUSE: Duration = Duration::from_secs(5);
/// Time limit of the first probe, which tests whether the backend is back.
const FIRST_PROBE: Duration = Duration::from_millis(500);
/// Time limit of later probes, unless the backend is known to need more.
const LONGEST_PROBE: Duration = Duration::from_secs(2);
/// Maximum pause that a backend can request.
const LONGEST_WISH: Duration = Duration::from_secs(30);

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Open,
    /// One request with this time limit, to test whether the backend is back.
    Probe(Duration),
    /// Not now.
    Refused,
}

/// The state of one backend.
#[derive(Debug, Default)]
pub struct Circuit {
    failures: u32,
    pause: Option<Pause>,
    /// The pause that the backend requested.
    asked: Option<Pause>,
    /// How long the last answered request took.
    usual: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    from: u64,
    length: Duration,
}

impl Pause {
    /// If the clock was set back, every pause ends.
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

    /// A probe is a real request. If it were cancelled before a slow backend can respond, it would fail forever, and
    /// its records might be stored twice: it gets as long as the backend needs, and more from time to time.
    fn probe_time(&self, pause: Duration) -> Duration {
        let longer = (pause / 2).clamp(FIRST_PROBE, LONGEST_PROBE);
        longer.max(self.usual * 2)
    }

    /// The backend requested a pause; its length is limited.
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

    /// The backend responded, after `took`.
    pub fn answered(&mut self, took: Duration) {
        self.usual = took;
        self.close();
    }

    /// Forgets earlier failures of the backend.
    pub fn close(&mut self) {
        *self = Circuit {
            usual: self.usual,
            ..Circuit::default()
        };
    }

    /// A request failed for a temporary reason, after `took`.
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

    /// The pause before a failed request is retried within the same flush, if it may be: half of it is random, so that
    /// many environments do not retry at the same time. `chance` is any random number.
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
