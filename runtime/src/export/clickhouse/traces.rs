//! Rows of `otel_traces`.

use super::row::Row;
use super::{fields, value};
use crate::otlp::messages::trace::{Event, Link, Span};
use crate::record::Value;

/// Names by OTLP's numbers, spelled as HyperDX compares them.
const KINDS: [&str; 6] = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const STATUS_CODES: [&str; 3] = ["Unset", "Ok", "Error"];

type Attributes = Vec<(String, Value)>;

/// Writes a span.
pub fn write(row: &mut Row<'_>, span: Span) {
    let status = span.status.unwrap_or_default();
    row.time(span.start_time_unix_nano);
    row.id(&span.trace_id);
    row.id(&span.span_id);
    row.id(&span.parent_span_id);
    row.text(&span.trace_state);
    row.text(&span.name);
    row.text(name(&KINDS, span.kind));
    row.attributes(&fields::of(&value::attributes_from_otlp(span.attributes)));
    // A span that ends before it starts wraps around, as in the collector.
    row.integer(span.end_time_unix_nano.wrapping_sub(span.start_time_unix_nano));
    row.text(name(&STATUS_CODES, status.code));
    row.text(&status.message);
    write_events(row, span.events);
    write_links(row, span.links);
}

fn write_events(row: &mut Row<'_>, mut events: Vec<Event>) {
    let take = |event: &mut Event| value::attributes_from_otlp(std::mem::take(&mut event.attributes));
    let attributes: Vec<Attributes> = events.iter_mut().map(take).collect();
    row.list(&events, |cell, event| cell.time(event.time_unix_nano));
    row.list(&events, |cell, event| cell.text(&event.name));
    row.list(&attributes, |cell, attributes| cell.attributes(&fields::of(attributes)));
}

fn write_links(row: &mut Row<'_>, mut links: Vec<Link>) {
    let take = |link: &mut Link| value::attributes_from_otlp(std::mem::take(&mut link.attributes));
    let attributes: Vec<Attributes> = links.iter_mut().map(take).collect();
    row.list(&links, |cell, link| cell.id(&link.trace_id));
    row.list(&links, |cell, link| cell.id(&link.span_id));
    row.list(&links, |cell, link| cell.text(&link.trace_state));
    row.list(&attributes, |cell, attributes| cell.attributes(&fields::of(attributes)));
}

fn name(names: &[&'static str], number: i32) -> &'static str {
    usize::try_from(number)
        .ok()
        .and_then(|number| names.get(number).copied())
        .unwrap_or_default()
}
