//! Decisions with a clock that is moved by hand.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn running(start: Instant) -> Situation {
    Situation {
        now: start,
        began: start,
        deadline: start + 60 * SECOND,
        plan: FlushPlan::End,
        subscribed: true,
        done: false,
        told: false,
        has_earlier: false,
        earlier_done: true,
        ids_known: false,
        buffered: 10,
        capacity: 1_000,
        last_sent: start,
        since_flush: Duration::ZERO,
    }
}

fn periodic(start: Instant) -> Situation {
    Situation {
        plan: FlushPlan::Periodic(20 * SECOND),
        since_flush: 20 * SECOND,
        ..running(start)
    }
}

#[test]
fn after_the_invocation_everything_is_sent_within_the_deadline() {
    let start = Instant::now();
    let done = Situation {
        done: true,
        ..running(start)
    };
    assert_eq!(decide(&done), Decision::Finish(start + 60 * SECOND - DEADLINE_MARGIN));
}

#[test]
fn an_end_that_the_tracing_layer_tells_is_one() {
    let start = Instant::now();
    let told = Situation {
        told: true,
        ..running(start)
    };
    assert_eq!(decide(&told), Decision::Finish(start + 60 * SECOND - DEADLINE_MARGIN));
    let plan = FlushPlan::Periodic(20 * SECOND);
    assert_eq!(decide(&Situation { plan, ..told }), Decision::Leave, "nothing is due");
}

#[test]
fn lines_that_were_left_to_an_invocation_leave_within_a_second() {
    let start = Instant::now();
    let left = Situation {
        has_earlier: true,
        ..running(start)
    };
    assert_eq!(decide(&left), Decision::Wait(LEFT_HOLD));
    let later = Situation {
        now: start + LEFT_HOLD,
        ..left
    };
    assert_eq!(decide(&later), Decision::Relieve);
    let relieved = Situation {
        last_sent: start + LEFT_HOLD,
        ..later
    };
    assert_eq!(decide(&relieved), Decision::Wait(LONGEST_HOLD));
}

#[test]
fn a_runtime_that_works_on_after_its_handler_is_relieved() {
    let told = Background {
        told: true,
        since_flush: LONGEST_HOLD,
        since_invoke: LONGEST_HOLD,
        ..idle(FlushPlan::End)
    };
    assert_eq!(between(&told), Between::Send { commit: true });
    let young = Background {
        since_invoke: Duration::ZERO,
        ..told
    };
    assert_eq!(between(&young), Between::Wait(LONGEST_HOLD));
    assert_eq!(between(&Background { told: false, ..told }), Between::Wait(IDLE));
}

#[test]
fn near_the_deadline_nothing_is_begun() {
    let start = Instant::now();
    for now in [
        start + 60 * SECOND,
        start + 60 * SECOND - DEADLINE_MARGIN,
        start + 61 * SECOND,
    ] {
        for plan in [
            FlushPlan::End,
            FlushPlan::Periodic(SECOND),
            FlushPlan::Continuous(SECOND),
        ] {
            let late = Situation {
                now,
                plan,
                done: true,
                ..periodic(start)
            };
            assert_eq!(decide(&late), Decision::Leave);
        }
    }
}

#[test]
fn without_telemetry_it_does_not_wait_for_an_end_it_cannot_see() {
    let start = Instant::now();
    let blind = Situation {
        subscribed: false,
        ..running(start)
    };
    assert!(matches!(decide(&blind), Decision::Finish(_)));
    let blind = Situation {
        subscribed: false,
        earlier_done: false,
        ..periodic(start)
    };
    assert!(matches!(decide(&blind), Decision::Finish(_)));
}

#[test]
fn much_or_old_telemetry_is_sent_while_the_function_runs() {
    let start = Instant::now();
    assert_eq!(decide(&running(start)), Decision::Wait(LONGEST_HOLD));
    assert_eq!(
        decide(&Situation {
            buffered: 250,
            ..running(start)
        }),
        Decision::Relieve
    );
    let old = Situation {
        now: start + LONGEST_HOLD,
        ..running(start)
    };
    assert_eq!(decide(&old), Decision::Relieve);
    let nothing = Situation { buffered: 0, ..old };
    assert_eq!(decide(&nothing), Decision::Wait(IDLE));
}

