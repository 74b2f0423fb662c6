use super::*;
use crate::convert::logs::from_line;
use crate::record::Origin;
use bytes::Bytes;
use proptest::prelude::*;

fn log(severity: Severity, length: usize) -> Log {
    let mut log = from_line(Origin::Function, 1, "\"x\"");
    log.severity = severity;
    log.body = "x".repeat(length);
    log
}

fn forwarded(length: usize) -> Forwarded {
    Forwarded {
        signal: Signal::Traces,
        request: Bytes::from(vec![0; length]),
        items: 3,
    }
}

#[test]
fn capacity_follows_the_functions_memory() {
    assert_eq!(Buffer::capacity_for(0), 4 * MEGABYTE);
    assert_eq!(Buffer::capacity_for(128), 8 * MEGABYTE);
    assert_eq!(Buffer::capacity_for(10_240), 32 * MEGABYTE);
}

#[test]
fn the_oldest_of_the_least_severe_goes_first() {
    let mut buffer = Buffer::new(10 * 1024);
    for number in 0..40 {
        let severity = if number % 2 == 0 {
            Severity::Error
        } else {
            Severity::Debug
        };
        let mut log = log(severity, 200);
        log.time = number;
        buffer.push_log(log);
    }
    assert!(buffer.bytes() <= buffer.capacity());
    assert!(buffer.drops.buffer_full > 0);
    let kept = buffer.take_logs(usize::MAX, |_| true);
    let debug: Vec<u64> = kept
        .iter()
        .filter(|l| l.severity == Severity::Debug)
        .map(|l| l.time)
        .collect();
    assert_eq!(kept.len() - debug.len(), 20, "every error is kept");
    assert_eq!(debug.last(), Some(&39), "the newest debug line is kept");
    assert_eq!(kept.len() as u64 + buffer.drops.buffer_full, 40);
}

#[test]
fn a_request_larger_than_the_buffer_costs_only_itself() {
    let mut buffer = Buffer::new(2_000);
    buffer.push_log(log(Severity::Info, 10));
    buffer.push_forwarded(forwarded(5_000));
    assert_eq!(buffer.drops.buffer_full, 3);
    assert_eq!(buffer.take_logs(usize::MAX, |_| true).len(), 1);
}

#[test]
fn records_without_final_ids_stay_in_order() {
    let mut buffer = Buffer::new(MEGABYTE);
    for number in 0..6 {
        let mut log = log(Severity::Info, 1);
        log.time = number;
        buffer.push_log(log);
    }
    let taken = buffer.take_logs(usize::MAX, |log| log.time % 2 == 0);
    assert_eq!(taken.iter().map(|l| l.time).collect::<Vec<_>>(), [0, 2, 4]);
    let rest = buffer.take_logs(usize::MAX, |_| true);
    assert_eq!(rest.iter().map(|l| l.time).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(buffer.bytes(), 0);
    assert!(buffer.is_empty());
}

#[test]
fn a_record_that_grows_while_it_stays_is_counted_as_it_is() {
    let mut buffer = Buffer::new(MEGABYTE);
    buffer.push_log(log(Severity::Info, 1));
    let taken = buffer.take_logs(usize::MAX, |log| {
        log.attributes.push(("requestId".into(), "app-7".into()));
        false
    });
    assert!(taken.is_empty());
    let bytes = buffer.bytes();
    assert_eq!(bytes, buffer.take_logs(usize::MAX, |_| true)[0].size());
    assert_eq!(buffer.bytes(), 0);
}

#[test]
fn requests_are_taken_by_signal_and_limit() {
    let mut buffer = Buffer::new(MEGABYTE);
    for _ in 0..3 {
        buffer.push_forwarded(forwarded(100));
    }
    buffer.push_forwarded(Forwarded {
        signal: Signal::Metrics,
        ..forwarded(50)
    });
    assert_eq!(buffer.take_forwarded(Signal::Traces, 150).len(), 2);
    assert_eq!(buffer.take_forwarded(Signal::Traces, 150).len(), 1);
    assert_eq!(buffer.take_forwarded(Signal::Metrics, 150).len(), 1);
    assert_eq!(buffer.bytes(), 0);
}

proptest! {
    #[test]
    fn never_over_capacity_and_every_record_accounted_for(lengths in prop::collection::vec(0usize..900, 0..60)) {
        let mut buffer = Buffer::new(10_000);
        let count = lengths.len() as u64;
        for (number, length) in lengths.into_iter().enumerate() {
            let severity = Severity::ALL[number % 7];
            buffer.push_log(log(severity, length));
            prop_assert!(buffer.bytes() <= buffer.capacity());
        }
        let mut kept = 0;
        while !buffer.is_empty() {
            kept += buffer.take_logs(1_000, |_| true).len() as u64;
        }
        prop_assert_eq!(kept + buffer.drops.buffer_full, count);
        prop_assert_eq!(buffer.bytes(), 0);
    }
}

#[test]
fn a_record_that_changes_while_it_waits_counts_as_it_is() {
    let mut buffer = Buffer::new(MEGABYTE);
    buffer.push_log(log(Severity::Info, 100));
    buffer.stamp_all(|log| log.body.push_str("longer"));
    let taken = buffer.take_logs(usize::MAX, |log| {
        log.body.push_str("longer still");
        false
    });
    assert!(taken.is_empty());
    assert_eq!(buffer.take_logs(usize::MAX, |_| true).len(), 1);
    assert_eq!(buffer.bytes(), 0);
}
