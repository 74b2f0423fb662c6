//! Flushing: takes what waits, sends it, and keeps what failed for the next time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::circuit::{Circuit, Permit};
use super::exporter::{Payload, Verdict};
use super::setup::{Ready, Setup};
use crate::buffer::Signal;
use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::session::{Records, Session};
use crate::timestamp;

/// Records in one request, about, before encoding.
const REQUEST_BYTES: usize = 1024 * 1024;

/// An invocation waits this long for the first exporter; secrets usually take a tenth of it.
const SETUP_WAIT: Duration = Duration::from_secs(1);

/// Time of a request that only asks whether the backend is back.
const PROBE_TIME: Duration = Duration::from_millis(500);

/// Pause between attempts at shutdown, when there is no later time.
const SHUTDOWN_PAUSE: Duration = Duration::from_millis(100);

const CHECK_KEY: &str = "check the key in the exporter's settings";

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
    session: Rc<RefCell<Session>>,
    setup: Rc<Setup>,
    diagnostics: Rc<Diagnostics>,
    /// Encoded requests that failed, at most one for each signal: more is only encoded when it can be sent.
    failed: RefCell<Vec<Payload>>,
    circuit: RefCell<Circuit>,
    /// An invocation has waited for the first exporter in vain: the others don't.
    waited: Cell<bool>,
    failing: Cell<bool>,
    one_at_a_time: Mutex<()>,
}

/// What one round of requests came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    /// There was nothing left to send.
    Empty,
    /// All of it was taken.
    Delivered,
    /// Some failed and is kept.
    Failed,
    /// Our key isn't accepted.
    Unauthorized,
}

