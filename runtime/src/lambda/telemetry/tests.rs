use super::*;
use crate::timestamp;
use proptest::prelude::*;

const LINE: &str = r#"{"time":"2026-11-23T15:44:28.000Z","type":"function","record":"hello\n"}"#;

#[test]
fn reads_a_batch() {
    let body = format!(r#"[{LINE},{{"type":"platform.x","record":{{"a":[1]}},"time":"t","new":1}}]"#);
    let batch = parse(&body);
    assert_eq!(batch.malformed, 0);
    assert_eq!(batch.events[0].record.get(), r#""hello\n""#);
    assert_eq!(batch.events[1].kind, "platform.x");
}

#[test]
fn one_broken_event_costs_itself_alone() {
    let body = format!(r#"[{LINE},{{"time":1}},17,{LINE}]"#);
    let batch = parse(&body);
    assert_eq!((batch.events.len(), batch.malformed), (2, 2));
}

#[test]
fn a_list_in_place_of_an_event_is_counted() {
    let body = format!("[{LINE},[],[{LINE}],[[]]]");
    let batch = parse(&body);
    assert_eq!((batch.events.len(), batch.malformed), (1, 3));
    assert_eq!(parse("[[]]").malformed, 1);
    assert_eq!(parse("[]").malformed + parse(" [ ").malformed + parse("").malformed, 0);
}

#[test]
fn salvages_what_is_whole_in_a_broken_body() {
    let body = format!(r#"[{LINE},{{"time":"x","type":"fun,{LINE},{LINE}"#);
    let batch = parse(&body);
    assert_eq!(batch.events.len(), 3);
    assert_eq!(batch.malformed, 1);
    assert_eq!(parse(&format!("[{LINE},{LINE}")).events.len(), 2);
}

#[test]
fn unknown_states_count_as_errors() {
    let done: Done = serde_json::from_str(r#"{"requestId":"r","status":"melted"}"#).unwrap();
    assert_eq!(done.status, Status::Error);
    let done: Done =
        serde_json::from_str(r#"{"requestId":"r","status":"timeout","metrics":{"durationMs":3.5,"producedBytes":1}}"#)
            .unwrap();
    assert_eq!(done.status, Status::Timeout);
    assert_eq!(done.metrics.unwrap().duration_ms, Some(3.5));
}

proptest! {
    #[test]
    fn gives_back_any_events(events in prop::collection::vec(("[a-z.A-Z]{1,20}", "\\PC{0,20}", any::<String>()), 0..6)) {
        let written = events.iter().map(|(kind, time, text)| {
            serde_json::json!({"time": time, "type": kind, "record": {"text": text, "list": [text]}})
        });
        let body = serde_json::Value::from_iter(written).to_string();
        let batch = parse(&body);
        prop_assert_eq!((batch.events.len(), batch.malformed), (events.len(), 0));
        for (event, (kind, time, text)) in batch.events.iter().zip(&events) {
            prop_assert_eq!((&*event.kind, event.time), (kind.as_str(), timestamp::parse(time)));
            let record: serde_json::Value = serde_json::from_str(event.record.get()).unwrap();
            prop_assert_eq!(record["text"].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn any_text_is_survived(body in ".{0,300}") {
        let _ = parse(&body);
    }

    #[test]
    fn cut_anywhere_loses_only_the_cut_event(count in 1usize..8, cut in 0.0f64..1.0) {
        let whole = format!("[{}]", vec![LINE; count].join(","));
        let at = ((whole.len() as f64) * cut) as usize;
        let complete = (at.saturating_sub(1)) / (LINE.len() + 1)
            + usize::from(at.saturating_sub(1) % (LINE.len() + 1) == LINE.len());
        prop_assert_eq!(parse(&whole[..at]).events.len(), complete.min(count));
    }

    #[test]
    fn noise_between_events_loses_none(noise in "[a-z0-9:}]{0,12}") {
        let body = format!("[{LINE}{noise},{LINE}{noise},{LINE}]");
        prop_assert_eq!(parse(&body).events.len(), 3);
    }
}
