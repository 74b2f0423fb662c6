//! The ClickStack extension for AWS Lambda: a function's logs, platform events and OpenTelemetry data, to ClickStack.
//!
//! The way of a line: `lambda` receives it, `session` places it (`invocation`, `convert`) and keeps it (`buffer`), `flush`
//! says when it leaves, `export` sends it. `app` ties these together; only `app`, `server` and the clients do I/O.
#![forbid(unsafe_code)]

pub mod app;
pub mod aws;
pub mod buffer;
pub mod config;
pub mod convert;
pub mod diagnostics;
pub mod env_file;
pub mod export;
pub mod flush;
pub mod grpc;
pub mod gzip;
pub mod http;
pub mod invocation;
pub mod lambda;
pub mod otlp_json;
pub mod protobuf;
pub mod receiver;
pub mod record;
pub mod resource;
pub mod secrets;
pub mod server;
pub mod session;
pub mod sigv4;
pub mod step;
pub mod time_zone;
pub mod timestamp;
