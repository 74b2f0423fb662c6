//! Reads events and responses from the messages of the runtime API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httparse::Header;

use super::http::{Head, Observer, field};
use crate::invocation::{Answered, Begun, StatusCode};
use crate::trigger::{self, Heading};

/// This much of an event is parsed,
const MOST_OF_EVENT: usize = 128 * 1024;
/// and this much of a response, which waits for it.
const MOST_OF_ANSWER: usize = 32 * 1024;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";

/// The content type of a streamed HTTP response, which begins with status code and headers in JSON, and eight zeros.
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END: [u8; 8] = [0; 8];

/// The beginning of a body.
#[derive(Default)]
struct Beginning {
    bytes: Vec<u8>,
    total: u64,
}

impl Beginning {
    fn add(&mut self, part: &[u8], most: usize) {
        self.total += part.len() as u64;
        let room = most.saturating_sub(self.bytes.len()).min(part.len());
        self.bytes.extend_from_slice(part.get(..room).unwrap_or_default());
    }
}

/// Observes the responses to `/next`.
#[derive(Default)]
pub struct Events {
    current: Option<(Heading, Beginning)>,
    whole: Option<(Heading, Beginning)>,
}

impl Events {
    /// The contents of the event that has passed, if any; it is only parsed here. `now` is in nanoseconds since the
    /// Unix epoch.
    pub fn take(&mut self, now: u64) -> Option<Begun> {
        let (heading, event) = self.whole.take()?;
        Some(trigger::begun(&heading, &event.bytes, event.total, now))
    }
}

impl Observer for Events {
    fn head(&mut self, head: &Head<'_>) {
        let text = |name| field(head.fields, name).to_owned();
        let heading = Heading {
            request_id: text("lambda-runtime-aws-request-id"),
            trace: text("lambda-runtime-trace-id"),
            client_context: text("lambda-runtime-client-context"),
        };
        // Only events have one.
        self.current = (!heading.request_id.is_empty()).then(|| (heading, Beginning::default()));
    }

    fn body(&mut self, part: &[u8]) {
        if let Some((_, event)) = &mut self.current {
            event.add(part, MOST_OF_EVENT);
        }
    }

    fn end(&mut self, _: &[Header<'_>]) {
        self.whole = self.current.take();
    }
}

/// The kind of a runtime's report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Response,
    /// A response that is written while the handler runs.
    Streamed {
        with_prelude: bool,
    },
    Error,
}

struct Report {
    request_id: String,
    kind: Kind,
    error_type: String,
    body: Beginning,
}

/// Observes the requests of the runtime.
#[derive(Default)]
pub struct Answers {
    current: Option<Report>,
    whole: Option<Answered>,
}

impl Answers {
    /// The response that has passed, if any.
    pub fn take(&mut self) -> Option<Answered> {
        self.whole.take()
    }
}

impl Observer for Answers {
    fn head(&mut self, head: &Head<'_>) {
        self.current = report(head);
    }

    fn body(&mut self, part: &[u8]) {
        if let Some(report) = &mut self.current {
            report.body.add(part, MOST_OF_ANSWER);
        }
    }

    fn end(&mut self, trailers: &[Header<'_>]) {
        self.whole = self.current.take().map(|report| answered(report, trailers));
    }
}

/// `/2018-06-01/runtime/invocation/ID/response` or `…/error`.
fn report(head: &Head<'_>) -> Option<Report> {
    let (_, rest) = head.path.split_once("/runtime/invocation/")?;
    let (request_id, what) = rest.split_once('/')?;
    let text = |name| field(head.fields, name);
    let kind = match what {
        "response" if text("lambda-runtime-function-response-mode").eq_ignore_ascii_case("streaming") => {
            Kind::Streamed {
                with_prelude: text("content-type").eq_ignore_ascii_case(WITH_PRELUDE),
            }
        }
        "response" => Kind::Response,
        "error" => Kind::Error,
        _ => return None,
    };
    Some(Report {
        request_id: request_id.to_owned(),
        kind,
        error_type: text(ERROR_TYPE).to_owned(),
        body: Beginning::default(),
    })
}

fn answered(report: Report, trailers: &[Header<'_>]) -> Answered {
    let Report {
        request_id,
        kind,
        error_type,
        body: Beginning { bytes, total },
    } = report;
    // A streamed response that fails midway reports that in its trailers.
    let late = field(trailers, ERROR_TYPE);
    if !late.is_empty() {
        let error = STANDARD.decode(field(trailers, "lambda-runtime-function-error-body"));
        return trigger::failure(request_id, late, &error.unwrap_or_default(), total);
    }
    match kind {
        Kind::Error => trigger::failure(request_id, &error_type, &bytes, total),
        Kind::Response => trigger::response(request_id, &bytes, total),
        Kind::Streamed { with_prelude: true } => {
            let end = bytes
                .windows(PRELUDE_END.len())
                .position(|window| window == PRELUDE_END);
            let prelude = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            Answered {
                bytes: total,
                ..trigger::response(request_id, prelude, prelude.len() as u64)
            }
        }
        Kind::Streamed { with_prelude: false } => Answered {
            request_id,
            status: StatusCode::Missing,
            bytes: total,
            ..Answered::default()
        },
    }
}

#[cfg(test)]
mod tests;
