use super::*;

const QUICK: Duration = Duration::from_millis(1);
const NOW: u64 = 1_700_000_000_000_000_000;
const SECOND: u64 = 1_000_000_000;

fn failed(circuit: &mut Circuit, now: u64, took: Duration) {
    circuit.failed(now, took, &Retry::default());
}

#[test]
fn quick_failures_open_it_after_a_few() {
    let mut circuit = Circuit::default();
    failed(&mut circuit, NOW, QUICK);
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.permit(NOW), Permit::Open);
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.permit(NOW), Permit::Refused);
    assert_eq!(circuit.permit(NOW + SECOND), Permit::Probe(FIRST_PROBE));
}

#[test]
fn one_costly_failure_opens_it() {
    let mut circuit = Circuit::default();
    failed(&mut circuit, NOW, Duration::from_secs(5));
    assert_eq!(circuit.permit(NOW), Permit::Refused);
    assert_eq!(circuit.permit(NOW - SECOND), Permit::Probe(FIRST_PROBE));
}

#[test]
fn failed_probes_double_the_pause_up_to_a_limit() {
    let (mut circuit, mut now) = (Circuit::default(), NOW);
    failed(&mut circuit, now, COSTLY);
    now += SECOND;
    failed(&mut circuit, now, COSTLY);
    assert_eq!(circuit.permit(now + SECOND), Permit::Refused);
    assert!(probes(&circuit, now + 2 * SECOND));
    for _ in 0..20 {
        failed(&mut circuit, now, COSTLY);
    }
    assert_eq!(circuit.permit(now + 29 * SECOND), Permit::Refused);
    assert!(probes(&circuit, now + 30 * SECOND));
}

#[test]
fn a_backend_that_fails_quickly_is_asked_more_often() {
    let mut circuit = Circuit::default();
    for _ in 0..20 {
        failed(&mut circuit, NOW, QUICK);
    }
    assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
    assert!(probes(&circuit, NOW + 5 * SECOND));
    let slow = Duration::from_secs(60);
    let retry = Retry {
        initial_backoff: slow,
        max_backoff: slow,
        ..Retry::default()
    };
    let mut circuit = Circuit::default();
    for _ in 0..20 {
        circuit.failed(NOW, QUICK, &retry);
    }
    assert_eq!(
        circuit.permit(NOW + 59 * SECOND),
        Permit::Refused,
        "but not more often than the user says"
    );
}

#[test]
fn a_probe_gets_the_time_that_the_backend_needs() {
    let mut circuit = Circuit::default();
    circuit.answered(Duration::from_secs(3));
    failed(&mut circuit, NOW, COSTLY);
    assert_eq!(circuit.permit(NOW + SECOND), Permit::Probe(Duration::from_secs(6)));
    let mut unknown = Circuit::default();
    let mut times = Vec::new();
    for _ in 0..5 {
        failed(&mut unknown, NOW, COSTLY);
        if let Permit::Probe(time) = unknown.permit(NOW + 30 * SECOND) {
            times.push(time.as_millis());
        }
    }
    assert_eq!(times, [500, 1_000, 2_000, 2_000, 2_000], "or a little more each time");
}

fn probes(circuit: &Circuit, now: u64) -> bool {
    matches!(circuit.permit(now), Permit::Probe(_))
}

#[test]
fn the_users_pauses_count() {
    let retry = Retry {
        initial_backoff: Duration::from_secs(5),
        max_backoff: Duration::from_secs(7),
        ..Retry::default()
    };
    let mut circuit = Circuit::default();
    circuit.failed(NOW, COSTLY, &retry);
    assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
    assert!(probes(&circuit, NOW + 5 * SECOND));
    circuit.failed(NOW, COSTLY, &retry);
    assert!(probes(&circuit, NOW + 7 * SECOND));
}

#[test]
fn pauses_that_the_backend_asks_for_are_kept() {
    let mut circuit = Circuit::default();
    circuit.asked_for(NOW, Duration::from_secs(5));
    circuit.asked_for(NOW, Duration::from_secs(1));
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.permit(NOW + 4 * SECOND), Permit::Refused);
    assert_eq!(circuit.permit(NOW + 5 * SECOND), Permit::Open);
    circuit.asked_for(NOW, Duration::MAX);
    assert_eq!(circuit.permit(NOW + 30 * SECOND), Permit::Open);
    circuit.asked_for(NOW, LONGEST_WISH);
    circuit.close();
    assert_eq!(circuit.permit(NOW), Permit::Open);
}

#[test]
fn success_closes_it() {
    let mut circuit = Circuit::default();
    failed(&mut circuit, NOW, COSTLY);
    circuit.answered(QUICK);
    assert_eq!(circuit.permit(NOW), Permit::Open);
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.permit(NOW), Permit::Open);
}

#[test]
fn quick_failures_are_repeated_within_the_flush() {
    let (mut circuit, retry) = (Circuit::default(), Retry::default());
    assert_eq!(circuit.repetition(NOW, &retry, 0), None);
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.repetition(NOW, &retry, 0), Some(Duration::from_millis(25)));
    let most = circuit.repetition(NOW, &retry, 999).unwrap();
    assert!(
        most > Duration::from_millis(49) && most < Duration::from_millis(50),
        "{most:?}"
    );
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.repetition(NOW, &retry, 1_000), Some(Duration::from_millis(50)));
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.repetition(NOW, &retry, 0), None);
}

#[test]
fn a_backend_that_asked_for_a_pause_gets_no_repetition() {
    let mut circuit = Circuit::default();
    circuit.asked_for(NOW, Duration::from_secs(1));
    failed(&mut circuit, NOW, QUICK);
    assert_eq!(circuit.repetition(NOW, &Retry::default(), 0), None);
}
