//! The Extensions API's lifecycle events.

use serde::Deserialize;

/// The response of `/event/next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// An invocation begins.
    Invoke(Invoke),
    /// The environment ends.
    Shutdown(Shutdown),
    /// An event of a later API.
    Unknown,
}

/// An invocation, as announced to the extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoke {
    /// Its id.
    pub request_id: String,
    /// ARN with which the function was invoked, including alias or version if given.
    pub function_arn: String,
    /// The `X-Amzn-Trace-Id` header.
    pub trace_header: String,
    /// When function and extensions must have finished, milliseconds since the Unix epoch.
    pub deadline_ms: u64,
}

/// The end of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shutdown {
    /// `spindown`, `timeout` or `failure`.
    pub reason: String,
    /// When the extension is killed, milliseconds since the Unix epoch.
    pub deadline_ms: u64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wire {
    event_type: String,
    deadline_ms: u64,
    request_id: String,
    invoked_function_arn: String,
    shutdown_reason: String,
    tracing: Option<WireTracing>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireTracing {
    value: String,
}

/// Parses the body of an `/event/next` response.
pub fn parse(body: &[u8]) -> Lifecycle {
    let Ok(wire) = serde_json::from_slice::<Wire>(body) else {
        return Lifecycle::Unknown;
    };
    match wire.event_type.as_str() {
        "INVOKE" => Lifecycle::Invoke(Invoke {
            request_id: wire.request_id,
            function_arn: wire.invoked_function_arn,
            trace_header: wire.tracing.unwrap_or_default().value,
            deadline_ms: wire.deadline_ms,
        }),
        "SHUTDOWN" => Lifecycle::Shutdown(Shutdown {
            reason: wire.shutdown_reason,
            deadline_ms: wire.deadline_ms,
        }),
        _ => Lifecycle::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_invoke_and_shutdown() {
        let invoke = parse(
            br#"{"eventType":"INVOKE","deadlineMs":7,"requestId":"r","invokedFunctionArn":"a","tracing":{"type":"X","value":"Root=1"}}"#,
        );
        assert_eq!(
            invoke,
            Lifecycle::Invoke(Invoke {
                request_id: "r".into(),
                function_arn: "a".into(),
                trace_header: "Root=1".into(),
                deadline_ms: 7,
            })
        );
        let shutdown = parse(br#"{"eventType":"SHUTDOWN","shutdownReason":"spindown","deadlineMs":9}"#);
        assert_eq!(
            shutdown,
            Lifecycle::Shutdown(Shutdown {
                reason: "spindown".into(),
                deadline_ms: 9
            })
        );
    }

    #[test]
    fn anything_else_is_unknown() {
        assert_eq!(parse(b"{\"eventType\":\"DREAM\"}"), Lifecycle::Unknown);
        assert_eq!(parse(b"not json"), Lifecycle::Unknown);
    }
}
