//! Text of responses, from backends and from what answers instead of them.

use std::borrow::Cow;

use crate::http::header::CONTENT_TYPE;
use crate::http::{HeaderMap, Response};

/// Maximum number of characters of the backend's message in a reason.
pub const WORDS: usize = 200;

/// Number of bytes of a body that are searched for a proxy's message.
const PAGE: usize = 2_048;

/// The beginning of a body, which may be a proxy's page, JSON, or a `google.rpc.Status` with text in it.
pub fn words(response: &Response) -> Cow<'_, str> {
    String::from_utf8_lossy(&response.body[..response.body.len().min(PAGE)])
}

/// The media type of a response, without parameters.
pub fn media_type(headers: &HeaderMap) -> Cow<'_, str> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    match kind.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(kind.to_ascii_lowercase()),
        false => Cow::Borrowed(kind),
    }
}

/// The media type for use in a sentence.
pub fn named(kind: &str) -> &str {
    match kind {
        "" => "a response without content type",
        kind => kind,
    }
}
