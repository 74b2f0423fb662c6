//! Removes spans that a tracing layer sent while they were open from a request. Works on the encoded message, so that
//! fields of a newer OTLP are kept.

use bytes::Bytes;

use super::messages::common::Value as Any;
use super::messages::trace::Span;
use crate::protobuf::{Broken, Field, fields, put};

/// The attribute of a span that was still open.
const UNFINISHED: &str = "clickstack.unfinished";

/// The field number of resources in a request, of scopes and spans in them, and of a span's id (`opentelemetry-proto`
/// 1.8: `trace.proto`).
pub(super) const INNER: u32 = 1;
pub(super) const SCOPES: u32 = 2;
pub(super) const SPANS: u32 = 2;
const SPAN_ID: u32 = 2;

/// A snapshot of an open span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedSpan {
    /// Its id.
    pub span_id: [u8; 8],
    /// An export request with only this span.
    pub request: Bytes,
}

/// Whether a span was still open when it was sent.
pub fn is_unfinished(span: &Span) -> bool {
    span.attributes.iter().any(|attribute| {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
        attribute.key == UNFINISHED && value == Some(&Any::BoolValue(true))
    })
}

/// The request without the spans with these ids, and each of them as a separate request.
pub fn split(request: &[u8], open: &[[u8; 8]]) -> Result<(Vec<u8>, Vec<UnfinishedSpan>), Broken> {
    let (mut rest, mut taken) = (Vec::with_capacity(request.len()), Vec::new());
    for resource in fields(request) {
        let resource = resource?;
        if !resource.is_message(&[INNER]) {
            rest.extend_from_slice(resource.raw);
            continue;
        }
        let mut kept_scopes = Vec::new();
        for scope in parts(resource.content, SCOPES)? {
            let mut kept_spans = Vec::new();
            for span in parts(scope.content, SPANS)? {
                match id_in(span.content, SPAN_ID)?.filter(|id| open.contains(id)) {
                    None => kept_spans.push(span.raw),
                    Some(span_id) => {
                        let scope = with(scope.content, SPANS, &[span.raw])?;
                        let resource = with(resource.content, SCOPES, &[&message(SCOPES, &scope)])?;
                        let request = message(INNER, &resource).into();
                        taken.push(UnfinishedSpan { span_id, request });
                    }
                }
            }
            if !kept_spans.is_empty() {
                kept_scopes.push(message(SCOPES, &with(scope.content, SPANS, &kept_spans)?));
            }
        }
        if !kept_scopes.is_empty() {
            let kept: Vec<&[u8]> = kept_scopes.iter().map(Vec::as_slice).collect();
            put(&mut rest, INNER, &with(resource.content, SCOPES, &kept)?);
        }
    }
    Ok((rest, taken))
}

/// The messages of this field.
pub(super) fn parts(message: &[u8], number: u32) -> Result<Vec<Field<'_>>, Broken> {
    let mut found = Vec::new();
    for field in fields(message) {
        let field = field?;
        if field.is_message(&[number]) {
            found.push(field);
        }
    }
    Ok(found)
}

/// The message with the messages of this field replaced by these.
pub(super) fn with(message: &[u8], number: u32, parts: &[&[u8]]) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(message.len());
    for field in fields(message) {
        let field = field?;
        if !field.is_message(&[number]) {
            out.extend_from_slice(field.raw);
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    Ok(out)
}

pub(super) fn message(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 8);
    put(&mut out, number, content);
    out
}

/// The id in this field of a span, if it has one of this size.
pub(super) fn id_in<const N: usize>(span: &[u8], field: u32) -> Result<Option<[u8; N]>, Broken> {
    let ids = parts(span, field)?;
    Ok(ids.first().and_then(|id| id.content.try_into().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::collector::ExportTraceServiceRequest;
    use crate::otlp::messages::common::InstrumentationScope;
    use crate::otlp::messages::resource::Resource;
    use crate::otlp::messages::trace::{ResourceSpans, ScopeSpans};
    use proptest::prelude::*;
    use prost::Message;

    fn resource_spans(url: &str, scopes: &[(&str, &[u8])]) -> ResourceSpans {
        let span = |id: &u8| Span {
            span_id: vec![*id; 8],
            name: format!("span {id}"),
            ..Span::default()
        };
        let scope = |(name, ids): &(&str, &[u8])| ScopeSpans {
            scope: Some(InstrumentationScope {
                name: (*name).to_owned(),
                ..InstrumentationScope::default()
            }),
            spans: ids.iter().map(span).collect(),
            schema_url: "scope".into(),
        };
        ResourceSpans {
            resource: Some(Resource::default()),
            scope_spans: scopes.iter().map(scope).collect(),
            schema_url: url.into(),
        }
    }

    fn request(resource_spans: Vec<ResourceSpans>) -> Vec<u8> {
        ExportTraceServiceRequest { resource_spans }.encode_to_vec()
    }

    #[test]
    fn each_keeps_its_resource_and_scope() {
        let whole = request(vec![
            resource_spans("a", &[("x", &[1, 2]), ("y", &[3])]),
            resource_spans("b", &[("z", &[4])]),
        ]);
        let (rest, taken) = split(&whole, &[[2; 8], [3; 8], [4; 8]]).unwrap();
        let rest = ExportTraceServiceRequest::decode(&*rest).unwrap();
        assert_eq!(rest.resource_spans, [resource_spans("a", &[("x", &[1])])]);
        for (span, (id, alone)) in taken.iter().zip([
            (2, resource_spans("a", &[("x", &[2])])),
            (3, resource_spans("a", &[("y", &[3])])),
            (4, resource_spans("b", &[("z", &[4])])),
        ]) {
            assert_eq!(span.span_id, [id; 8]);
            let read = ExportTraceServiceRequest::decode(&*span.request).unwrap();
            assert_eq!(read.resource_spans, [alone]);
        }
        assert_eq!(taken.len(), 3);
        assert!(split(&[10, 5, 1], &[]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = split(&bytes, &[[0; 8]]);
        }
    }
}
