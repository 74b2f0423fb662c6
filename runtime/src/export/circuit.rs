//! A circuit breaker: a backend that is away must not cost every invocation its timeout. Pure, the clock is passed in.

use std::time::{Duration, Instant};

/// A failure that took this long opens the circuit at once: the next would cost as much.
const COSTLY: Duration = Duration::from_millis(250);
/// Quick failures in a row that open it.
const QUICK_FAILURES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Open,
    /// One, with little time, to see whether the backend is back.
    Probe,
    /// Not now.
    Refused,
}

/// The state of one backend.
#[derive(Debug, Default)]
pub struct Circuit {
    failures: u32,
    pause: Option<Pause>,
    /// The backend wants no request before.
    asked: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Instant,
    length: Duration,
}

impl Circuit {
    /// Whether a request may be sent now.
    pub fn permit(&self, now: Instant) -> Permit {
        match self.pause {
            _ if self.asked.is_some_and(|until| now < until) => Permit::Refused,
            None => Permit::Open,
            Some(pause) if now >= pause.until => Permit::Probe,
            Some(_) => Permit::Refused,
        }
    }

    /// The backend asks for a pause; one that is unreasonably long is cut short.
    pub fn asked_for(&mut self, now: Instant, pause: Duration) {
        let until = now + pause.min(LONGEST_PAUSE);
        self.asked = Some(self.asked.map_or(until, |known| known.max(until)));
    }

    /// The backend answered.
    pub fn succeeded(&mut self) {
        *self = Circuit::default();
    }

    /// A request failed for a reason that may pass, after `took`.
    pub fn failed(&mut self, now: Instant, took: Duration) {
        self.failures += 1;
        let length = match self.pause {
            Some(pause) => (pause.length * 2).min(LONGEST_PAUSE),
            None if took >= COSTLY || self.failures >= QUICK_FAILURES => FIRST_PAUSE,
            None => return,
        };
        self.pause = Some(Pause {
            until: now + length,
            length,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(1);

    #[test]
    fn quick_failures_open_it_after_a_few() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        circuit.failed(now, QUICK);
        circuit.failed(now, QUICK);
        assert_eq!(circuit.permit(now), Permit::Open);
        circuit.failed(now, QUICK);
        assert_eq!(circuit.permit(now), Permit::Refused);
        assert_eq!(circuit.permit(now + FIRST_PAUSE), Permit::Probe);
    }

    #[test]
    fn one_costly_failure_opens_it() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        circuit.failed(now, Duration::from_secs(5));
        assert_eq!(circuit.permit(now), Permit::Refused);
    }

    #[test]
    fn failed_probes_double_the_pause_up_to_a_limit() {
        let (mut circuit, mut now) = (Circuit::default(), Instant::now());
        circuit.failed(now, COSTLY);
        now += FIRST_PAUSE;
        circuit.failed(now, QUICK);
        assert_eq!(circuit.permit(now + FIRST_PAUSE), Permit::Refused);
        assert_eq!(circuit.permit(now + 2 * FIRST_PAUSE), Permit::Probe);
        for _ in 0..20 {
            circuit.failed(now, QUICK);
        }
        assert_eq!(circuit.permit(now + LONGEST_PAUSE), Permit::Probe);
    }

    #[test]
    fn pauses_that_the_backend_asks_for_are_kept() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        circuit.asked_for(now, 5 * FIRST_PAUSE);
        circuit.asked_for(now, FIRST_PAUSE);
        circuit.failed(now, QUICK);
        assert_eq!(circuit.permit(now + 4 * FIRST_PAUSE), Permit::Refused);
        assert_eq!(circuit.permit(now + 5 * FIRST_PAUSE), Permit::Open);
        circuit.asked_for(now, Duration::MAX);
        assert_eq!(circuit.permit(now + LONGEST_PAUSE), Permit::Open);
        circuit.asked_for(now, LONGEST_PAUSE);
        circuit.succeeded();
        assert_eq!(circuit.permit(now), Permit::Open);
    }

    #[test]
    fn success_closes_it() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        circuit.failed(now, COSTLY);
        circuit.succeeded();
        assert_eq!(circuit.permit(now), Permit::Open);
        circuit.failed(now, QUICK);
        assert_eq!(circuit.permit(now), Permit::Open);
    }
}
