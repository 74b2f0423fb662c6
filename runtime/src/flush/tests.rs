//! Decisions with a clock that is moved by hand.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn running(start: Instant) -> Situation {
    Situation {
        now: start,
        began: start,
        deadline: start + 60 * SECOND,
        plan: Plan::End,
        subscribed: true,
        done: false,
        earlier_done: true,
        buffered: 10,
        capacity: 1_000,
        last_sent: start,
        since_flush: Duration::ZERO,
    }
}

fn periodic(start: Instant) -> Situation {
    Situation {
        plan: Plan::Periodic(20 * SECOND),
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
fn near_the_deadline_nothing_is_begun() {
    let start = Instant::now();
    for now in [
        start + 60 * SECOND,
        start + 60 * SECOND - DEADLINE_MARGIN,
        start + 61 * SECOND,
    ] {
        for plan in [Plan::End, Plan::Periodic(SECOND), Plan::Continuous(SECOND)] {
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
    assert_eq!(decide(&nothing), Decision::Wait(LONGEST_HOLD));
}

#[test]
fn it_looks_again_before_the_deadline() {
    let start = Instant::now();
    let short = Situation {
        deadline: start + 3 * SECOND,
        ..running(start)
    };
    assert_eq!(decide(&short), Decision::Wait(3 * SECOND - DEADLINE_MARGIN));
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
        plan: Plan::Continuous(SECOND),
        buffered: 900,
        done: true,
        ..periodic(start)
    };
    assert_eq!(decide(&continuous), Decision::Leave);
}

fn idle(plan: Plan) -> Background {
    Background {
        plan,
        waiting: true,
        buffered: 10,
        capacity: 1_000,
        since_flush: Duration::ZERO,
        since_invoke: Duration::ZERO,
        rest: Duration::ZERO,
    }
}

#[test]
fn between_events_continuous_sending_keeps_its_rhythm() {
    let plan = Plan::Continuous(SECOND);
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
    let plan = Plan::Periodic(5 * SECOND);
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
fn between_events_nothing_is_sent_where_each_invocation_sends_its_own() {
    let full = Background {
        buffered: 999,
        since_flush: 600 * SECOND,
        ..idle(Plan::End)
    };
    assert_eq!(between(&full), Between::Wait(LONGEST_HOLD));
}