#[test]
fn what_has_its_final_ids_is_sent_while_the_function_runs() {
    let start = Instant::now();
    let some = Situation {
        buffered: EARLY_BYTES,
        capacity: 100 * EARLY_BYTES,
        ..running(start)
    };
    assert!(
        matches!(decide(&some), Decision::Wait(_)),
        "the handler's span may come"
    );
    let known = Situation {
        ids_known: true,
        ..some
    };
    assert_eq!(decide(&known), Decision::Relieve);
    let little = Situation {
        buffered: EARLY_BYTES - 1,
        ..known
    };
    assert!(matches!(decide(&little), Decision::Wait(_)));
}

#[test]
fn it_looks_again_before_the_deadline() {
    let start = Instant::now();
    let short = Situation {
        deadline: start + SECOND,
        ..running(start)
    };
    assert_eq!(decide(&short), Decision::Wait(SECOND - DEADLINE_MARGIN));
}

#[test]
fn a_periodic_flush_that_is_not_due_takes_no_time_of_the_invocation() {
    let start = Instant::now();
    let early = Situation {
        since_flush: 19 * SECOND,
        ..periodic(start)
    };
    assert_eq!(decide(&early), Decision::Leave);
    let much = Situation { buffered: 250, ..early };
    assert!(matches!(decide(&much), Decision::Finish(_)));
}

#[test]
fn a_periodic_flush_waits_shortly_for_the_end_of_the_invocation_before() {
    let start = Instant::now();
    assert!(matches!(decide(&periodic(start)), Decision::Finish(_)));
    let unsettled = Situation {
        earlier_done: false,
        ..periodic(start)
    };
    assert_eq!(decide(&unsettled), Decision::Wait(SETTLE));
    let waited = Situation {
        now: start + SETTLE,
        ..unsettled
    };
    assert!(matches!(decide(&waited), Decision::Finish(_)));
}

#[test]
fn continuous_sending_leaves_the_invocation_alone() {
    let start = Instant::now();
    let continuous = Situation {
        plan: FlushPlan::Continuous(SECOND),
        buffered: 900,
        done: true,
        ..periodic(start)
    };
    assert_eq!(decide(&continuous), Decision::Leave);
}

fn idle(plan: FlushPlan) -> Background {
    Background {
        plan,
        waiting: true,
        buffered: 10,
        capacity: 1_000,
        since_flush: Duration::ZERO,
        since_invoke: Duration::ZERO,
        running: true,
        told: false,
        rest: Duration::ZERO,
    }
}

#[test]
fn between_events_continuous_sending_keeps_its_rhythm() {
    let plan = FlushPlan::Continuous(SECOND);
    assert_eq!(between(&idle(plan)), Between::Wait(SECOND));
    let due = Background {
        since_flush: SECOND,
        ..idle(plan)
    };
    assert_eq!(between(&due), Between::Send { commit: false });
    assert_eq!(between(&Background { waiting: false, ..due }), Between::Wait(SECOND));
    let after_a_freeze = Background {
        since_flush: 600 * SECOND,
        ..due
    };
    assert_eq!(between(&after_a_freeze), Between::Send { commit: false });
    let long_invocation = Background {
        since_invoke: LONGEST_HOLD,
        ..due
    };
    assert_eq!(between(&long_invocation), Between::Send { commit: true });
}

#[test]
fn between_events_a_long_invocation_is_relieved() {
    let plan = FlushPlan::Periodic(5 * SECOND);
    assert_eq!(between(&idle(plan)), Between::Wait(LONGEST_HOLD));
    let much = Background {
        buffered: 250,
        ..idle(plan)
    };
    assert_eq!(between(&much), Between::Send { commit: true });
    let in_vain = Background { rest: SECOND, ..much };
    assert_eq!(between(&in_vain), Between::Wait(SECOND));
    let old = Background {
        since_flush: LONGEST_HOLD,
        since_invoke: LONGEST_HOLD,
        ..idle(plan)
    };
    assert_eq!(between(&old), Between::Send { commit: true });
}

