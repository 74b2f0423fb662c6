//! The messages of OTLP 1.x, for prost: those that the extension reads and writes.
//!
//! Names, numbers and types of the fields are those of the protocol's definition, `opentelemetry/proto/` in
//! <https://github.com/open-telemetry/opentelemetry-proto>; nested messages and enumerations are named without their
//! parent. Requests of the function's SDK are decoded, changed and encoded again, so no field of a stable signal may be
//! missing; `key_strindex` and `string_value_strindex` of 1.10 are not allowed outside profiles. OTLP/JSON has the
//! same fields in [`super::json`]; a test compares.

pub mod collector;
pub mod common;
pub mod logs;
pub mod metrics;
pub mod resource;
pub mod trace;
