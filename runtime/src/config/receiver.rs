//! How the extension receives the function's own telemetry.

use std::net::SocketAddr;

use super::reader::raw_setting::RawSetting;
use super::reader::{Reader, parse_boolean};
use crate::environment::settings::{
    ROTEL_OTLP_GRPC_ENDPOINT, ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB, ROTEL_OTLP_HTTP_ENDPOINT, Setting,
};
use crate::record::Signal;

const MIB: usize = 1024 * 1024;

/// The OTLP receivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverConfig {
    /// The address for OTLP/HTTP.
    pub http_address: SocketAddr,
    /// The address for OTLP/gRPC.
    pub grpc_address: SocketAddr,
    /// The largest gRPC message, in bytes.
    pub largest_grpc_message: usize,
    /// The signals that are accepted, with their paths in OTLP/HTTP.
    pub paths: Vec<(Signal, String)>,
}

impl ReceiverConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let paths = Signal::ALL.into_iter().filter_map(|signal| {
            let name = signal.name().to_ascii_uppercase();
            let disabled = [format!("ROTEL_OTLP_RECEIVER_{name}_DISABLED")];
            let disabled = RawSetting::first(reader, &disabled, |_, text| parse_boolean(text).map(drop));
            if disabled.text.is_some_and(|text| parse_boolean(&text) == Ok(true)) {
                return None;
            }
            let path = [format!("ROTEL_OTLP_RECEIVER_{name}_HTTP_PATH")];
            let path = RawSetting::first(reader, &path, |_, _| Ok(())).text;
            let path = path.unwrap_or_else(|| format!("/v1/{}", signal.name()));
            Some((signal, format!("/{}", path.trim_matches('/'))))
        });
        Self {
            paths: paths.collect(),
            http_address: reader.address(&ROTEL_OTLP_HTTP_ENDPOINT),
            grpc_address: reader.address(&ROTEL_OTLP_GRPC_ENDPOINT),
            largest_grpc_message: largest_grpc_message(reader),
        }
    }

    /// Whether this signal is accepted.
    pub fn takes(&self, signal: Signal) -> bool {
        self.paths.iter().any(|(taken, _)| *taken == signal)
    }

    /// The ports of both receivers.
    pub(super) fn ports(&self) -> [u16; 2] {
        [self.http_address.port(), self.grpc_address.port()]
    }
}

fn largest_grpc_message(reader: &mut Reader<'_>) -> usize {
    let setting = &ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB;
    let size = RawSetting::read(reader, setting, |_: &Setting, text| parse_size(text).map(drop));
    let size = size.text.as_deref().or(setting.default).map(parse_size);
    size.and_then(Result::ok).unwrap_or(4 * MIB)
}

/// Converts a number of MiB to bytes.
fn parse_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=1024) => Ok(size * MIB),
        _ => Err("is not a number of MiB from 1 to 1024".to_owned()),
    }
}
