//! Requests of a lane that are in flight. They may outlive the flush that started them, and a freeze of the
//! environment.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::timestamp;

/// The requests of a lane.
#[derive(Default)]
pub(super) struct Underway {
    requests: Cell<usize>,
    items: Cell<usize>,
    /// When the oldest began, in wall-clock time.
    since: Cell<u64>,
    /// A flush has ended without waiting for the response.
    left: Cell<bool>,
    ended: Notify,
    given_up: Notify,
}

impl Underway {
    /// Begins a request with this many records; it ends when the returned guard is dropped.
    pub fn begin(&self, now: u64, items: usize) -> Request<'_> {
        if self.requests.get() == 0 {
            self.since.set(now);
        }
        self.requests.set(self.requests.get() + 1);
        self.items.set(self.items.get() + items);
        let underway = self;
        Request { underway, items }
    }

    /// The number of requests.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Records in them.
    pub fn items(&self) -> usize {
        self.items.get()
    }

    /// Whether a flush has ended without their response.
    pub fn is_left(&self) -> bool {
        self.left.get() && self.requests.get() > 0
    }

    /// Records that a flush ends without the response.
    pub fn leave(&self) {
        self.left.set(true);
    }

    /// Waits until one of them has ended, at most until the given time.
    pub async fn one_ended(&self, until: Instant) {
        if self.requests.get() > 0 {
            let _ = tokio::time::timeout_at(until.into(), self.ended.notified()).await;
        }
    }

    /// Whether the oldest began so long ago that it must have been frozen.
    pub fn is_older_than(&self, limit: Duration, now: u64) -> bool {
        let age = timestamp::between(self.since.get(), now);
        self.requests.get() > 0 && age.is_none_or(|age| age > limit)
    }

    /// Ends all of them; their records have to be sent again.
    pub fn give_up(&self) {
        self.given_up.notify_waiters();
    }

    /// Waits until they are given up.
    pub async fn given_up(&self) {
        self.given_up.notified().await;
    }
}

/// A request in flight.
pub(super) struct Request<'a> {
    underway: &'a Underway,
    items: usize,
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        let underway = self.underway;
        underway.items.set(underway.items.get() - self.items);
        underway.requests.set(underway.requests.get() - 1);
        if underway.requests.get() == 0 {
            underway.left.set(false);
        }
        underway.ended.notify_waiters();
    }
}
