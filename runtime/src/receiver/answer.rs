//! Responses to senders: whether everything was accepted, or why not.

use prost::Message;
use serde_json::json;

use crate::grpc::Code;
use crate::otlp::messages::collector::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse, ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use crate::record::Signal;

const NO_ROOM: &str =
    "the extension's buffer has no room for a request of this size; send fewer records in one request";

/// The encoded response to a request of which `refused` records were rejected; empty if there are none.
pub fn response(signal: Signal, refused: usize) -> Vec<u8> {
    if refused == 0 {
        return Vec::new();
    }
    let (rejected, error_message) = (count(refused), NO_ROOM.to_owned());
    match signal {
        Signal::Logs => {
            let partial_success = Some(ExportLogsPartialSuccess {
                rejected_log_records: rejected,
                error_message,
            });
            ExportLogsServiceResponse { partial_success }.encode_to_vec()
        }
        Signal::Traces => {
            let partial_success = Some(ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message,
            });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        }
        Signal::Metrics => {
            let partial_success = Some(ExportMetricsPartialSuccess {
                rejected_data_points: rejected,
                error_message,
            });
            ExportMetricsServiceResponse { partial_success }.encode_to_vec()
        }
    }
}

/// Like `response`, in JSON.
pub fn json_response(signal: Signal, refused: usize) -> Vec<u8> {
    let name = match signal {
        _ if refused == 0 => return b"{}".to_vec(),
        Signal::Logs => "rejectedLogRecords",
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
    };
    // JSON writes 64-bit numbers as strings.
    let partial_success = json!({name: count(refused).to_string(), "errorMessage": NO_ROOM});
    json!({"partialSuccess": partial_success}).to_string().into_bytes()
}

fn count(refused: usize) -> i64 {
    i64::try_from(refused).unwrap_or(i64::MAX)
}

/// `google.rpc.Status`, the body of OTLP/HTTP's error responses.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The encoded body of an error response.
pub fn refusal(code: Code, message: &str) -> Vec<u8> {
    let (code, message) = (code as i32, message.to_owned());
    RpcStatus { code, message }.encode_to_vec()
}

/// Like `refusal`, in JSON.
pub fn json_refusal(code: Code, message: &str) -> Vec<u8> {
    json!({"code": code as i32, "message": message})
        .to_string()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_success_counts_what_was_not_taken() {
        for signal in Signal::ALL {
            assert!(response(signal, 0).is_empty());
            assert_eq!(json_response(signal, 0), b"{}");
        }
        let success = ExportTraceServiceResponse::decode(&*response(Signal::Traces, 7))
            .unwrap()
            .partial_success;
        assert_eq!(
            success.map(|success| (success.rejected_spans, success.error_message)),
            Some((7, NO_ROOM.into()))
        );
        let logs = ExportLogsServiceResponse::decode(&*response(Signal::Logs, 7))
            .unwrap()
            .partial_success;
        assert_eq!(logs.unwrap().rejected_log_records, 7);
        let metrics = ExportMetricsServiceResponse::decode(&*response(Signal::Metrics, 7))
            .unwrap()
            .partial_success;
        assert_eq!(metrics.unwrap().rejected_data_points, 7);
        let json: serde_json::Value = serde_json::from_slice(&json_response(Signal::Metrics, 7)).unwrap();
        assert_eq!(json["partialSuccess"]["rejectedDataPoints"], "7");
    }

    #[test]
    fn refusals_are_a_status() {
        let status = RpcStatus::decode(&*refusal(Code::InvalidArgument, "why")).unwrap();
        assert_eq!((status.code, status.message.as_str()), (3, "why"));
        let json: serde_json::Value = serde_json::from_slice(&json_refusal(Code::InvalidArgument, "why")).unwrap();
        assert_eq!(json, json!({"code": 3, "message": "why"}));
    }
}
