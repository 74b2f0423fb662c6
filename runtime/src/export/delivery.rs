//! Flushing: takes what waits, sends it, and keeps what failed for the next time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::exporter::{Exporter, Verdict};
use super::judgement::Outcome;
use super::lane::{LAST_REQUESTS, Lane};
use super::queue::{Content, Waiting};
use super::setup::{Ready, Setup};
use crate::buffer::Signal;
use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::session::Session;
use crate::timestamp;

/// Records in one request, about, before encoding.
const REQUEST_BYTES: usize = 1024 * 1024;

/// An invocation waits this long for the first exporter; secrets usually take a tenth of it.
const SETUP_WAIT: Duration = Duration::from_secs(1);

/// Why there is a flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The invocation has ended, or goes on for long: what fails is sent next time.
    Routine,
    /// The environment ends: there is no next time.
    Shutdown,
}

/// Sends what the session holds.
pub struct Delivery {
    pub(super) session: Rc<RefCell<Session>>,
    pub(super) setup: Rc<Setup>,
    pub(super) diagnostics: Rc<Diagnostics>,
    pub(super) lanes: Vec<Lane>,
    /// What messages call the exporters; empty for the only one there is.
    pub(super) names: Vec<String>,
    /// Bytes that may wait in one lane.
    lane_capacity: usize,
    /// A request was answered or given up.
    progress: Notify,
    /// An invocation has waited for the first exporter in vain: the others don't.
    waited: Cell<bool>,
}

impl Delivery {
    /// Delivery of this session's telemetry as the settings say.
    pub fn new(
        session: Rc<RefCell<Session>>,
        config: Config,
        account_id: Option<String>,
        diagnostics: Rc<Diagnostics>,
    ) -> Self {
        let destinations = &config.destinations;
        let lanes = destinations.iter().enumerate().flat_map(|(at, destination)| {
            let signals = destination.signals.iter();
            signals.map(move |signal| Lane::new(at, *signal))
        });
        let mut lanes: Vec<Lane> = lanes.collect();
        // Logs are most of it: the others are on their way before these are encoded.
        lanes.sort_by_key(|lane| lane.signal == Signal::Logs);
        let names = match destinations.len() {
            1 => Vec::new(),
            _ => destinations
                .iter()
                .map(|destination| destination.name.clone())
                .collect(),
        };
        let (_, capacity) = session.borrow().fill();
        Delivery {
            lanes,
            names,
            lane_capacity: capacity / (3 * destinations.len().max(1)),
            session,
            setup: Rc::new(Setup::new(config, account_id, Rc::clone(&diagnostics))),
            diagnostics,
            progress: Notify::new(),
            waited: Cell::new(false),
        }
    }

    /// Begins to make the exporters ready.
    pub fn prepare(&self) {
        self.setup.start();
    }

    /// Sends what waits, until nothing is left, something fails or the time is over. What failed is kept.
    pub async fn flush(&self, until: Instant, purpose: Purpose) {
        if self.ready(until, purpose).await.is_none() {
            return;
        }
        let at_once = match purpose {
            Purpose::Routine => 1,
            Purpose::Shutdown => LAST_REQUESTS,
        };
        let lanes = self.lanes.iter().flat_map(|lane| (0..at_once).map(move |_| lane));
        let drained = lanes.enumerate().map(async |(at, lane)| {
            if at > 0 {
                // What was encoded first goes out while the next is encoded.
                tokio::task::yield_now().await;
            }
            if let Some(_turn) = lane.turn(until, purpose).await {
                self.drain(lane, until, purpose).await;
            }
        });
        join_all(drained).await;
        self.discard_what_goes_nowhere();
        self.warn_of_drops();
    }

    async fn ready(&self, until: Instant, purpose: Purpose) -> Option<Rc<Ready>> {
        if let Some(ready) = self.setup.ready_now() {
            return Some(ready);
        }
        let until = match purpose {
            Purpose::Routine if self.waited.get() => Instant::now(),
            _ => patience(until, purpose),
        };
        let ready = self.setup.ready(until).await;
        self.waited.set(ready.is_none());
        ready
    }

