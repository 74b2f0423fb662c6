//! What telemetry is from: `opentelemetry/proto/resource/v1/resource.proto`.

use prost::Message;

use super::common::{EntityRef, KeyValue};

/// The source of telemetry.
#[derive(Clone, PartialEq, Message)]
pub struct Resource {
    /// Attributes that describe it.
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "2")]
    pub dropped_attributes_count: u32,
    /// Entities among the attributes.
    #[prost(message, repeated, tag = "3")]
    pub entity_refs: Vec<EntityRef>,
}
