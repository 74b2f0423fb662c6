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
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(1);
    const NOW: u64 = 1_700_000_000_000_000_000;
    const SECOND: u64 = 1_000_000_000;

    fn failed(circuit: &mut Circuit, now: u64, took: Duration) {
        circuit.failed(now, took, &Retry::default());
    }

    #[test]
    fn quick_failures_open_it_after_a_few() {
        let mut circuit = Circuit::default();
        failed(&mut circuit, NOW, QUICK);
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.permit(NOW), Permit::Open);
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.permit(NOW), Permit::Refused);
        assert_eq!(circuit.permit(NOW + SECOND), Permit::Probe(FIRST_PROBE));
    }

    #[test]
    fn one_costly_failure_opens_it() {
        let mut circuit = Circuit::default();
        failed(&mut circuit, NOW, Duration::from_secs(5));
        assert_eq!(circuit.permit(NOW), Permit::Refused);
        assert_eq!(circuit.permit(NOW - SECOND), Permit::Probe(FIRST_PROBE));
    }

    #[test]
    fn failed_probes_double_the_pause_up_to_a_limit() {
        let (mut circuit, mut now) = (Circuit::default(), NOW);
        failed(&mut circuit, now, COSTLY);
        now += SECOND;
        failed(&mut circuit, now, COSTLY);
        assert_eq!(circuit.permit(now + SECOND), Permit::Refused);
        assert!(probes(&circuit, now + 2 * SECOND));
        for _ in 0..20 {
            failed(&mut circuit, now, COSTLY);
        }
        assert_eq!(circuit.permit(now + 29 * SECOND), Permit::Refused);
        assert!(probes(&circuit, now + 30 * SECOND));
    }

    #[test]
    fn a_backend_that_fails_quickly_is_asked_more_often() {
        let mut circuit = Circuit::default();
        for _ in 0..20 {
            failed(&mut circuit, NOW, QUICK);
        }
        assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
        assert!(probes(&circuit, NOW + 5 * SECOND));
        let slow = Duration::from_secs(60);
        let retry = Retry {
            initial_backoff: slow,
            max_backoff: slow,
            ..Retry::default()
        };
        let mut circuit = Circuit::default();
        for _ in 0..20 {
            circuit.failed(NOW, QUICK, &retry);
        }
        assert_eq!(
            circuit.permit(NOW + 59 * SECOND),
            Permit::Refused,
            "but not more often than the user says"
        );
    }

    #[test]
    fn a_probe_gets_the_time_that_the_backend_needs() {
        let mut circuit = Circuit::default();
        circuit.answered(Duration::from_secs(3));
        failed(&mut circuit, NOW, COSTLY);
        assert_eq!(circuit.permit(NOW + SECOND), Permit::Probe(Duration::from_secs(6)));
        let mut unknown = Circuit::default();
        let mut times = Vec::new();
        for _ in 0..5 {
            failed(&mut unknown, NOW, COSTLY);
            if let Permit::Probe(time) = unknown.permit(NOW + 30 * SECOND) {
                times.push(time.as_millis());
            }
        }
        assert_eq!(times, [500, 1_000, 2_000, 2_000, 2_000], "or a little more each time");
    }

    fn probes(circuit: &Circuit, now: u64) -> bool {
        matches!(circuit.permit(now), Permit::Probe(_))
    }

    #[test]
    fn the_users_pauses_count() {
        let retry = Retry {
            initial_backoff: Duration::from_secs(5),
            max_backoff: Duration::from_secs(7),
            ..Retry::default()
        };
        let mut circuit = Circuit::default();
        circuit.failed(NOW, COSTLY, &retry);
        assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
        assert!(probes(&circuit, NOW + 5 * SECOND));
        circuit.failed(NOW, COSTLY, &retry);
        assert!(probes(&circuit, NOW + 7 * SECOND));
    }

    #[test]
    fn pauses_that_the_backend_asks_for_are_kept() {
        let mut circuit = Circuit::default();
        circuit.asked_for(NOW, Duration::from_secs(5));
        circuit.asked_for(NOW, Duration::from_secs(1));
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
        assert_eq!(circuit.permit(NOW + 5 * SECOND), Permit::Open);
        circuit.asked_for(NOW, Duration::MAX);
        assert_eq!(circuit.permit(NOW + 30 * SECOND), Permit::Open);
        circuit.asked_for(NOW, LONGEST_WISH);
        circuit.close();
        assert_eq!(circuit.permit(NOW), Permit::Open);
    }

    #[test]
    fn success_closes_it() {
        let mut circuit = Circuit::default();
        failed(&mut circuit, NOW, COSTLY);
        circuit.answered(QUICK);
        assert_eq!(circuit.permit(NOW), Permit::Open);
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.permit(NOW), Permit::Open);
    }

    #[test]
    fn quick_failures_are_repeated_within_the_flush() {
        let (mut circuit, retry) = (Circuit::default(), Retry::default());
        assert_eq!(circuit.repetition(NOW, &retry, 0), None);
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.repetition(NOW, &retry, 0), Some(Duration::from_millis(25)));
        let most = circuit.repetition(NOW, &retry, 999).unwrap();
        assert!(
            most > Duration::from_millis(49) && most < Duration::from_millis(50),
            "{most:?}"
        );
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.repetition(NOW, &retry, 1_000), Some(Duration::from_millis(50)));
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.repetition(NOW, &retry, 0), None);
    }

    #[test]
    fn a_backend_that_asked_for_a_pause_gets_no_repetition() {
        let mut circuit = Circuit::default();
        circuit.asked_for(NOW, Duration::from_secs(1));
        failed(&mut circuit, NOW, QUICK);
        assert_eq!(circuit.repetition(NOW, &Retry::default(), 0), None);
    }
}
