//! Trace and span ids of an invocation.

use sha2::{Digest, Sha256};

/// What an `X-Amzn-Trace-Id` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XRay {
    /// `Root` without its version, as an OpenTelemetry trace id.
    pub trace_id: [u8; 16],
    /// `Parent`.
    pub parent_span_id: Option<[u8; 8]>,
}

impl XRay {
    /// Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
    pub fn parse(header: &str) -> Option<XRay> {
        let mut trace_id = None;
        let mut parent_span_id = None;
        for part in header.split(';') {
            match part.trim().split_once('=') {
                Some(("Root", root)) => trace_id = root_trace_id(root),
                Some(("Parent", parent)) => parent_span_id = hex(parent),
                _ => {}
            }
        }
        Some(XRay {
            trace_id: trace_id?,
            parent_span_id,
        })
    }
}

fn root_trace_id(root: &str) -> Option<[u8; 16]> {
    let (time, random) = root.strip_prefix("1-")?.split_once('-')?;
    hex(&format!("{time}{random}"))
}

/// Reads `N` bytes of hexadecimal text; none for another length, other characters or only zeros (an invalid id).
pub fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    bytes.iter().any(|byte| *byte != 0).then_some(bytes)
}

/// The trace id of an invocation whose trace header is missing: the same for the same request.
pub fn derived_trace_id(request_id: &str) -> [u8; 16] {
    first_bytes(Sha256::new().chain_update(b"trace\0").chain_update(request_id))
}

/// The id of our invoke span. Lambda may run a request id again, here or elsewhere: each run has its own.
pub fn derived_span_id(request_id: &str, environment: &str, run: u64) -> [u8; 8] {
    first_bytes(
        Sha256::new()
            .chain_update(b"span\0")
            .chain_update(request_id)
            .chain_update(b"\0")
            .chain_update(environment)
            .chain_update(run.to_be_bytes()),
    )
}

fn first_bytes<const N: usize>(hash: Sha256) -> [u8; N] {
    let mut bytes = [0; N];
    for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
        *byte = hashed;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_xray_header() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let xray = XRay::parse(header).unwrap();
        assert_eq!(Some(xray.trace_id), hex("5759e988bd862e3fe1be46a994272793"));
        assert_eq!(xray.parent_span_id, hex("53995c3f42cd8ad8"));
        assert!(
            XRay::parse("Root=1-5759e988-bd862e3fe1be46a994272793")
                .unwrap()
                .parent_span_id
                .is_none()
        );
    }

    #[test]
    fn refuses_invalid_headers() {
        for header in [
            "",
            "Root=1-2-3",
            "Parent=53995c3f42cd8ad8",
            "Root=1-00000000-000000000000000000000000",
        ] {
            assert_eq!(XRay::parse(header), None, "{header}");
        }
        assert_eq!(hex::<8>("zz995c3f42cd8ad8"), None);
        assert_eq!(hex::<8>("+1995c3f42cd8ad8"), None);
    }

    #[test]
    fn derived_ids_are_stable_and_distinct() {
        assert_eq!(derived_trace_id("a"), derived_trace_id("a"));
        assert_ne!(derived_trace_id("a"), derived_trace_id("b"));
        assert_ne!(derived_span_id("a", "env", 1), derived_span_id("a", "env", 2));
        assert_ne!(derived_span_id("a", "env", 1), derived_span_id("a", "other", 1));
    }
}
