//! Flushing: takes queued records, sends them, and keeps what failed for the next time.

mod circuit;
mod factory;
mod lane;
mod outcome;
pub(super) mod purpose;
mod queue;
mod request;
mod resource;
mod response_times;
mod results;
mod underway;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::exporter::Exporter;
use crate::buffer::{Source, Usage};
use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::record::Signal;
use crate::timestamp;
use factory::{ExporterFactory, ExporterSet};
use lane::{LAST_REQUESTS, Lane};
use outcome::Outcome;
use purpose::Purpose;
use queue::{Content, Waiting};
use response_times::BUDGET;

/// Approximate size of the records in one request, before encoding.
const REQUEST_BYTES: usize = 1024 * 1024;

/// An invocation waits this long for the first exporter; secrets usually take a tenth of it.
const SETUP_WAIT: Duration = Duration::from_millis(900);

/// A request older than this was probably frozen: few requests get so much time.
const FROZEN: Duration = Duration::from_secs(10);
/// Time to read responses that arrived while the environment was frozen.
const MOMENT: Duration = Duration::from_millis(100);

/// Sends what the source contains.
pub struct Delivery {
    source: Rc<RefCell<dyn Source>>,
    factory: Rc<ExporterFactory>,
    diagnostics: Rc<Diagnostics>,
    lanes: Vec<Lane>,
    /// Names of the exporters in messages; empty for a single one.
    names: Vec<String>,
    /// Capacity of one lane in bytes.
    lane_capacity: usize,
    /// Notified when a request was answered or given up.
    progress: Notify,
    /// Whether an invocation has already waited for the first exporter without success; later ones do not wait.
    waited: Cell<bool>,
}

impl Delivery {
    /// Delivers this source's telemetry according to the settings.
    pub fn new(
        source: Rc<RefCell<dyn Source>>,
        config: Config,
        account_id: Option<String>,
        diagnostics: Rc<Diagnostics>,
    ) -> Self {
        let destinations = &config.destinations;
        let mut lanes = Vec::new();
        // Logs are the largest part: the other signals are in flight before these are encoded.
        for is_logs in [false, true] {
            for (at, destination) in destinations.iter().enumerate() {
                let signals = destination.signals.iter();
                for signal in signals.filter(|signal| (**signal == Signal::Logs) == is_logs) {
                    lanes.push(Lane::new(lanes.len(), at, *signal));
                }
            }
        }
        let names = match destinations.len() {
            1 => Vec::new(),
            _ => destinations
                .iter()
                .map(|destination| destination.name.clone())
                .collect(),
        };
        let Usage { capacity, .. } = source.borrow().usage();
        Delivery {
            lanes,
            names,
            lane_capacity: capacity / (3 * destinations.len().max(1)),
            source,
            factory: Rc::new(ExporterFactory::new(config, account_id, Rc::clone(&diagnostics))),
            diagnostics,
            progress: Notify::new(),
            waited: Cell::new(false),
        }
    }

    /// Starts creating the exporters.
    pub fn prepare(&self) {
        self.factory.start();
    }

    /// Sends queued records until nothing is left, something fails or the time is over. What failed is kept.
    ///
    /// If a backend is at fault, a routine flush ends earlier: it waits [`BUDGET`] in all for requests that fail. A
    /// request in flight then continues, even through a freeze.
    pub async fn flush(self: &Rc<Self>, until: Instant, purpose: Purpose) {
        let began = Instant::now();
        if self.ready(until, purpose).await.is_none() {
            return;
        }
        let at_once = match purpose {
            Purpose::Routine => 1,
            Purpose::Shutdown => LAST_REQUESTS,
        };
        if purpose == Purpose::Shutdown {
            self.give_up_the_frozen(until).await;
        }
        let budget = BUDGET.saturating_sub(began.elapsed());
        let lanes = self.lanes.iter().flat_map(|lane| (0..at_once).map(move |_| lane));
        let drained = lanes.enumerate().map(async |(at, lane)| {
            if at > 0 {
                // Requests that are encoded are sent while the next one is encoded.
                tokio::task::yield_now().await;
            }
            if let Some(_turn) = lane.turn(until, purpose).await {
                self.drain(lane, until, purpose, budget).await;
            }
        });
        join_all(drained).await;
        self.discard_what_goes_nowhere();
        self.warn_of_drops();
    }

    async fn ready(&self, until: Instant, purpose: Purpose) -> Option<Rc<ExporterSet>> {
        if let Some(ready) = self.factory.ready_now() {
            return Some(ready);
        }
        let until = match purpose {
            Purpose::Routine if self.waited.get() => Instant::now(),
            _ => patience(until, purpose),
        };
        let ready = self.factory.ready(until).await;
        self.waited.set(ready.is_none());
        ready
    }

