//! What responses say in words, of backends and of what stands in their place.

use std::borrow::Cow;

use crate::http::header::CONTENT_TYPE;
use crate::http::{HeaderMap, Response};

/// Most characters of the backend's own words in a reason.
pub const WORDS: usize = 200;

/// Bytes of a body in which a proxy's words are looked for.
const PAGE: usize = 2_048;

/// The beginning of a body, which may be a proxy's page, JSON, or a `google.rpc.Status` with text in it.
pub fn words(response: &Response) -> Cow<'_, str> {
    String::from_utf8_lossy(&response.body[..response.body.len().min(PAGE)])
}

/// The media type of an answer, without parameters.
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

/// The same in a sentence.
pub fn named(kind: &str) -> &str {
    match kind {
        "" => "a response without content type",
        kind => kind,
    }
}
