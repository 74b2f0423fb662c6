//! What to check if a backend rejects the key. Managed and self-hosted ClickStack expect it in different forms.

use crate::http::HeaderMap;
use crate::http::header::AUTHORIZATION;

/// What to check, depending on the form of the key. Contains no part of the key.
///
/// HyperDX's collector compares the whole header with the ingestion API key (`bearertokenauth` with an empty scheme,
/// `docker/otel-collector/config.yaml` of HyperDX 2.36), the managed service expects a bearer token.
pub fn of(headers: &HeaderMap) -> &'static str {
    let text = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scheme = text.map(|text| text.split_once(' ').map_or("", |(scheme, _)| scheme));
    match scheme {
        None => {
            "check the key in the exporter's settings: no authorization header is sent; self-hosted ClickStack \
             expects the ingestion API key, managed ClickStack expects Bearer and the key"
        }
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => {
            "check the key in the exporter's settings: it is sent as a Bearer token, as managed ClickStack expects \
             it; self-hosted ClickStack expects the ingestion API key without Bearer"
        }
        Some("") => {
            "check the key in the exporter's settings: it is sent without Bearer, as self-hosted ClickStack expects \
             it; managed ClickStack expects Bearer before it"
        }
        Some(_) => "check the key in the exporter's settings",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderValue;

    fn advice(value: Option<&'static str>) -> &'static str {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        }
        of(&headers)
    }

    #[test]
    fn names_the_form_that_is_sent_and_the_other_one() {
        for (value, expected) in [
            (Some("Bearer abc"), "without Bearer"),
            (Some("bearer abc"), "without Bearer"),
            (Some("0a1b2c3d-key"), "managed ClickStack expects Bearer before it"),
            (None, "no authorization header"),
            (Some("Basic abc"), "check the key in the exporter's settings"),
        ] {
            let advice = advice(value);
            assert!(advice.ends_with(expected) || advice.contains(expected), "{advice}");
            assert!(advice.starts_with("check the key") && !advice.contains("abc"));
        }
    }
}
