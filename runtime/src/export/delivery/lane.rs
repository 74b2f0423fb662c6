//! The path of one signal to one exporter, with its own queue and circuit breaker. It never holds up another lane.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::circuit::{Circuit, Permit};
use super::purpose::Purpose;
use super::queue::Queue;
use super::response_times::ResponseTimes;
use super::underway::Underway;
use crate::config::Retry;
use crate::export::exporter::Exporter;
use crate::export::size::{Size, SizeLimit};
use crate::record::Signal;
use crate::timestamp;

/// Pause between attempts at shutdown, when there is no later time.
const SHUTDOWN_PAUSE: Duration = Duration::from_millis(100);

/// Maximum number of concurrent requests of one lane at the end of the environment: earlier failures and new records
/// are separate requests, and with a slow backend there is no time to send one after the other.
pub(super) const LAST_REQUESTS: u32 = 4;

/// How long to look for the response to an earlier request, which may have arrived while the environment was frozen.
const A_LOOK: Duration = Duration::from_millis(2);

/// The path of one signal to one exporter.
pub(super) struct Lane {
    /// Its index among the lanes.
    pub place: usize,
    /// The exporter's index among the destinations.
    pub destination: usize,
    pub signal: Signal,
    pub queue: RefCell<Queue>,
    pub circuit: RefCell<Circuit>,
    pub response_times: RefCell<ResponseTimes>,
    pub underway: Underway,
    /// Whether the last request failed and this was logged.
    pub failing: Cell<bool>,
    /// The request sizes that the backend accepts; kept when the exporters are created again.
    pub size_limit: Cell<SizeLimit>,
    /// Whether it was logged that the backend rejects requests for their size.
    pub split: Cell<bool>,
    /// Whether it was logged that single records are larger than the backend accepts.
    pub dropped: Cell<bool>,
    /// The generation of the exporters that the circuit's state refers to.
    generation: Cell<u64>,
    /// One flush at a time; at shutdown they send concurrently.
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
            response_times: RefCell::default(),
            underway: Underway::default(),
            failing: Cell::default(),
            size_limit: Cell::default(),
            split: Cell::default(),
            dropped: Cell::default(),
            generation: Cell::default(),
            turns: Semaphore::new(LAST_REQUESTS as usize),
        }
    }

    /// Waits for the lane's turn; `None` if it does not come in time. A lane whose request is still in flight does not
    /// hold up other lanes.
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

    /// Whether a request of this size is acceptable, as far as is known and by the protocol's usual limit.
    pub fn allows(&self, size: Size, exporter: &Exporter) -> bool {
        self.size_limit.get().allows(size) && exporter.usual_limit(self.signal).allows(size)
    }

    /// A request that began then was accepted, with this size.
    pub fn answered(&self, size: Option<Size>, began: Instant) {
        let mut limit = self.size_limit.get();
        if let Some(size) = size.filter(|size| !limit.allows(*size)) {
            limit.taken(size);
            self.size_limit.set(limit);
        }
        self.circuit.borrow_mut().answered(began.elapsed());
        self.response_times.borrow_mut().answered(began.elapsed());
    }

    /// A request that began then failed.
    pub fn failed(&self, began: Instant, retry: &Retry) {
        let mut circuit = self.circuit.borrow_mut();
        circuit.failed(timestamp::now(), began.elapsed(), retry);
    }

    /// A request of this size was too large; `named` is the backend's limit if it states one.
    pub fn too_large(&self, size: Size, named: Option<usize>) {
        let mut limit = self.size_limit.get();
        limit.refused(size, named);
        self.size_limit.set(limit);
    }

    /// Records that are queued or in flight.
    pub fn items(&self) -> usize {
        self.queue.borrow().items() + self.underway.items()
    }

    /// Whether a routine flush may send something. It does not wait again for a request that an earlier flush left, or
    /// a backend that hangs would delay every invocation; further requests are sent concurrently only if the backend is
    /// known to be slow.
    pub async fn has_turn(&self) -> bool {
        self.underway.one_ended(Instant::now() + A_LOOK).await;
        let is_slow = self.is_open() && self.response_times.borrow().is_slow();
        match self.underway.requests() {
            0 => true,
            others => is_slow && others < LAST_REQUESTS as usize,
        }
    }

    /// Until when a flush waits for a response; `budget` is what remains for requests that fail.
    pub fn answer_until(&self, until: Instant, purpose: Purpose, budget: Duration) -> Instant {
        match purpose {
            Purpose::Shutdown => until,
            Purpose::Routine => until.min(Instant::now() + self.response_times.borrow().patience().min(budget)),
        }
    }

    /// How long the next request may take; `None` if there is no time, or if it would be pointless.
    pub fn time_for_a_request(&self, until: Instant, purpose: Purpose) -> Option<Duration> {
        let left = until.checked_duration_since(Instant::now());
        let left = left.filter(|left| !left.is_zero())?;
        match self.circuit.borrow().permit(timestamp::now()) {
            _ if purpose == Purpose::Shutdown => Some(left),
            // The exporter's own timeout applies: the request may outlive the flush.
            Permit::Open => Some(Duration::MAX),
            Permit::Probe(time) => Some(time),
            Permit::Refused => None,
        }
    }

    /// The pause after a failure before the same flush retries; `None` if a later flush should.
    pub fn repetition(&self, retry: &Retry, until: Instant, purpose: Purpose) -> Option<Duration> {
        let pause = match purpose {
            Purpose::Shutdown => SHUTDOWN_PAUSE,
            Purpose::Routine => self.circuit.borrow().repetition(timestamp::now(), retry, chance())?,
        };
        (Instant::now() + pause < until).then_some(pause)
    }

    /// Whether records can currently be sent, as far as is known.
    pub fn is_open(&self) -> bool {
        self.circuit.borrow().permit(timestamp::now()) == Permit::Open
    }
}

/// A random number, from the seed of the standard library's hash tables.
fn chance() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(timestamp::now())
}
