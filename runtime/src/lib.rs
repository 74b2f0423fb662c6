//! The ClickStack extension for AWS Lambda: a function's logs, platform events and OpenTelemetry data, to ClickStack.
//!
//! The path of a line: `lambda` receives it, `session` assigns it (`invocation`, `convert`) and queues it (`buffer`),
//! `flush` decides when it is sent, `export` sends it. `app` connects these; only `app`, `environment`, `http` and
//! their callers in `aws`, `export`, `lambda` and `receiver` do I/O.
//!
//! What each module may import. Every arrow points downwards in this list, and no two files import each other, at any
//! depth; `tests/architecture` enforces it.
//!
//! ```text
//! app          → receiver relay session export otlp flush invocation lambda config buffer environment catch_panic diagnostics spawn timestamp time_zone
//! export       → config aws otlp grpc http environment buffer record catch_panic diagnostics gzip protobuf spawn timestamp
//! receiver     → config otlp grpc http record diagnostics gzip spawn
//! relay        → trigger invocation timestamp
//! session      → config convert otlp invocation lambda buffer record diagnostics
//! config       → aws flush lambda http environment record diagnostics
//! trigger      → invocation record
//! convert      → invocation lambda buffer record timestamp
//! otlp         → invocation record protobuf
//! invocation   → lambda record
//! lambda       → http catch_panic spawn timestamp
//! aws          → http environment timestamp
//! grpc         → http record gzip
//! buffer       → record
//! http         → spawn
//! environment  → –
//! flush        → –
//! record       → –
//! catch_panic  → –
//! diagnostics  → –
//! gzip         → –
//! protobuf     → –
//! spawn        → –
//! timestamp    → time_zone
//! time_zone    → –
//! ```
#![forbid(unsafe_code)]

pub mod app;
pub mod aws;
pub mod buffer;
pub mod catch_panic;
pub mod config;
pub mod convert;
pub mod diagnostics;
pub mod environment;
pub mod export;
pub mod flush;
pub mod grpc;
pub mod gzip;
pub mod http;
pub mod invocation;
pub mod lambda;
pub mod otlp;
pub mod protobuf;
pub mod receiver;
pub mod record;
pub mod relay;
pub mod session;
pub mod spawn;
pub mod time_zone;
pub mod timestamp;
pub mod trigger;