impl Delivery {
    /// Delivery of this session's telemetry as the settings say.
    pub fn new(
        session: Rc<RefCell<Session>>,
        config: Config,
        account_id: Option<String>,
        diagnostics: Rc<Diagnostics>,
    ) -> Self {
        Delivery {
            session,
            setup: Rc::new(Setup::new(config, account_id, Rc::clone(&diagnostics))),
            diagnostics,
            failed: RefCell::default(),
            circuit: RefCell::default(),
            waited: Cell::new(false),
            failing: Cell::new(false),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// Begins to make the exporter ready.
    pub fn prepare(&self) {
        self.setup.start();
    }

    /// Sends what waits, until nothing is left, something fails or the time is over. What failed is kept.
    pub async fn flush(&self, until: Instant, purpose: Purpose) {
        let _turn = self.one_at_a_time.lock().await;
        let Some(mut ready) = self.ready(until, purpose).await else {
            return;
        };
        while let Some(time) = self.time_for_a_round(until, purpose) {
            match self.round(&ready, time).await {
                Round::Empty => break,
                Round::Delivered => {}
                Round::Unauthorized if self.setup.refresh() => match self.renewed(until, purpose).await {
                    Some(renewed) => ready = renewed,
                    None => break,
                },
                Round::Failed if purpose == Purpose::Shutdown => tokio::time::sleep(SHUTDOWN_PAUSE).await,
                Round::Failed | Round::Unauthorized => break,
            }
        }
        self.warn_of_drops();
    }

    async fn ready(&self, until: Instant, purpose: Purpose) -> Option<Rc<Ready>> {
        if let Some(ready) = self.setup.ready_now() {
            return Some(ready);
        }
        let until = match purpose {
            Purpose::Shutdown => until,
            Purpose::Routine if self.waited.get() => Instant::now(),
            Purpose::Routine => until.min(Instant::now() + SETUP_WAIT),
        };
        let ready = self.setup.ready(until).await;
        self.waited.set(ready.is_none());
        ready
    }

    /// The exporter once its secrets are fetched again; the old one if that takes too long.
    async fn renewed(&self, until: Instant, purpose: Purpose) -> Option<Rc<Ready>> {
        let patience = match purpose {
            Purpose::Shutdown => until,
            Purpose::Routine => until.min(Instant::now() + SETUP_WAIT),
        };
        self.setup.ready(patience).await
    }

    /// How long the next requests may take; none if there is no time or no use.
    fn time_for_a_round(&self, until: Instant, purpose: Purpose) -> Option<Duration> {
        let now = Instant::now();
        let left = until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        match self.circuit.borrow().permit(now) {
            Permit::Open => Some(left),
            _ if purpose == Purpose::Shutdown => Some(left),
            Permit::Probe => Some(left.min(PROBE_TIME)),
            Permit::Refused => None,
        }
    }

    /// Sends one request of each signal at once.
    async fn round(&self, ready: &Ready, time: Duration) -> Round {
        if self.session.borrow().waiting() == 0 && self.failed.borrow().is_empty() {
            return Round::Empty;
        }
        let began = Instant::now();
        if let Some(failure) = self.unprepared(ready, time).await {
            self.circuit.borrow_mut().failed(Instant::now(), began.elapsed());
            return failure;
        }
        let [logs, traces, metrics] = Signal::ALL.map(|signal| self.payload(ready, signal));
        if logs.is_none() && traces.is_none() && metrics.is_none() {
            return Round::Empty;
        }
        let rounds = tokio::join!(
            self.send(ready, logs, time),
            self.send(ready, traces, time),
            self.send(ready, metrics, time)
        );
        let rounds: [Round; 3] = rounds.into();
        if rounds.contains(&Round::Failed) || rounds.contains(&Round::Unauthorized) {
            self.circuit.borrow_mut().failed(Instant::now(), began.elapsed());
        } else {
            self.circuit.borrow_mut().succeeded();
            if self.failing.replace(false) {
                self.diagnostics
                    .info("the backend takes telemetry again; what was kept is sent");
            }
        }
        match () {
            () if rounds.contains(&Round::Unauthorized) => Round::Unauthorized,
            () if rounds.contains(&Round::Failed) => Round::Failed,
            () => Round::Delivered,
        }
    }

    /// The next request of a signal: the one that failed, else what waits. Records that the backend doesn't take at all
    /// are dropped here.
    fn payload(&self, ready: &Ready, signal: Signal) -> Option<Payload> {
        let mut failed = self.failed.borrow_mut();
        if let Some(at) = failed.iter().position(|payload| payload.signal == signal) {
            return Some(failed.swap_remove(at));
        }
        loop {
            let records: Records = self.session.borrow_mut().take(signal, REQUEST_BYTES, timestamp::now());
            if records.is_empty() {
                return None;
            }
            let payload = ready.exporter.encode(signal, records, &ready.resource);
            if payload.is_some() {
                return payload;
            }
        }
    }

    async fn send(&self, ready: &Ready, payload: Option<Payload>, time: Duration) -> Round {
        let Some(payload) = payload else { return Round::Empty };
        match ready.exporter.send(&payload, time).await {
            Verdict::Delivered(refused) => {
                self.session.borrow_mut().count_rejected(refused);
                Round::Delivered
            }
            Verdict::PartlyRejected(refused, reason) => self.rejected(payload.signal, refused, &reason),
            Verdict::Rejected(reason) => self.rejected(payload.signal, payload.items, &reason),
            Verdict::Unauthorized(reason) => {
                self.keep(payload, &format!("{reason}: {CHECK_KEY}"));
                Round::Unauthorized
            }
            Verdict::Failed(reason) => {
                self.keep(payload, &reason);
                Round::Failed
            }
            Verdict::Later(reason, pause) => {
                self.circuit.borrow_mut().asked_for(Instant::now(), pause);
                self.keep(payload, &reason);
                Round::Failed
            }
        }
    }

    /// Lets the exporter find out what it must know before it encodes; the failure if it can't now.
    async fn unprepared(&self, ready: &Ready, time: Duration) -> Option<Round> {
        match ready.exporter.prepare(time).await {
            Verdict::Unauthorized(reason) => {
                self.warn_of_failure(&format!("{reason}: {CHECK_KEY}"));
                Some(Round::Unauthorized)
            }
            Verdict::Failed(reason) | Verdict::Later(reason, _) => {
                self.warn_of_failure(&reason);
                Some(Round::Failed)
            }
            Verdict::Delivered(_) | Verdict::PartlyRejected(..) | Verdict::Rejected(_) => None,
        }
    }

    fn rejected(&self, signal: Signal, items: usize, reason: &str) -> Round {
        self.session.borrow_mut().count_rejected(items);
        let signal = signal.name();
        self.diagnostics.warn_once(&format!(
            "{reason}; such {signal} are dropped, check endpoint and settings"
        ));
        Round::Delivered
    }

    fn keep(&self, payload: Payload, reason: &str) {
        self.failed.borrow_mut().push(payload);
        self.warn_of_failure(reason);
    }

    fn warn_of_failure(&self, reason: &str) {
        if !self.failing.replace(true) {
            self.diagnostics
                .warn(&format!("{reason}; telemetry is kept in memory and sent again"));
        }
    }

    fn warn_of_drops(&self) {
        let drops = self.session.borrow().drops();
        if drops.buffer_full > 0 {
            self.diagnostics
                .warn_once("more telemetry than the buffer takes: the least severe records were dropped");
        }
        if drops.malformed > 0 {
            self.diagnostics
                .warn_once("some telemetry events could not be read and were skipped");
        }
    }

    /// Says what was lost in this environment, and what could not be sent before its end.
    pub fn conclude(&self) {
        let drops = self.session.borrow().drops();
        let unsent: usize = self.failed.borrow().iter().map(|payload| payload.items).sum();
        let waiting = self.session.borrow().waiting();
        if drops.buffer_full + drops.rejected > 0 || unsent + waiting > 0 {
            self.diagnostics.info(&format!(
                "records dropped: {} (buffer full), {} (refused by the backend), {} (not sent before the end)",
                drops.buffer_full,
                drops.rejected,
                unsent + waiting,
            ));
        }
    }
}
