//! Splits a request that contains several traces. Works on the encoded message, so that fields of a newer OTLP are
//! kept.

use super::unfinished::{INNER, SCOPES, SPANS, id_in, message, parts, with};
use crate::protobuf::{Broken, fields, put};

/// A span's trace (`opentelemetry-proto` 1.8: `trace.proto`).
const TRACE_ID: u32 = 1;

/// A part of a request, and the number of its spans.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// An export request.
    pub request: Vec<u8>,
    /// Its spans.
    pub items: usize,
}

/// The spans of these traces, and the others. Both parts have the resources and scopes of their spans.
pub fn split(request: &[u8], is_taken: impl Fn(&[u8; 16]) -> bool) -> Result<(Part, Part), Broken> {
    let mut sides = [Part::default(), Part::default()];
    for resource in fields(request) {
        let resource = resource?;
        if !resource.is_message(&[INNER]) {
            sides
                .iter_mut()
                .for_each(|side| side.request.extend_from_slice(resource.raw));
            continue;
        }
        let mut scopes = [Vec::new(), Vec::new()];
        for scope in parts(resource.content, SCOPES)? {
            let mut spans = [Vec::new(), Vec::new()];
            for span in parts(scope.content, SPANS)? {
                let [taken, others] = &mut spans;
                match id_in(span.content, TRACE_ID)?.is_some_and(|id| is_taken(&id)) {
                    true => taken.push(span.raw),
                    false => others.push(span.raw),
                }
            }
            for ((side, spans), scopes) in sides.iter_mut().zip(spans).zip(&mut scopes) {
                side.items += spans.len();
                if !spans.is_empty() {
                    scopes.push(message(SCOPES, &with(scope.content, SPANS, &spans)?));
                }
            }
        }
        for (side, scopes) in sides.iter_mut().zip(&scopes) {
            let scopes: Vec<&[u8]> = scopes.iter().map(Vec::as_slice).collect();
            if !scopes.is_empty() {
                put(&mut side.request, INNER, &with(resource.content, SCOPES, &scopes)?);
            }
        }
    }
    let [taken, others] = sides;
    Ok((taken, others))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::collector::ExportTraceServiceRequest;
    use crate::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};
    use proptest::prelude::*;
    use prost::Message;

    fn resource_spans(url: &str, scopes: &[(&str, &[u8])]) -> ResourceSpans {
        let span = |id: &u8| Span {
            trace_id: vec![*id; 16],
            name: format!("span of {id}"),
            ..Span::default()
        };
        let scope = |(url, ids): &(&str, &[u8])| ScopeSpans {
            spans: ids.iter().map(span).collect(),
            schema_url: (*url).into(),
            ..ScopeSpans::default()
        };
        ResourceSpans {
            scope_spans: scopes.iter().map(scope).collect(),
            schema_url: url.into(),
            ..ResourceSpans::default()
        }
    }

    fn read(part: &Part) -> Vec<ResourceSpans> {
        ExportTraceServiceRequest::decode(&*part.request)
            .unwrap()
            .resource_spans
    }

    #[test]
    fn each_part_keeps_resources_and_scopes() {
        let resource_spans_of_all = vec![
            resource_spans("a", &[("x", &[1, 2, 1]), ("y", &[3])]),
            resource_spans("b", &[("z", &[2])]),
        ];
        let request = ExportTraceServiceRequest {
            resource_spans: resource_spans_of_all,
        };
        let (taken, others) = split(&request.encode_to_vec(), |id| id == &[2; 16]).unwrap();
        assert_eq!(
            read(&taken),
            [resource_spans("a", &[("x", &[2])]), resource_spans("b", &[("z", &[2])])]
        );
        assert_eq!(read(&others), [resource_spans("a", &[("x", &[1, 1]), ("y", &[3])])]);
        assert_eq!((taken.items, others.items), (2, 3));
        assert!(split(&[10, 5, 1], |_| true).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = split(&bytes, |_| true);
        }
    }
}