    /// Sends what one lane has, one request after the other.
    async fn drain(&self, lane: &Lane, until: Instant, purpose: Purpose) {
        loop {
            lane.meet(self.setup.generation());
            let Some(time) = lane.time_for_a_request(until, purpose) else {
                return;
            };
            let Some(ready) = self.setup.ready_now() else { return };
            let Some(exporter) = ready.exporters.get(lane.destination).and_then(Option::as_ref) else {
                return;
            };
            let outcome = self.attempt(lane, &ready, exporter, until, time).await;
            self.progress.notify_waiters();
            match outcome {
                Outcome::None => return,
                Outcome::Done => {}
                Outcome::Unauthorized if self.setup.refresh(purpose) => {
                    self.setup.ready(patience(until, purpose)).await;
                }
                Outcome::Failed | Outcome::Unauthorized => {
                    let retry = exporter.retry(lane.signal);
                    let Some(pause) = lane.repetition(&retry, until, purpose) else {
                        return;
                    };
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn attempt(
        &self,
        lane: &Lane,
        ready: &Ready,
        exporter: &Exporter,
        until: Instant,
        time: Duration,
    ) -> Outcome {
        if !self.fill(lane, ready, exporter, until).await {
            return Outcome::None;
        }
        let began = Instant::now();
        let verdict = exporter.prepare(time).await;
        if !matches!(verdict, Verdict::Delivered(_)) {
            return self.judge(lane, exporter, None, verdict, began);
        }
        let waiting = lane.queue.borrow_mut().pop();
        let Some(Waiting { since, content }) = waiting else {
            return Outcome::None;
        };
        let payload = match content {
            Content::Payload(payload) => Some(payload),
            Content::Records(records) => exporter.encode(lane.signal, records, &ready.resource),
        };
        // Records that the exporter doesn't take at all are dropped here.
        let Some(payload) = payload else { return Outcome::Done };
        let size = payload.request_size();
        if payload.items > 1 && !(lane.size_limit.get().allows(size) && exporter.usual_limit(lane.signal).allows(size))
        {
            let split = exporter.split(&payload);
            if split.parts.len() > 1 {
                self.queue_parts(lane, split, since, "");
                return Outcome::Done;
            }
        }
        let left = time.saturating_sub(began.elapsed());
        let began = Instant::now();
        let verdict = exporter.send(&payload, left).await;
        self.judge(lane, exporter, Some((payload, since)), verdict, began)
    }

    /// Sees to it that something waits in the lane: what failed, what other lanes took along, or what waits for all.
    /// False if there is nothing.
    async fn fill(&self, lane: &Lane, ready: &Ready, exporter: &Exporter, until: Instant) -> bool {
        let limit = exporter.retry(lane.signal).max_elapsed_time;
        let expired = lane.queue.borrow_mut().expire(timestamp::now(), limit);
        self.session.borrow_mut().drops_mut().expired += expired as u64;
        while lane.queue.borrow().is_empty() {
            if self.others_have_room(lane, ready) {
                return self.share_out(lane.signal);
            }
            let progress = tokio::time::timeout_at(until.into(), self.progress.notified());
            if progress.await.is_err() {
                return false;
            }
        }
        true
    }

    /// Whether the other exporters of the signal keep up. One that is away is not waited for: its queue overflows.
    fn others_have_room(&self, lane: &Lane, ready: &Ready) -> bool {
        self.lanes.iter().all(|other| {
            let away = !other.is_open() || !ready.exporters.get(other.destination).is_some_and(Option::is_some);
            std::ptr::eq(other, lane)
                || other.signal != lane.signal
                || away
                || other.queue.borrow().bytes() < self.lane_capacity
        })
    }

    /// Takes records of a signal out of the buffer, for every lane that carries it; false if there are none.
    fn share_out(&self, signal: Signal) -> bool {
        let since = timestamp::now();
        let limits = self.lanes.iter().filter(|lane| lane.signal == signal);
        let least = limits.map(|lane| lane.size_limit.get().plain()).min();
        let limit = REQUEST_BYTES.min(least.unwrap_or(REQUEST_BYTES));
        let records = self.session.borrow_mut().take(signal, limit, since);
        if records.is_empty() {
            return false;
        }
        let mut lanes: Vec<&Lane> = self.lanes.iter().filter(|lane| lane.signal == signal).collect();
        let last = lanes.pop();
        let push = |lane: &Lane, records| {
            let content = Content::Records(records);
            let dropped = lane
                .queue
                .borrow_mut()
                .push(Waiting { since, content }, self.lane_capacity);
            self.session.borrow_mut().drops_mut().queue_full += dropped as u64;
        };
        for lane in lanes {
            push(lane, records.clone());
        }
        if let Some(lane) = last {
            push(lane, records);
        }
        true
    }

    /// Signals that no exporter gets.
    fn discard_what_goes_nowhere(&self) {
        for signal in Signal::ALL {
            let carried = self.lanes.iter().any(|lane| lane.signal == signal);
            while !carried && self.share_out(signal) {}
        }
    }
}

/// Until when the exporters are waited for, while they are made: not for too long where there is a later flush.
fn patience(until: Instant, purpose: Purpose) -> Instant {
    match purpose {
        Purpose::Shutdown => until,
        Purpose::Routine => until.min(Instant::now() + SETUP_WAIT),
    }
}
