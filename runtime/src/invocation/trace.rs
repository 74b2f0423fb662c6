//! Trace and span ids of an invocation.

use sha2::{Digest, Sha256};

/// Maximum age of ids that X-Ray creates: it rejects traces older than this, in seconds.
const XRAY_KEEPS: u64 = 30 * 24 * 60 * 60;

/// Maximum clock difference of the services that create ids, in seconds.
const CLOCK_SKEW: u64 = 300;

/// The contents of an `X-Amzn-Trace-Id` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XRay {
    /// `Root` without its version, as an OpenTelemetry trace id.
    pub trace_id: [u8; 16],
    /// `Parent`.
    pub parent_span_id: Option<[u8; 8]>,
    /// `Sampled=1`: the caller recorded its span.
    pub sampled: bool,
}

impl XRay {
    /// Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
    pub fn parse(header: &str) -> Option<XRay> {
        let mut trace_id = None;
        let mut parent_span_id = None;
        let mut sampled = false;
        for part in header.split(';') {
            match part.trim().split_once('=') {
                Some(("Root", root)) => trace_id = root_trace_id(root),
                Some(("Parent", parent)) => parent_span_id = hex(parent),
                Some(("Sampled", flag)) => sampled = flag == "1",
                _ => {}
            }
        }
        Some(XRay {
            trace_id: trace_id?,
            parent_span_id,
            sampled,
        })
    }

    /// The caller's span, if it can be in the same backend as this function's spans, for an invocation that began at
    /// `began` nanoseconds.
    ///
    /// Without `Sampled=1` it was not recorded. With it, it is X-Ray's own segment, or the span of an OpenTelemetry SDK
    /// that propagates in X-Ray's format. X-Ray, and with it Lambda, API Gateway and the other services, begin a trace
    /// id with its time in seconds and reject ids older than thirty days (X-Ray developer guide, "Trace ID format");
    /// OpenTelemetry's SDKs create random ids (W3C Trace Context, `random-trace-id`). A random id looks like a recent
    /// time once in 1,600 times. An SDK that creates ids in X-Ray's format cannot be distinguished from X-Ray: its
    /// caller becomes an attribute.
    pub fn stored_parent(&self, began: u64) -> Option<[u8; 8]> {
        self.parent_span_id
            .filter(|_| self.sampled && !self.is_xrays_own(began))
    }

    fn is_xrays_own(&self, began: u64) -> bool {
        let [first, second, third, fourth, ..] = self.trace_id;
        let made = u64::from(u32::from_be_bytes([first, second, third, fourth]));
        let began = began / 1_000_000_000;
        made <= began + CLOCK_SKEW && made + XRAY_KEEPS >= began
    }
}

fn root_trace_id(root: &str) -> Option<[u8; 16]> {
    let (time, random) = root.strip_prefix("1-")?.split_once('-')?;
    hex(&format!("{time}{random}"))
}

/// Reads `N` bytes of hexadecimal text; `None` for another length, other characters or only zeros (an invalid id).
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

/// Bytes as hexadecimal text, in lower case.
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The trace id of an invocation whose trace header is missing: the same for the same request.
pub fn derived_trace_id(request_id: &str) -> [u8; 16] {
    first_bytes(Sha256::new().chain_update(b"trace\0").chain_update(request_id))
}

/// The id of the extension's invoke span. Lambda may run a request id again, here or elsewhere: each run has its own
/// span id.
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

    /// 2026-11-29T12:00:00Z.
    const BEGAN: u64 = 1_795_953_600_000_000_000;

    fn stored(time: u64, rest: &str) -> bool {
        let header = format!("Root=1-{time:08x}-bd862e3fe1be46a994272793{rest}");
        XRay::parse(&header).unwrap().stored_parent(BEGAN).is_some()
    }

    #[test]
    fn a_caller_whose_ids_are_random_and_who_sampled_has_a_stored_span() {
        let began = BEGAN / 1_000_000_000;
        for random in [
            0x0000_0001,
            0x5759_e988,
            0xf3a1_0b7c,
            began - 31 * 86_400,
            began + 86_400,
        ] {
            assert!(stored(random, ";Parent=53995c3f42cd8ad8;Sampled=1"), "{random:x}");
            assert!(stored(
                random,
                ";Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"
            ));
        }
    }

    #[test]
    fn the_segments_of_xray_and_what_nobody_recorded_are_not_stored() {
        let began = BEGAN / 1_000_000_000;
        for own in [began, began - 1, began + 5, began - 900, began - 7 * 86_400] {
            assert!(!stored(own, ";Parent=53995c3f42cd8ad8;Sampled=1"), "{own:x}");
        }
        for unrecorded in [
            ";Parent=53995c3f42cd8ad8;Sampled=0",
            ";Parent=53995c3f42cd8ad8",
            ";Parent=53995c3f42cd8ad8;Sampled=?",
            ";Sampled=1",
            ";Parent=0000000000000000;Sampled=1",
        ] {
            assert!(!stored(0x5759_e988, unrecorded), "{unrecorded}");
        }
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
