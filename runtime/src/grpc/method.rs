//! The methods of OTLP's three services.

use crate::record::Signal;

/// The path of a signal's `Export` method.
pub fn method_path(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// The signal whose `Export` method has this path.
pub fn signal_of(path: &str) -> Option<Signal> {
    Signal::ALL.into_iter().find(|signal| method_path(*signal) == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_its_path() {
        for signal in Signal::ALL {
            assert_eq!(signal_of(method_path(signal)), Some(signal));
        }
        assert_eq!(signal_of("/grpc.health.v1.Health/Check"), None);
    }
}