#[test]
fn between_events_nothing_is_begun_beside_an_invocation_that_may_be_short() {
    let young = Background {
        since_flush: 19 * SECOND,
        since_invoke: SECOND,
        ..idle(FlushPlan::Periodic(20 * SECOND))
    };
    assert_eq!(between(&young), Between::Wait(LONGEST_HOLD - SECOND));
    let ended = Background {
        running: false,
        since_invoke: LONGEST_HOLD,
        ..young
    };
    assert_eq!(between(&ended), Between::Wait(SECOND), "the environment freezes");
}

/// Runs an invocation of this length, with lines at these times, and returns how long each waited until it was sent.
/// Lambda buffers a line for 25 ms, a request takes 20 ms.
fn waits(plan: FlushPlan, length: Duration, lines: &[Duration]) -> Vec<Duration> {
    let (start, step) = (Instant::now(), Duration::from_millis(5));
    let (buffering, request) = (Duration::from_millis(25), Duration::from_millis(20));
    let (mut sent, mut last_sent, mut at) = (Vec::new(), Duration::ZERO, Duration::ZERO);
    while sent.len() < lines.len() {
        let arrived = lines.iter().filter(|line| **line + buffering <= at).count();
        let done = at >= length + buffering;
        let waiting = arrived > sent.len();
        let sends = match plan {
            FlushPlan::End => {
                let situation = Situation {
                    now: start + at,
                    last_sent: start + last_sent,
                    deadline: start + 3_600 * SECOND,
                    buffered: usize::from(waiting),
                    done,
                    ..running(start)
                };
                matches!(decide(&situation), Decision::Relieve | Decision::Finish(_))
            }
            _ => {
                let background = Background {
                    waiting,
                    since_flush: at - last_sent,
                    since_invoke: at,
                    running: !done,
                    ..idle(plan)
                };
                matches!(between(&background), Between::Send { commit: true }) || done
            }
        };
        if sends {
            at += request;
            sent.extend(lines[sent.len()..arrived].iter().map(|line| at - *line));
            last_sent = at;
        }
        at += step;
    }
    sent
}

#[test]
fn lines_of_a_long_invocation_are_fresh() {
    let every = |millis: u64, length: u64| -> Vec<Duration> {
        (0..length / millis)
            .map(|number| Duration::from_millis(number * millis))
            .collect()
    };
    for plan in [FlushPlan::End, FlushPlan::Periodic(20 * SECOND)] {
        for (length, lines) in [
            (3_100, every(50, 3_000)),
            (10_000, every(700, 10_000)),
            (60_000, every(100, 60_000)),
            (60_000, vec![Duration::ZERO, 10 * SECOND, 59 * SECOND]),
            (3_500, vec![Duration::from_millis(10); 5]),
        ] {
            let mut waits = waits(plan, Duration::from_millis(length), &lines);
            waits.sort_unstable();
            let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
            assert!(median <= Duration::from_millis(1_500), "{plan:?} {length}: {median:?}");
            assert!(longest <= 2 * SECOND, "{plan:?} {length}: {longest:?}");
        }
    }
}

#[test]
fn a_short_invocation_sends_once_at_its_end() {
    let lines: Vec<Duration> = (0..10).map(|number| Duration::from_millis(number * 100)).collect();
    let waits = waits(FlushPlan::End, SECOND, &lines);
    let ends: Vec<Duration> = waits.iter().zip(&lines).map(|(wait, line)| *wait + *line).collect();
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

#[test]
fn between_events_nothing_is_sent_where_each_invocation_sends_its_own() {
    let full = Background {
        buffered: 999,
        since_flush: 600 * SECOND,
        ..idle(FlushPlan::End)
    };
    assert_eq!(between(&full), Between::Wait(IDLE));
}
