//! Triggers: any event, truncated anywhere, gives information about its invocation, and only what it contains.

use std::collections::BTreeSet;

use clickstack_extension::invocation::{Begun, StatusCode};
use clickstack_extension::record::Value;
use clickstack_extension::trigger::{Heading, begun, failure, response};

const NOW: u64 = 1_763_913_811_000_000_000;
/// The layers use the same limit.
const MOST_LINKS: usize = 128;
/// No attribute repeats what is in the event more than this often.
const MOST_COPIES: usize = 16;

/// Event, trace header and client context, with a zero byte between them; the same as a response.
pub fn check(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == 0);
    let event = parts.next().unwrap_or_default();
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let heading = Heading {
        request_id: "r-1".to_owned(),
        trace: text(),
        client_context: text(),
    };
    holds(&begun(&heading, event, event.len() as u64, NOW), data.len());
    let cut = &event[..event.len() * 2 / 3];
    holds(&begun(&heading, cut, event.len() as u64, NOW), data.len());
    answers_hold(event, &heading.trace);
}

fn holds(begun: &Begun, length: usize) {
    let Begun { origin, attributes, .. } = begun;
    assert!(!begun.trigger.is_empty() && !begun.faas.is_empty());
    assert!(begun.span_name.as_ref().is_none_or(|name| !name.is_empty()));
    assert!(origin.links.len() <= MOST_LINKS);
    assert!(
        origin.parent.is_none() || origin.trace_id.is_none(),
        "either stands for the trace"
    );
    let contexts = origin.links.iter().map(|link| link.context).chain(origin.parent);
    for context in contexts {
        assert!(context.trace_id != [0; 16] && context.span_id != [0; 8]);
    }
    let names: BTreeSet<&str> = attributes.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names.len(), attributes.len(), "each attribute once: {attributes:?}");
    let written = attributes.iter().map(|(_, value)| match value {
        Value::String(text) => text.len(),
        _ => 0,
    });
    let written: usize = written.sum();
    // Replacements are longer than the values that they replace, and replacement characters than invalid UTF-8 bytes.
    assert!(written <= MOST_COPIES * length + 256, "{written} bytes");
}

fn answers_hold(body: &[u8], header: &str) {
    for total in [body.len() as u64, u64::MAX] {
        let answered = response("r-1".to_owned(), body, total);
        assert_eq!(answered.bytes, total);
        assert!(answered.failed_items.len() <= body.len());
        if let StatusCode::Code(code) = answered.status {
            assert!((100..600).contains(&code));
        }
        let failed = failure("r-1".to_owned(), header, body, total);
        assert!(failed.failure.is_none_or(|failure| !failure.kind.is_empty()));
    }
}
