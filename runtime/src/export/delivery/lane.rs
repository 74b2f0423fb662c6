//! The way of one signal to one exporter: its own queue, its own circuit breaker. What happens here holds no other lane up.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::circuit::{Circuit, Permit};
use super::needs::Needs;
use super::purpose::Purpose;
use super::queue::Queue;
use super::underway::Underway;
use crate::config::Retry;
use crate::export::exporter::Exporter;
use crate::export::size::{Size, SizeLimit};
use crate::record::Signal;
use crate::timestamp;

/// Pause between attempts at shutdown, when there is no later time.
const SHUTDOWN_PAUSE: Duration = Duration::from_millis(100);

/// Requests of one lane under way at once when the environment ends: what failed before and what came since are separate
/// requests, and a slow backend has no time for one after the other.
pub(super) const LAST_REQUESTS: u32 = 4;

/// So long the answer to an earlier request is looked for, which may have come while the environment was frozen.
const A_LOOK: Duration = Duration::from_millis(2);

/// The way of one signal to one exporter.
pub(super) struct Lane {
    /// Its place among the lanes.
    pub place: usize,
    /// The exporter's place among the destinations.
    pub destination: usize,
    pub signal: Signal,
    pub queue: RefCell<Queue>,
    pub circuit: RefCell<Circuit>,
    pub needs: RefCell<Needs>,
    pub underway: Underway,
    /// The last request failed, and that was said.
    pub failing: Cell<bool>,
    /// The sizes that the backend takes; it stays known when the exporters are made anew.
    pub size_limit: Cell<SizeLimit>,
    /// It was said that the backend refuses requests for their size.
    pub split: Cell<bool>,
    /// It was said that single records are larger than the backend takes.
    pub dropped: Cell<bool>,
    /// The making of the exporters that the circuit's state is about.
    generation: Cell<u64>,
    /// One flush at a time; the last ones send side by side.
    turns: Semaphore,
}

impl Lane {
    pub fn new(place: usize, destination: usize, signal: Signal) -> Self {
        Lane {
            place,
            destination,
            signal,
            queue: RefCell::default(),
            circuit: RefCell::default(),
            needs: RefCell::default(),
            underway: Underway::default(),
            failing: Cell::default(),
            size_limit: Cell::default(),
            split: Cell::default(),
            dropped: Cell::default(),
            generation: Cell::default(),
            turns: Semaphore::new(LAST_REQUESTS as usize),
        }
    }

    /// Waits for the lane's turn; `None` if that doesn't come in time. A lane whose request is still under way holds no
    /// other lane up.
    pub async fn turn(&self, until: Instant, purpose: Purpose) -> Option<SemaphorePermit<'_>> {
        let turns = match purpose {
            Purpose::Routine => self.turns.acquire_many(LAST_REQUESTS),
            Purpose::Shutdown => self.turns.acquire_many(1),
        };
        tokio::time::timeout_at(until.into(), turns).await.ok()?.ok()
    }

    /// Resets the circuit breaker after the exporters were rebuilt with new keys.
    pub fn reset_if_rebuilt(&self, generation: u64) {
        if self.generation.replace(generation) != generation {
            self.circuit.borrow_mut().close();
        }
    }

    /// Whether a request of this size is not known to be too large, nor usually is.
    pub fn allows(&self, size: Size, exporter: &Exporter) -> bool {
        self.size_limit.get().allows(size) && exporter.usual_limit(self.signal).allows(size)
    }

    /// A request that began then was taken, with so many bytes.
    pub fn answered(&self, size: Option<Size>, began: Instant) {
        let mut limit = self.size_limit.get();
        if let Some(size) = size.filter(|size| !limit.allows(*size)) {
            limit.taken(size);
            self.size_limit.set(limit);
        }
        self.circuit.borrow_mut().answered(began.elapsed());
        self.needs.borrow_mut().answered(began.elapsed());
    }

    /// A request that began then failed.
    pub fn failed(&self, began: Instant, retry: &Retry) {
        let mut circuit = self.circuit.borrow_mut();
        circuit.failed(timestamp::now(), began.elapsed(), retry);
    }

    /// A request of this size was too large; `named` is the backend's limit where it names one.
    pub fn too_large(&self, size: Size, named: Option<usize>) {
        let mut limit = self.size_limit.get();
        limit.refused(size, named);
        self.size_limit.set(limit);
    }

    /// Records that wait or are under way.
    pub fn items(&self) -> usize {
        self.queue.borrow().items() + self.underway.items()
    }

    /// Whether a routine flush may send something. A request that an earlier flush left is not waited for again, or a backend
    /// that hangs would cost every invocation something; beside it there are others only where the backend is known to take
    /// its time.
    pub async fn has_turn(&self) -> bool {
        self.underway.one_ended(Instant::now() + A_LOOK).await;
        let is_slow = self.is_open() && self.needs.borrow().is_slow();
        match self.underway.requests() {
            0 => true,
            others => is_slow && others < LAST_REQUESTS as usize,
        }
    }

    /// Until when a flush waits for an answer; `budget` is left for what comes to nothing.
    pub fn answer_until(&self, until: Instant, purpose: Purpose, budget: Duration) -> Instant {
        match purpose {
            Purpose::Shutdown => until,
            Purpose::Routine => until.min(Instant::now() + self.needs.borrow().patience().min(budget)),
        }
    }

    /// How long the next request may take; none if there is no time or no use.
    pub fn time_for_a_request(&self, until: Instant, purpose: Purpose) -> Option<Duration> {
        let left = until.checked_duration_since(Instant::now());
        let left = left.filter(|left| !left.is_zero())?;
        match self.circuit.borrow().permit(timestamp::now()) {
            _ if purpose == Purpose::Shutdown => Some(left),
            // The exporter's own timeout counts: the request may outlive the flush.
            Permit::Open => Some(Duration::MAX),
            Permit::Probe(time) => Some(time),
            Permit::Refused => None,
        }
    }

    /// The pause after a failure until the same flush tries again; none if it is left to a later one.
    pub fn repetition(&self, retry: &Retry, until: Instant, purpose: Purpose) -> Option<Duration> {
        let pause = match purpose {
            Purpose::Shutdown => SHUTDOWN_PAUSE,
            Purpose::Routine => self.circuit.borrow().repetition(timestamp::now(), retry, chance())?,
        };
        (Instant::now() + pause < until).then_some(pause)
    }

    /// Whether records can be sent at this moment, as far as is known.
    pub fn is_open(&self) -> bool {
        self.circuit.borrow().permit(timestamp::now()) == Permit::Open
    }
}

/// A random number. The standard library seeds its hash tables so.
fn chance() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(timestamp::now())
}