    /// Sends the records of one lane, one request after the other.
    async fn drain(self: &Rc<Self>, lane: &Lane, until: Instant, purpose: Purpose, mut budget: Duration) {
        if purpose == Purpose::Routine && !lane.has_turn().await {
            return;
        }
        loop {
            lane.reset_if_rebuilt(self.factory.generation());
            let Some(time) = lane.time_for_a_request(until, purpose) else {
                return;
            };
            let Some(ready) = self.factory.ready_now() else { return };
            let Some(exporter) = ready.exporters.get(lane.destination).and_then(Option::as_ref) else {
                return;
            };
            let began = Instant::now();
            let answer_until = lane.answer_until(until, purpose, budget);
            let outcome = self.attempt(lane, &ready, exporter, answer_until, time).await;
            self.progress.notify_waiters();
            match outcome {
                Outcome::Unanswered => return,
                // A request in flight may still fail and be queued again.
                Outcome::None if purpose == Purpose::Shutdown && lane.underway.requests() > 0 && began < until => {
                    lane.underway.one_ended(until).await;
                }
                Outcome::None => return,
                Outcome::Done => continue,
                Outcome::Refused => {}
                Outcome::Unauthorized if self.factory.refresh(purpose) => {
                    let until = match purpose {
                        Purpose::Shutdown => until,
                        Purpose::Routine => until.min(Instant::now() + budget),
                    };
                    self.factory.ready(until).await;
                }
                Outcome::Failed | Outcome::Unauthorized => {
                    let retry = exporter.retry(lane.signal);
                    let Some(pause) = lane.repetition(&retry, until, purpose) else {
                        return;
                    };
                    tokio::time::sleep(pause).await;
                }
            }
            budget = budget.saturating_sub(began.elapsed());
            if purpose == Purpose::Routine && budget.is_zero() {
                return;
            }
        }
    }

    /// Requests that are older than any timeout were frozen: their connections may be dead without notice. They get a
    /// moment for responses that arrived during the freeze, then their records are sent again.
    async fn give_up_the_frozen(&self, until: Instant) {
        let is_frozen = |lane: &&Lane| lane.underway.is_older_than(FROZEN, timestamp::now());
        let moment = until.min(Instant::now() + MOMENT);
        let frozen = self.lanes.iter().filter(is_frozen);
        join_all(frozen.map(async |lane| {
            while lane.underway.requests() > 0 && Instant::now() < moment {
                lane.underway.one_ended(moment).await;
            }
            lane.underway.give_up();
        }))
        .await;
    }

    /// Ensures that something is queued in the lane: what failed, what other lanes shared out, or what is in the
    /// buffer. False if there is nothing.
    async fn ensure_queued(&self, lane: &Lane, ready: &ExporterSet, exporter: &Exporter, until: Instant) -> bool {
        let limit = exporter.retry(lane.signal).max_elapsed_time;
        let expired = lane.queue.borrow_mut().expire(timestamp::now(), limit);
        self.source.borrow_mut().drops_mut().expired += expired as u64;
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

    /// Whether the other exporters of the signal keep up. One that is down is not waited for: its queue overflows.
    fn others_have_room(&self, lane: &Lane, ready: &ExporterSet) -> bool {
        self.lanes.iter().all(|other| {
            let away = !other.is_open()
                || other.underway.is_left()
                || !ready.exporters.get(other.destination).is_some_and(Option::is_some);
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
        let records = self.source.borrow_mut().take(signal, limit, since);
        if records.is_empty() {
            return false;
        }
        let mut lanes: Vec<&Lane> = self.lanes.iter().filter(|lane| lane.signal == signal).collect();
        let last = lanes.pop();
        let push = |lane: &Lane, records| {
            let content = Content::Batch(records);
            let dropped = lane
                .queue
                .borrow_mut()
                .push(Waiting { since, content }, self.lane_capacity);
            self.source.borrow_mut().drops_mut().queue_full += dropped as u64;
        };
        for lane in lanes {
            push(lane, records.clone());
        }
        if let Some(lane) = last {
            push(lane, records);
        }
        true
    }

    /// Discards signals without an exporter.
    fn discard_what_goes_nowhere(&self) {
        for signal in Signal::ALL {
            let carried = self.lanes.iter().any(|lane| lane.signal == signal);
            while !carried && self.share_out(signal) {}
        }
    }
}

/// Until when to wait for the exporters to be created: not too long if there is a later flush.
fn patience(until: Instant, purpose: Purpose) -> Instant {
    match purpose {
        Purpose::Shutdown => until,
        Purpose::Routine => until.min(Instant::now() + SETUP_WAIT),
    }
}
