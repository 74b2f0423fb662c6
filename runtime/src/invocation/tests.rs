use super::*;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

fn on_demand() -> Invocations {
    Invocations::new(InitializationType::OnDemand, "env")
}

fn success(at: u64) -> Outcome {
    Outcome {
        status: Status::Success,
        error_type: None,
        duration_ms: Some(1.0),
        at,
    }
}

fn id(text: &str) -> Rc<str> {
    Rc::from(text)
}

fn context(byte: u8) -> TraceContext {
    TraceContext {
        trace_id: [byte; 16],
        span_id: [byte; 8],
    }
}

fn handler(request_id: &str, byte: u8) -> HandlerSpan {
    HandlerSpan {
        request_id: request_id.into(),
        context: context(byte),
        parent_span_id: None,
        is_entry: true,
        has_cold_start: true,
        failed: false,
        took: std::time::Duration::ZERO,
    }
}

fn request_of(placement: Placement) -> Option<String> {
    match placement {
        Placement::Known(request_id, _) => request_id.map(|id| id.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_wait_until_their_invocation_is_done() {
    let mut invocations = on_demand();
    invocations.invoke("a", "arn", TRACE, 10);
    invocations.start("a", TRACE, 9);
    assert_eq!(invocations.place(Some(&id("a")), 11), Placement::Later);
    assert_eq!(invocations.place(None, 11), Placement::Later);
    invocations.done("a", success(20));
    let Placement::Known(request_id, Some(context)) = invocations.place(None, 11) else {
        panic!("not placed");
    };
    assert_eq!(request_id.as_deref(), Some("a"));
    assert_eq!(Some(context.trace_id), trace::hex("5759e988bd862e3fe1be46a994272793"));
    assert_eq!(
        invocations.place(Some(&id("a")), 99),
        Placement::Known(request_id, Some(context))
    );
}

#[test]
fn the_order_of_invoke_and_platform_events_does_not_matter() {
    let mut first = on_demand();
    first.invoke("a", "arn", TRACE, 10);
    first.start("a", TRACE, 9);
    first.done("a", success(20));
    let mut second = on_demand();
    second.start("a", TRACE, 9);
    second.done("a", success(20));
    second.invoke("a", "arn", TRACE, 21);
    let (first, second) = (first.take_finished(), second.take_finished());
    assert_eq!(first.len(), 1);
    assert_eq!(second.len(), 1);
    assert_eq!(first[0].own, second[0].own);
    assert_eq!(first[0].began(), second[0].began());
}

#[test]
fn the_handler_span_gives_the_ids() {
    let mut invocations = on_demand();
    invocations.invoke("a", "arn", TRACE, 10);
    invocations.handler_span(&handler("a", 7));
    invocations.done("a", success(20));
    assert_eq!(
        invocations.place(None, 15),
        Placement::Known(Some(id("a")), Some(context(7)))
    );
    assert!(!invocations.take_finished()[0].has_early_lines());
}

#[test]
fn a_handler_span_that_comes_before_its_invocation_gives_the_ids() {
    let mut invocations = on_demand();
    let inner = HandlerSpan {
        is_entry: false,
        parent_span_id: Some([7; 8]),
        ..handler("a", 6)
    };
    assert!(
        invocations.handler_span(&inner),
        "the first invocation is the cold start"
    );
    assert!(invocations.handler_span(&handler("a", 7)));
    invocations.invoke("a", "arn", TRACE, 10);
    invocations.start("a", TRACE, 9);
    assert!(!invocations.handler_span(&handler("b", 8)), "the second is not");
    invocations.done("a", success(20));
    invocations.start("b", TRACE, 30);
    invocations.done("b", success(40));
    let contexts = [15, 35].map(|at| invocations.place(None, at));
    let known = |request_id: &str, byte| Placement::Known(Some(id(request_id)), Some(context(byte)));
    assert_eq!(contexts, [known("a", 7), known("b", 8)]);
}

#[test]
fn handler_spans_of_invocations_that_never_come_are_forgotten() {
    let mut invocations = on_demand();
    invocations.handler_span(&handler("a", 7));
    for other in 0..64 {
        invocations.handler_span(&handler(&format!("of another function {other}"), 9));
    }
    invocations.invoke("a", "arn", TRACE, 10);
    assert!(!invocations.has_handler("a"));
}

#[test]
fn a_handler_span_after_lines_left_gives_the_ids_of_the_later_ones() {
    let mut invocations = on_demand();
    invocations.invoke("a", "arn", TRACE, 10);
    invocations.commit();
    let before = invocations.place(None, 15);
    assert!(matches!(before, Placement::Known(Some(_), Some(_))));
    invocations.handler_span(&handler("a", 7));
    invocations.done("a", success(20));
    assert_eq!(
        invocations.place(None, 15),
        Placement::Known(Some(id("a")), Some(context(7)))
    );
    let finished = &invocations.take_finished()[0];
    assert!(finished.has_early_lines());
    assert_eq!(before, Placement::Known(Some(id("a")), Some(finished.own)));
}

#[test]
fn a_handler_span_after_lambdas_event_stands_for_the_invocation_until_its_own_span_is_created() {
    let mut invocations = on_demand();
    invocations.invoke("a", "arn", TRACE, 10);
    invocations.done("a", success(20));
    invocations.handler_span(&handler("a", 7));
    let finished = invocations.take_finished().remove(0);
    assert_eq!((finished.context(), finished.has_early_lines()), (context(7), false));
    assert_eq!(
        invocations.place(None, 15),
        Placement::Known(Some(id("a")), Some(context(7)))
    );
    invocations.invoke("b", "arn", TRACE, 30);
    invocations.done("b", success(40));
    let finished = invocations.take_finished().remove(0);
    invocations.handler_span(&handler("b", 8));
    assert_eq!(
        invocations.place(None, 35),
        Placement::Known(Some(id("b")), Some(finished.own))
    );
}

#[test]
fn late_lines_belong_to_the_invocation_of_their_time() {
    let mut invocations = on_demand();
    invocations.invoke("a", "", TRACE, 10);
    invocations.start("a", TRACE, 9);
    invocations.done("a", success(20));
    invocations.invoke("b", "", TRACE, 33);
    invocations.start("b", TRACE, 30);
    invocations.done("b", success(40));
    assert_eq!(request_of(invocations.place(None, 25)).as_deref(), Some("a"));
    assert_eq!(request_of(invocations.place(None, 30)).as_deref(), Some("b"));
    assert_eq!(request_of(invocations.place(Some(&id("a")), 35)).as_deref(), Some("a"));
}

#[test]
fn before_platform_start_the_end_of_the_one_before_decides() {
    let mut invocations = on_demand();
    invocations.invoke("a", "", TRACE, 10);
    invocations.done("a", success(20));
    invocations.invoke("b", "", TRACE, 33);
    assert_eq!(request_of(invocations.place(None, 19)).as_deref(), Some("a"));
    // Lambda's time of the line is slightly before the extension's receipt of INVOKE.
    assert_eq!(invocations.place(None, 31), Placement::Later);
    invocations.done("b", success(40));
    assert_eq!(request_of(invocations.place(None, 31)).as_deref(), Some("b"));
}

#[test]
fn lines_of_the_init_phase_have_the_first_trace_but_no_invocation() {
    let mut invocations = on_demand();
    assert_eq!(invocations.place(None, 5), Placement::Later);
    invocations.start("a", TRACE, 9);
    invocations.done("a", success(20));
    let Placement::Known(None, Some(context)) = invocations.place(None, 5) else {
        panic!("not placed");
    };
    assert_eq!(context, invocations.take_finished()[0].own);
}

#[test]
fn only_the_first_invocation_is_a_cold_start() {
    let mut invocations = on_demand();
    invocations.done("a", success(20));
    invocations.done("b", success(30));
    let cold: Vec<bool> = invocations.take_finished().iter().map(|i| i.cold_start).collect();
    assert_eq!(cold, [true, false]);
    assert!(invocations.take_finished().is_empty());
    for made_ahead in [
        InitializationType::ProvisionedConcurrency,
        InitializationType::ManagedInstances,
    ] {
        let mut invocations = Invocations::new(made_ahead, "env");
        invocations.done("a", success(20));
        assert!(!invocations.take_finished()[0].cold_start, "{made_ahead:?}");
    }
}

#[test]
fn a_retry_under_the_same_request_id_is_an_invocation_of_its_own() {
    let mut invocations = on_demand();
    invocations.invoke("a", "", TRACE, 10);
    invocations.start("a", TRACE, 9);
    invocations.done("a", success(20));
    invocations.invoke("a", "", TRACE, 100);
    assert!(!invocations.is_done("a"));
    invocations.start("a", TRACE, 99);
    invocations.done("a", success(120));
    let finished = invocations.take_finished();
    assert_eq!(finished.len(), 2);
    assert_ne!(finished[0].own.span_id, finished[1].own.span_id);
}

#[test]
fn a_redelivered_start_is_no_new_invocation() {
    let mut invocations = on_demand();
    invocations.start("a", TRACE, 9);
    invocations.done("a", success(20));
    invocations.start("a", TRACE, 9);
    assert_eq!(invocations.take_finished().len(), 1);
    assert!(invocations.is_done("a"));
}

#[test]
fn shutdown_ends_what_still_runs() {
    let mut invocations = on_demand();
    invocations.invoke("a", "", TRACE, 10);
    invocations.end_all(Status::Timeout, 50);
    let finished = invocations.take_finished();
    assert_eq!(finished[0].outcome.as_ref().unwrap().status, Status::Timeout);
}

#[test]
fn concurrent_invocations_take_only_lines_that_name_them() {
    let mut invocations = Invocations::new(InitializationType::ManagedInstances, "env");
    invocations.start("a", TRACE, 9);
    invocations.start("b", TRACE, 10);
    assert_eq!(request_of(invocations.place(Some(&id("a")), 12)).as_deref(), Some("a"));
    assert_eq!(invocations.place(None, 12), Placement::Known(None, None));
}

/// Forgets invocations as the session does before it adds another one.
fn make_room(invocations: &mut Invocations) {
    if invocations.is_full() {
        invocations.take_finished();
        invocations.forget_oldest();
    }
}

#[test]
fn concurrent_invocations_are_remembered_for_the_lines_that_come_after_their_reports() {
    let mut invocations = Invocations::new(InitializationType::ManagedInstances, "env");
    for round in 0..2 {
        for run in 0..64 {
            make_room(&mut invocations);
            invocations.start(&format!("{round}-{run}"), TRACE, 10 * round);
        }
        for run in 0..64 {
            invocations.done(&format!("{round}-{run}"), success(10 * round + 5));
        }
    }
    make_room(&mut invocations);
    for run in 0..64 {
        let name = format!("0-{run}");
        assert_eq!(request_of(invocations.place(Some(&id(&name)), 99)), Some(name));
    }
}

#[test]
fn a_long_invocation_keeps_no_others_in_memory() {
    let mut invocations = Invocations::new(InitializationType::ManagedInstances, "env");
    invocations.start("long", TRACE, 0);
    for run in 1..10_000 {
        make_room(&mut invocations);
        invocations.start(&run.to_string(), TRACE, run);
        invocations.done(&run.to_string(), success(run));
    }
    assert!(
        invocations.recent.len() <= REMEMBERED_CONCURRENT + 1,
        "{}",
        invocations.recent.len()
    );
    assert_eq!(
        request_of(invocations.place(Some(&id("long")), 99)).as_deref(),
        Some("long")
    );
}

#[test]
fn invocations_that_lambda_never_ends_are_bounded() {
    let mut invocations = on_demand();
    for run in 0..10_000 {
        make_room(&mut invocations);
        invocations.invoke(&run.to_string(), "arn", TRACE, run);
    }
    assert!(invocations.recent.len() <= MOST, "{}", invocations.recent.len());
}

#[test]
fn memory_is_bounded() {
    let mut invocations = on_demand();
    for run in 0..1_000 {
        if invocations.is_full() {
            invocations.forget_oldest();
        }
        invocations.done(&format!("request-{run}"), success(run));
        invocations.take_finished();
    }
    assert!(invocations.recent.len() <= REMEMBERED);
    // A line older than everything remembered is not treated as one of the init phase.
    assert_eq!(request_of(invocations.place(None, 0)), Some("request-976".to_owned()));
}
