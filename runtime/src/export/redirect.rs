//! Redirects. They are not followed: a key that is meant for one backend never goes to another.

use super::response::WORDS;
use crate::http::header::LOCATION;
use crate::http::{Endpoint, Response};

/// The message for a redirect, with its target: to a login page, from `http` to `https`, to another host or path.
pub fn reason(endpoint: &Endpoint, response: &Response) -> String {
    let location = response.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    match location.map(without_secrets).filter(|target| !target.is_empty()) {
        Some(target) => format!(
            "{endpoint} answered {}: it redirects to {target}; set the endpoint to where the backend receives \
             telemetry",
            response.status
        ),
        None => format!("{endpoint} answered {}; check the endpoint", response.status),
    }
}

/// A query may contain a token, the part before `@` a password.
fn without_secrets(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap_or_default().trim();
    let shown = match path.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or(authority);
            format!("{scheme}://{host}{path}")
        }
        None => path.to_owned(),
    };
    shown.chars().take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_shown_without_secrets() {
        for (location, shown) in [
            (
                "https://login.example.com/sso?token=secret",
                "https://login.example.com/sso",
            ),
            (
                "https://user:secret@example.com:4318/v1/logs#x",
                "https://example.com:4318/v1/logs",
            ),
            ("https://example.com", "https://example.com"),
            ("/login?next=/v1/logs", "/login"),
        ] {
            assert_eq!(without_secrets(location), shown);
        }
    }
}
