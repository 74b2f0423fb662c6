//! The outcome of a gRPC call.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};
use prost::Message;

use crate::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// Messages are percent-encoded except for printable ASCII other than `%`.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Binary headers come with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal;)*) => {
        /// A status code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name = $number,)* }

        impl Code {
            /// The name in gRPC's documentation.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// The code with this number; an unknown number is `UNKNOWN`.
            pub fn from_number(number: u32) -> Self {
                match number { $($number => Code::$name,)* _ => Code::Unknown }
            }
        }
    };
}

codes! {
    /// Success.
    Ok = 0 "OK";
    /// The caller gave up.
    Cancelled = 1 "CANCELLED";
    /// Unknown error.
    Unknown = 2 "UNKNOWN";
    /// The request is invalid.
    InvalidArgument = 3 "INVALID_ARGUMENT";
    /// The deadline was exceeded.
    DeadlineExceeded = 4 "DEADLINE_EXCEEDED";
    /// Something that the request names does not exist.
    NotFound = 5 "NOT_FOUND";
    /// Something that the request creates already exists.
    AlreadyExists = 6 "ALREADY_EXISTS";
    /// The caller lacks the permission.
    PermissionDenied = 7 "PERMISSION_DENIED";
    /// A size limit or a quota is exceeded.
    ResourceExhausted = 8 "RESOURCE_EXHAUSTED";
    /// The state of the system doesn't allow it.
    FailedPrecondition = 9 "FAILED_PRECONDITION";
    /// A conflict; a retry may help.
    Aborted = 10 "ABORTED";
    /// Beyond the valid range.
    OutOfRange = 11 "OUT_OF_RANGE";
    /// There is no such method.
    Unimplemented = 12 "UNIMPLEMENTED";
    /// Internal error.
    Internal = 13 "INTERNAL";
    /// Temporarily unavailable; a retry helps.
    Unavailable = 14 "UNAVAILABLE";
    /// Data was lost.
    DataLoss = 15 "DATA_LOSS";
    /// The caller is not authenticated.
    Unauthenticated = 16 "UNAUTHENTICATED";
}

impl Code {
    /// Whether OTLP allows the same request to be retried.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Code::Cancelled
                | Code::DeadlineExceeded
                | Code::ResourceExhausted
                | Code::Aborted
                | Code::OutOfRange
                | Code::Unavailable
                | Code::DataLoss
        )
    }
}

/// A code with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The code.
    pub code: Code,
    /// An explanation for developers; may be empty.
    pub message: Cow<'static, str>,
    /// The delay after which the server expects a retry.
    pub retry_delay: Option<Duration>,
}

impl Status {
    /// A status without delay.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_delay: None,
        }
    }

    /// Writes the status in the form of trailers; a response without a message has it in its headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.insert(STATUS, HeaderValue::from(self.code as u16));
        let message = utf8_percent_encode(&self.message, ENCODED).to_string();
        // Only printable ASCII is left, so there is no error.
        if let Ok(message) = HeaderValue::try_from(message) {
            headers.insert(MESSAGE, message);
        }
    }

    /// The status in trailers or headers; `None` if there is none.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let number = headers.get(STATUS)?.to_str().ok().and_then(|text| text.parse().ok());
        let message = headers.get(MESSAGE).map_or(&b""[..], |value| value.as_bytes());
        Some(Self {
            code: number.map_or(Code::Unknown, Code::from_number),
            message: percent_decode(message).decode_utf8_lossy().into_owned().into(),
            retry_delay: headers.get(DETAILS).and_then(|details| retry_delay(details.as_bytes())),
        })
    }

    /// The status for an HTTP status that a proxy returns instead of a gRPC server.
    pub fn of_http(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            400 => Code::Internal,
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::Unimplemented,
            408 | 429 | 502..=504 => Code::Unavailable,
            _ => Code::Unknown,
        };
        Self::new(code, format!("HTTP status {status} instead of gRPC"))
    }
}

/// The parts of `google.rpc.Status` that are used here.
#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

#[derive(Clone, PartialEq, Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Delay>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

fn retry_delay(details: &[u8]) -> Option<Duration> {
    let details = Details::decode(&*BASE64.decode(details).ok()?).ok()?.details;
    let info = details
        .iter()
        .find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(&*info.value).ok()?.delay?;
    let nanos = u32::try_from(delay.nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    Some(Duration::new(u64::try_from(delay.seconds).ok()?, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pair = |(name, value): &(HeaderName, &str)| (name.clone(), HeaderValue::from_str(value).unwrap());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn numbers_and_names() {
        for number in 0..17 {
            assert_eq!(Code::from_number(number) as u32, number);
        }
        assert_eq!(Code::from_number(99), Code::Unknown);
        assert_eq!(Code::ResourceExhausted.name(), "RESOURCE_EXHAUSTED");
    }

    #[test]
    fn retryable_are_those_of_the_otlp_specification() {
        let retryable: Vec<u32> = (0..17).filter(|n| Code::from_number(*n).is_retryable()).collect();
        assert_eq!(retryable, [1, 4, 8, 10, 11, 14, 15]);
    }

    #[test]
    fn a_missing_or_odd_status() {
        assert_eq!(Status::read(&HeaderMap::new()), None);
        assert_eq!(Status::read(&headers(&[(STATUS, "x")])).unwrap().code, Code::Unknown);
        assert_eq!(Status::read(&headers(&[(STATUS, "77")])).unwrap().code, Code::Unknown);
    }

    #[test]
    fn proxies_answer_in_http() {
        let code = |status: u16| Status::of_http(StatusCode::from_u16(status).unwrap()).code;
        assert_eq!(code(401), Code::Unauthenticated);
        assert_eq!(code(403), Code::PermissionDenied);
        assert_eq!(code(503), Code::Unavailable);
        assert_eq!(code(404), Code::Unimplemented);
        assert_eq!(code(500), Code::Unknown);
    }

    #[test]
    fn servers_may_say_when_to_come_again() {
        let info = RetryInfo {
            delay: Some(Delay {
                seconds: 2,
                nanos: 500_000_000,
            }),
        };
        let other = Detail {
            type_url: "type.googleapis.com/google.rpc.DebugInfo".into(),
            value: vec![1],
        };
        let detail = Detail {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".into(),
            value: info.encode_to_vec(),
        };
        let details = Details {
            details: vec![other, detail],
        };
        let bytes = details.encode_to_vec();
        for text in [
            BASE64.encode(&bytes),
            BASE64.encode(&bytes).trim_end_matches('=').to_owned(),
        ] {
            let status = Status::read(&headers(&[(STATUS, "8"), (DETAILS, &text)])).unwrap();
            assert_eq!(status.retry_delay, Some(Duration::from_millis(2500)));
        }
        let broken = Status::read(&headers(&[(STATUS, "8"), (DETAILS, "!")])).unwrap();
        assert_eq!(broken.retry_delay, None);
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(number in 0u32..17, message in "\\PC{0,40}[\r\n%]?") {
            let status = Status::new(Code::from_number(number), message);
            let mut headers = HeaderMap::new();
            status.write(&mut headers);
            prop_assert_eq!(Status::read(&headers), Some(status));
        }
    }
}
