//! One request of a lane, in a separate task that may outlive the flush that started it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Delivery;
use super::factory::ExporterSet;
use super::lane::Lane;
use super::outcome::Outcome;
use super::queue::{Content, Waiting};
use crate::export::exporter::Exporter;
use crate::export::verdict::Verdict;
use crate::timestamp;

impl Delivery {
    /// Sends the next entry of a lane, and waits for the response until the given time. A request without a response by
    /// then continues: its outcome is recorded when it ends.
    pub(super) async fn attempt(
        self: &Rc<Self>,
        lane: &Lane,
        ready: &Rc<ExporterSet>,
        exporter: &Exporter,
        until: Instant,
        time: Duration,
    ) -> Outcome {
        if !self.ensure_queued(lane, ready, exporter, until).await {
            return Outcome::None;
        }
        // Removed at once, so that the next drain of the lane takes a different entry.
        let Some(waiting) = lane.queue.borrow_mut().pop() else {
            return Outcome::None;
        };
        let request = Rc::clone(self).request(lane.place, Rc::clone(ready), waiting, time);
        let task = tokio::task::spawn_local(request);
        match tokio::time::timeout_at(until.into(), task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Outcome::None,
            },
            Err(_) => {
                lane.underway.leave();
                Outcome::Unanswered
            }
        }
    }

    async fn request(
        self: Rc<Self>,
        place: usize,
        ready: Rc<ExporterSet>,
        waiting: Waiting,
        time: Duration,
    ) -> Outcome {
        let Some(lane) = self.lanes.get(place) else {
            return Outcome::None;
        };
        let Some(exporter) = ready.exporters.get(lane.destination).and_then(Option::as_ref) else {
            return Outcome::None;
        };
        let _underway = lane.underway.begin(timestamp::now(), waiting.items());
        let began = Instant::now();
        let verdict = exporter.prepare(time).await;
        if !matches!(verdict, Verdict::Delivered(_)) {
            lane.queue.borrow_mut().put_back(waiting);
            return self.record_result(lane, exporter, None, verdict, began);
        }
        let Waiting { since, content } = waiting;
        let payload = match content {
            Content::Payload(payload) => Some(payload),
            Content::Batch(records) => exporter.encode(lane.signal, records, &ready.resource),
        };
        // Records that the exporter does not accept at all are dropped here.
        let Some(payload) = payload else { return Outcome::Done };
        if payload.items > 1 && !lane.allows(payload.request_size(), exporter) {
            let split = exporter.split(&payload);
            if split.parts.len() > 1 {
                self.queue_parts(lane, split, since, "");
                return Outcome::Done;
            }
        }
        let left = time.saturating_sub(began.elapsed());
        let began = Instant::now();
        let verdict = tokio::select! {
            biased;
            verdict = exporter.send(&payload, left) => Some(verdict),
            () = lane.underway.given_up() => None,
        };
        match verdict {
            Some(verdict) => self.record_result(lane, exporter, Some((payload, since)), verdict, began),
            None => {
                let content = Content::Payload(payload);
                lane.queue.borrow_mut().put_back(Waiting { since, content });
                Outcome::Failed
            }
        }
    }
}
