//! The queue of one exporter and signal: bounded in bytes, oldest first.

use std::collections::VecDeque;
use std::time::Duration;

use crate::buffer::Batch;
use crate::export::exporter::Payload;
use crate::timestamp;

/// A queue entry.
#[derive(Debug)]
pub(super) struct Waiting {
    /// When it was queued, wall-clock nanoseconds.
    pub since: u64,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Not encoded yet: the exporter wasn't ready.
    Batch(Batch),
    /// A request.
    Payload(Payload),
}

impl Waiting {
    /// Its records.
    pub fn items(&self) -> usize {
        match &self.content {
            Content::Batch(records) => records.items(),
            Content::Payload(payload) => payload.items,
        }
    }

    fn size(&self) -> usize {
        match &self.content {
            Content::Batch(records) => records.size(),
            Content::Payload(payload) => payload.size(),
        }
    }
}

/// The queue, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

impl Queue {
    /// Appends an entry. If the queue is then over `capacity`, the oldest entries are dropped, but never the newest;
    /// returns the number of records dropped.
    pub fn push(&mut self, waiting: Waiting, capacity: usize) -> usize {
        self.bytes += waiting.size();
        self.waiting.push_back(waiting);
        let mut dropped = 0;
        while self.bytes > capacity && self.waiting.len() > 1 {
            dropped += self.pop().map_or(0, |oldest| oldest.items());
        }
        dropped
    }

    /// Puts a failed entry back in its position.
    pub fn put_back(&mut self, waiting: Waiting) {
        self.bytes += waiting.size();
        self.waiting.push_front(waiting);
    }

    /// Takes the oldest.
    pub fn pop(&mut self) -> Option<Waiting> {
        let oldest = self.waiting.pop_front()?;
        self.bytes -= oldest.size();
        Some(oldest)
    }

    /// Drops entries older than `limit`; returns the number of their records.
    pub fn expire(&mut self, now: u64, limit: Option<Duration>) -> usize {
        let Some(limit) = limit else { return 0 };
        let mut dropped = 0;
        while self
            .waiting
            .front()
            .is_some_and(|oldest| timestamp::between(oldest.since, now).is_some_and(|age| age > limit))
        {
            dropped += self.pop().map_or(0, |oldest| oldest.items());
        }
        dropped
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Queued bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Queued records.
    pub fn items(&self) -> usize {
        self.waiting.iter().map(Waiting::items).sum()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::record::{Forwarded, Signal};

    fn waiting(since: u64, items: usize, bytes: usize) -> Waiting {
        let request = Bytes::from(vec![0; bytes]);
        let signal = Signal::Logs;
        let forwarded = vec![Forwarded { signal, request, items }];
        let content = Content::Batch(Batch {
            forwarded,
            ..Batch::default()
        });
        Waiting { since, content }
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room_but_never_the_newest() {
        let mut queue = Queue::default();
        assert_eq!(queue.push(waiting(1, 10, 60), 100), 0);
        assert_eq!(queue.push(waiting(2, 20, 60), 100), 10);
        assert_eq!(queue.push(waiting(3, 30, 600), 100), 20);
        assert_eq!((queue.items(), queue.bytes()), (30, 600));
        assert_eq!(queue.pop().map(|oldest| oldest.since), Some(3));
        assert!(queue.is_empty() && queue.bytes() == 0);
    }

    #[test]
    fn what_failed_stays_the_first() {
        let mut queue = Queue::default();
        queue.push(waiting(1, 1, 1), 100);
        queue.push(waiting(2, 1, 1), 100);
        let failed = queue.pop().unwrap();
        queue.put_back(failed);
        assert_eq!(queue.pop().map(|oldest| oldest.since), Some(1));
    }

    #[test]
    fn what_waited_too_long_is_given_up() {
        let mut queue = Queue::default();
        queue.push(waiting(1_000_000_000, 1, 1), 100);
        queue.push(waiting(5_000_000_000, 2, 1), 100);
        assert_eq!(queue.expire(6_000_000_000, None), 0);
        assert_eq!(queue.expire(6_000_000_000, Some(Duration::from_secs(5))), 0);
        assert_eq!(queue.expire(6_000_000_001, Some(Duration::from_secs(5))), 1);
        assert_eq!(queue.items(), 2);
    }
}
