//! The phases in which telemetry is sent: invocations, the time between events, and shutdown.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinHandle};

use super::event_loop::Steps;
use super::{App, instant};
use crate::export::Purpose;
use crate::flush::{self, Background, Between, Decision, Situation};
use crate::lambda::events::{Invoke, Shutdown};
use crate::spawn::spawn;
use crate::timestamp;

/// Time limit for a flush that nothing waits for.
const BACKGROUND_TIME: Duration = Duration::from_secs(5);

/// A timer that fires this much too late means that the environment was frozen or starved of CPU.
const FROZEN: Duration = Duration::from_millis(200);

/// At SHUTDOWN Lambda still delivers what the runtime writes during its own shutdown, and the last report, up to 300 ms
/// later. If nothing has arrived for this long, nothing more is expected,
const QUIET: Duration = Duration::from_millis(300);
/// or for this long while a report is missing.
const SILENCE: Duration = Duration::from_millis(600);

impl Steps for App {
    /// Work that is not part of the init phase begins here, once Lambda has the request for the next event; then work
    /// that is due while the handler runs.
    async fn between_events(&self) {
        if !self.prepared.get() {
            if self.snapshot {
                return std::future::pending().await;
            }
            // The connection's own task writes the request; let it run first.
            tokio::task::yield_now().await;
            return self.prepare();
        }
        let usage = self.session.borrow().usage();
        let background = Background {
            plan: self.flush_state.plan(),
            waiting: self.session.borrow().has_something(timestamp::now()),
            buffered: usage.bytes,
            capacity: usage.capacity,
            since_flush: self.flush_state.since_flush(),
            since_invoke: self.flush_state.since_invoke(),
            running: self.session.borrow().is_running(),
            told: self.session.borrow().awaits_lambdas_word(),
            rest: self.flush_state.rest(),
        };
        match flush::between(&background) {
            Between::Wait(time) => {
                let began = timestamp::now();
                let _ = tokio::time::timeout(time, self.changed.notified()).await;
                let took = timestamp::between(began, timestamp::now()).unwrap_or_default();
                if took > time + FROZEN {
                    self.flush_state.thawed();
                }
            }
            Between::Send { commit } => {
                if commit {
                    self.session.borrow_mut().commit();
                }
                resume_panic(self.flush_beside(Instant::now() + BACKGROUND_TIME).await);
            }
        }
    }

    async fn invocation(&self, invoke: &Invoke) {
        let has_earlier = self.has_earlier_lines(&invoke.request_id);
        self.session.borrow_mut().invoke(invoke, timestamp::now());
        self.flush_state.invoked();
        self.prepare();
        let deadline = instant(invoke.deadline_ms);
        let began = Instant::now();
        let mut last_sent = began;
        let mut rest_until = began;
        let mut relief: Option<JoinHandle<()>> = None;
        loop {
            let now = Instant::now();
            if let Some(ended) = relief.take_if(|relief| relief.is_finished()) {
                resume_panic(ended.await);
                rest_until = now + self.flush_state.rest();
            }
            let usage = self.session.borrow().usage();
            let situation = Situation {
                now,
                began,
                deadline,
                plan: self.flush_state.plan(),
                subscribed: self.subscribed,
                done: self.session.borrow().is_done(&invoke.request_id),
                told: self.is_over(&invoke.request_id),
                has_earlier,
                earlier_done: self.session.borrow().others_are_done(&invoke.request_id),
                ids_known: self.session.borrow().ids_are_known(&invoke.request_id),
                buffered: if relief.is_some() || now < rest_until {
                    0
                } else {
                    usage.bytes
                },
                capacity: usage.capacity,
                last_sent,
                since_flush: self.flush_state.since_flush(),
            };
            match flush::decide(&situation) {
                Decision::Finish(until) => return self.flush(until).await,
                Decision::Leave => return,
                Decision::Relieve => {
                    self.session.borrow_mut().commit();
                    let until = deadline.checked_sub(flush::DEADLINE_MARGIN).unwrap_or(now);
                    relief = Some(self.flush_beside(until));
                    last_sent = now;
                }
                Decision::Wait(time) => {
                    let _ = tokio::time::timeout(time, self.changed.notified()).await;
                }
            }
        }
    }

    async fn shutdown(&self, shutdown: &Shutdown) {
        let deadline = instant(shutdown.deadline_ms);
        let until = deadline.checked_sub(flush::DEADLINE_MARGIN).unwrap_or(deadline);
        // The other half of the time is for sending.
        self.drain(Instant::now() + until.saturating_duration_since(Instant::now()) / 2)
            .await;
        self.session.borrow_mut().end(&shutdown.reason, timestamp::now());
        self.delivery.flush(until, Purpose::Shutdown).await;
        self.delivery.conclude();
    }
}

impl App {
    fn prepare(&self) {
        if !self.prepared.replace(true) {
            self.delivery.prepare();
        }
    }

    /// Whether lines of other invocations are queued, or still expected.
    fn has_earlier_lines(&self, request_id: &str) -> bool {
        let session = self.session.borrow();
        session.usage().bytes > 0 || !session.others_are_done(request_id)
    }

    /// Whether the tracing layer has signalled the end of this invocation, and nothing more is awaited.
    fn is_over(&self, request_id: &str) -> bool {
        let end = self.session.borrow().handler_end(request_id);
        end.is_some_and(|end| !self.flush_state.waits_for_lines(end))
    }

    /// Runs a flush as a separate task: when the wait for it ends, its requests continue, and the end of the invocation
    /// is noticed during the flush.
    fn flush_beside(&self, until: Instant) -> JoinHandle<()> {
        let (delivery, flush_state, session, changed) = (
            Rc::clone(&self.delivery),
            Rc::clone(&self.flush_state),
            Rc::clone(&self.session),
            Rc::clone(&self.changed),
        );
        spawn(async move {
            delivery.flush(until, Purpose::Routine).await;
            flush_state.flushed(session.borrow().usage());
            changed.notify_one();
        })
    }

    async fn flush(&self, until: Instant) {
        self.delivery.flush(until, Purpose::Routine).await;
        self.flush_state.flushed(self.session.borrow().usage());
    }

    /// Receives the last events, until Lambda sends nothing more. It is not enough that every invocation was reported:
    /// a runtime may still write during its shutdown, which comes before that of extensions.
    async fn drain(&self, until: Instant) {
        if !self.subscribed {
            return;
        }
        let mut last_news = Instant::now();
        loop {
            let quiet = match self.session.borrow().all_are_reported() {
                true => last_news + QUIET,
                false => last_news + SILENCE,
            };
            let end = until.min(quiet);
            if end <= Instant::now() {
                return;
            }
            if tokio::time::timeout_at(end.into(), self.changed.notified())
                .await
                .is_ok()
            {
                last_news = Instant::now();
            }
        }
    }
}

/// Propagates a panic in the task to its waiter, as if it had happened there.
fn resume_panic(ended: Result<(), JoinError>) {
    if let Err(Ok(panic)) = ended.map_err(JoinError::try_into_panic) {
        std::panic::resume_unwind(panic);
    }
}
