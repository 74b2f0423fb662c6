//! The parts of the extension's life in which telemetry leaves: invocations, the time between events, and the end.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinError;

use super::life::Steps;
use super::{App, instant};
use crate::export::Purpose;
use crate::flush::{self, Background, Between, Decision, Situation};
use crate::lambda::events::{Invoke, Shutdown};
use crate::timestamp;

/// Time for a flush that nothing waits for.
const BACKGROUND_TIME: Duration = Duration::from_secs(5);

/// At SHUTDOWN the last events are waited for this long at most,
const DRAIN: Duration = Duration::from_millis(300);
/// and no longer once none came for this time: Lambda delivers every 25 ms.
const QUIET: Duration = Duration::from_millis(50);

impl Steps for App {
    /// What isn't part of the init phase begins here, once Lambda has our request for the next event; then what is due
    /// while the handler runs without us.
    async fn between_events(&self) {
        if !self.prepared.get() {
            if self.snapshot {
                return std::future::pending().await;
            }
            // The connection's own task writes the request; let it run first.
            tokio::task::yield_now().await;
            return self.prepare();
        }
        let (buffered, capacity) = self.session.borrow().fill();
        let background = Background {
            plan: self.pace.plan(),
            waiting: self.session.borrow().has_something(timestamp::now()),
            buffered,
            capacity,
            since_flush: self.pace.since_flush(),
            since_invoke: self.pace.since_invoke(),
            rest: self.pace.rest(),
        };
        match flush::between(&background) {
            Between::Wait(time) => {
                let _ = tokio::time::timeout(time, self.changed.notified()).await;
            }
            Between::Send { commit } => {
                if commit {
                    self.session.borrow_mut().commit();
                }
                let (delivery, pace, session) = (
                    Rc::clone(&self.delivery),
                    Rc::clone(&self.pace),
                    Rc::clone(&self.session),
                );
                // A task of its own: the next event ends our waiting, not the requests that are under way.
                let flush = tokio::task::spawn_local(async move {
                    delivery.flush(Instant::now() + BACKGROUND_TIME, Purpose::Routine).await;
                    pace.flushed(session.borrow().fill());
                });
                // An error of ours in there ends what is done before the next event, as one in here would.
                if let Err(Ok(panic)) = flush.await.map_err(JoinError::try_into_panic) {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }

    async fn invocation(&self, invoke: &Invoke) {
        self.session.borrow_mut().invoke(invoke, timestamp::now());
        self.pace.invoked();
        self.prepare();
        let deadline = instant(invoke.deadline_ms);
        let began = Instant::now();
        let mut last_sent = began;
        let mut rest_until = began;
        loop {
            let now = Instant::now();
            let (buffered, capacity) = self.session.borrow().fill();
            let situation = Situation {
                now,
                began,
                deadline,
                plan: self.pace.plan(),
                subscribed: self.subscribed,
                done: self.session.borrow().is_done(&invoke.request_id),
                earlier_done: self.session.borrow().others_are_done(&invoke.request_id),
                buffered: if now < rest_until { 0 } else { buffered },
                capacity,
                last_sent,
                since_flush: self.pace.since_flush(),
            };
            match flush::decide(&situation) {
                Decision::Finish(until) => return self.flush(until).await,
                Decision::Leave => return,
                Decision::Relieve => {
                    self.session.borrow_mut().commit();
                    let until = deadline.checked_sub(flush::DEADLINE_MARGIN).unwrap_or(now);
                    self.flush(until).await;
                    last_sent = Instant::now();
                    rest_until = last_sent + self.pace.rest();
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
        self.drain(until.min(Instant::now() + DRAIN)).await;
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

    async fn flush(&self, until: Instant) {
        self.delivery.flush(until, Purpose::Routine).await;
        self.pace.flushed(self.session.borrow().fill());
    }

    /// Lets the last events in, until Lambda says nothing more. That every invocation was reported is no end: a runtime may
    /// still write while it is told to end, which is before us.
    async fn drain(&self, until: Instant) {
        if !self.subscribed {
            return;
        }
        loop {
            let quiet = Instant::now() + QUIET;
            let news = tokio::time::timeout_at(until.min(quiet).into(), self.changed.notified()).await;
            if news.is_err() {
                return;
            }
        }
    }
}
