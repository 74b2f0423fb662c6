//! The time of the last flush and the rate of invocations: the basis of decisions about flushing.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::buffer::Usage;
use crate::flush::{FlushMode, FlushPlan, Rhythm, WaitForLogs};
use crate::invocation::HandlerEnd;
use crate::timestamp;

/// Pause after a flush that sent too little.
const REST: Duration = Duration::from_millis(250);

/// The state of flushing.
pub(super) struct FlushState {
    mode: FlushMode,
    wait: WaitForLogs,
    rhythm: RefCell<Rhythm>,
    /// When the last flush ended, by the wall clock: the monotonic clock may stand still while Lambda freezes the
    /// environment.
    flushed: Cell<u64>,
    invoked: Cell<Instant>,
    /// Whether the last flush left much behind.
    in_vain: Cell<bool>,
}

impl FlushState {
    pub(super) fn new(mode: FlushMode, wait: WaitForLogs) -> Self {
        FlushState {
            mode,
            wait,
            rhythm: RefCell::default(),
            flushed: Cell::new(timestamp::now()),
            invoked: Cell::new(Instant::now()),
            in_vain: Cell::new(false),
        }
    }

    pub(super) fn invoked(&self) {
        self.rhythm.borrow_mut().invoked(timestamp::now());
        self.invoked.set(Instant::now());
    }

    /// The environment was frozen, so everything that ran before has finished or has made almost no progress.
    pub(super) fn thawed(&self) {
        self.invoked.set(Instant::now());
    }

    pub(super) fn plan(&self) -> FlushPlan {
        self.rhythm.borrow().plan(self.mode)
    }

    /// Whether to wait for the last lines of an invocation whose handler ended in this way.
    pub(super) fn waits_for_lines(&self, end: HandlerEnd) -> bool {
        self.wait.waits(end.failed, &self.rhythm.borrow())
    }

    /// Records the end of a flush that left this much in the buffer.
    pub(super) fn flushed(&self, left: Usage) {
        self.flushed.set(timestamp::now());
        self.in_vain.set(left.bytes >= left.capacity / 4);
    }

    pub(super) fn since_flush(&self) -> Duration {
        timestamp::between(self.flushed.get(), timestamp::now()).unwrap_or_default()
    }

    pub(super) fn since_invoke(&self) -> Duration {
        self.invoked.get().elapsed()
    }

    /// If the backend is healthy, the buffer has room at once; only a flush that sent too little is followed by a
    /// pause.
    pub(super) fn rest(&self) -> Duration {
        match self.in_vain.get() {
            true => REST,
            false => Duration::ZERO,
        }
    }
}
