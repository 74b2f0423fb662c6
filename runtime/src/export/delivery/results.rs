//! Handles responses: completes or keeps records, opens or closes the circuit, and logs messages for the user.

use std::time::Instant;

use super::Delivery;
use super::lane::Lane;
use super::outcome::Outcome;
use super::queue::{Content, Waiting};
use crate::export::exporter::{Exporter, Payload};
use crate::export::size::Size;
use crate::export::split::Split;
use crate::export::verdict::Verdict;
use crate::timestamp;

impl Delivery {
    /// Records the verdict on a lane's request; without a request it concerns the preparation of the exporter.
    pub(super) fn record_result(
        &self,
        lane: &Lane,
        exporter: &Exporter,
        payload: Option<(Payload, u64)>,
        verdict: Verdict,
        began: Instant,
    ) -> Outcome {
        let size = payload.as_ref().map(|(payload, _)| payload.request_size());
        match verdict {
            Verdict::Delivered(refused) => {
                self.source.borrow_mut().drops_mut().rejected += refused as u64;
                self.succeeded(lane, size, began);
                Outcome::Done
            }
            Verdict::PartlyRejected(refused, reason) => {
                self.succeeded(lane, size, began);
                self.rejected(lane, refused, &reason);
                Outcome::Done
            }
            Verdict::Rejected(reason) => {
                let items = payload.map_or(0, |(payload, _)| payload.items);
                self.rejected(lane, items, &reason);
                Outcome::Refused
            }
            Verdict::TooLarge(reason, named) => {
                lane.circuit.borrow_mut().close();
                let Some((payload, since)) = payload else {
                    return Outcome::Done;
                };
                if payload.items > 1 {
                    lane.too_large(payload.request_size(), named);
                }
                self.queue_parts(lane, exporter.split(&payload), since, &reason);
                Outcome::Refused
            }
            Verdict::Unauthorized(reason) => {
                lane.failed(began, &exporter.retry(lane.signal));
                let advice = exporter.key_advice(lane.signal);
                self.keep(lane, payload, &format!("{reason}: {advice}"));
                Outcome::Unauthorized
            }
            Verdict::Failed(reason) => {
                lane.failed(began, &exporter.retry(lane.signal));
                self.keep(lane, payload, &reason);
                Outcome::Failed
            }
            Verdict::Later(reason, pause) => {
                lane.circuit.borrow_mut().asked_for(timestamp::now(), pause);
                lane.failed(began, &exporter.retry(lane.signal));
                self.keep(lane, payload, &reason);
                Outcome::Failed
            }
        }
    }

    /// Queues the parts of a split payload in its position, as separate requests. What cannot be split is dropped and
    /// counted.
    pub(super) fn queue_parts(&self, lane: &Lane, split: Split<Payload>, since: u64, reason: &str) {
        let signal = lane.signal.name();
        if !split.parts.is_empty() && !reason.is_empty() && !lane.split.replace(true) {
            self.diagnostics
                .warn(&format!("{reason}; {signal} are sent in smaller requests from now on"));
        }
        for part in split.parts.into_iter().rev() {
            let content = Content::Payload(part);
            lane.queue.borrow_mut().put_back(Waiting { since, content });
        }
        if split.refused > 0 {
            self.source.borrow_mut().drops_mut().rejected += split.refused as u64;
            if !lane.dropped.replace(true) {
                self.diagnostics.warn(&format!(
                    "{reason}; single {signal} that are larger than the backend accepts are dropped; raise its limit"
                ));
            }
        }
    }

    fn succeeded(&self, lane: &Lane, size: Option<Size>, began: Instant) {
        lane.answered(size, began);
        if lane.failing.replace(false) && !self.is_failing(lane.destination) {
            let backend = self.backend(lane);
            self.diagnostics
                .info(&format!("{backend} accepts telemetry again; what was kept is sent"));
        }
    }

    fn rejected(&self, lane: &Lane, items: usize, reason: &str) {
        lane.circuit.borrow_mut().close();
        self.source.borrow_mut().drops_mut().rejected += items as u64;
        let signal = lane.signal.name();
        self.diagnostics.warn_once(&format!(
            "{reason}; these {signal} are dropped; check endpoint and settings"
        ));
    }

    fn keep(&self, lane: &Lane, payload: Option<(Payload, u64)>, reason: &str) {
        if let Some((payload, since)) = payload {
            let content = Content::Payload(payload);
            lane.queue.borrow_mut().put_back(Waiting { since, content });
        }
        let said = self.is_failing(lane.destination);
        lane.failing.set(true);
        if !said {
            self.diagnostics
                .warn(&format!("{reason}; telemetry is kept in memory and sent again"));
        }
    }

    fn is_failing(&self, destination: usize) -> bool {
        let mut lanes = self.lanes.iter();
        lanes.any(|lane| lane.destination == destination && lane.failing.get())
    }

    fn backend(&self, lane: &Lane) -> String {
        match self.names.get(lane.destination) {
            Some(name) => format!("the backend of {name}"),
            None => "the backend".to_owned(),
        }
    }

    /// Warns once that something was lost.
    pub(super) fn warn_of_drops(&self) {
        let drops = self.source.borrow().drops();
        if drops.buffer_full > 0 {
            self.diagnostics
                .warn_once("more telemetry than the buffer holds: the least severe records were dropped");
        }
        if drops.queue_full > 0 {
            self.diagnostics.warn_once(
                "a backend was unavailable for so long that its queue was full: its oldest records were \
                            dropped",
            );
        }
        if drops.malformed > 0 {
            self.diagnostics
                .warn_once("some telemetry events could not be read and were skipped");
        }
    }

    /// Reports what was lost in this environment, and what could not be sent before its end.
    pub fn conclude(&self) {
        self.factory.conclude();
        let drops = self.source.borrow().drops();
        let unsent: usize = self.lanes.iter().map(Lane::items).sum();
        let waiting = self.source.borrow().waiting();
        let dropped = drops.buffer_full + drops.queue_full;
        if dropped + drops.rejected + drops.expired > 0 || unsent + waiting > 0 {
            self.diagnostics.info(&format!(
                "records dropped: {dropped} (buffer full), {} (refused by the backend), {} (retried for too long), \
                 {} (not \
                 sent before the end)",
                drops.rejected,
                drops.expired,
                unsent + waiting,
            ));
        }
    }
}
