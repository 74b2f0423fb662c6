//! Tests of the extension as an executable, with an emulated Lambda and backends. One crate, so that it is compiled and
//! linked once.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod account;
mod backend_answers;
mod backend_faults;
mod bursts;
mod durable;
mod environment_faults;
mod fault_costs;
mod flush_modes;
mod freezes;
mod freshness;
mod grpc_export;
mod input_faults;
mod keyless;
mod library_formats;
mod lifecycle;
mod managed_instances;
mod newer_otlp;
mod receivers;
mod recorded_formats;
mod reported_inputs;
mod rotel;
mod runtime_proxy;
mod sdk_requests;
mod settings;
mod settings_together;
mod several_exporters;
mod size_limits;
mod slow_backends;
mod snap_start;
mod start_faults;
mod tenants;
mod tracing_layer;
mod wanted_logs;
