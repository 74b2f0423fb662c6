//! Values, attributes and scopes: `opentelemetry/proto/common/v1/common.proto`.

use prost::{Message, Oneof};

/// A value of any type; empty without `value`.
#[derive(Clone, PartialEq, Message)]
pub struct AnyValue {
    /// The value.
    #[prost(oneof = "Value", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub value: Option<Value>,
}

/// The types of a value.
#[derive(Clone, PartialEq, Oneof)]
pub enum Value {
    /// A string.
    #[prost(string, tag = "1")]
    StringValue(String),
    /// A boolean.
    #[prost(bool, tag = "2")]
    BoolValue(bool),
    /// A whole number.
    #[prost(int64, tag = "3")]
    IntValue(i64),
    /// A floating-point number.
    #[prost(double, tag = "4")]
    DoubleValue(f64),
    /// A list.
    #[prost(message, tag = "5")]
    ArrayValue(ArrayValue),
    /// A map.
    #[prost(message, tag = "6")]
    KvlistValue(KeyValueList),
    /// Bytes.
    #[prost(bytes = "vec", tag = "7")]
    BytesValue(Vec<u8>),
}

/// A list of values.
#[derive(Clone, PartialEq, Message)]
pub struct ArrayValue {
    /// The values, of any types.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<AnyValue>,
}

/// A map.
#[derive(Clone, PartialEq, Message)]
pub struct KeyValueList {
    /// The entries, each key once.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<KeyValue>,
}

/// An attribute, or an entry of a map.
#[derive(Clone, PartialEq, Message)]
pub struct KeyValue {
    /// The name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// The value.
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

/// The library that created the records.
#[derive(Clone, PartialEq, Message)]
pub struct InstrumentationScope {
    /// Its name; empty if unknown.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its version.
    #[prost(string, tag = "2")]
    pub version: String,
    /// Further attributes.
    #[prost(message, repeated, tag = "3")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "4")]
    pub dropped_attributes_count: u32,
}

/// An entity that a resource describes, such as a host (in development since OTLP 1.7).
#[derive(Clone, PartialEq, Message)]
pub struct EntityRef {
    /// URL of the schema of its attributes.
    #[prost(string, tag = "1")]
    pub schema_url: String,
    /// The kind of entity, such as `host`.
    #[prost(string, tag = "2")]
    pub r#type: String,
    /// Keys of the resource's attributes that identify it.
    #[prost(string, repeated, tag = "3")]
    pub id_keys: Vec<String>,
    /// Keys of the resource's attributes that describe it.
    #[prost(string, repeated, tag = "4")]
    pub description_keys: Vec<String>,
}
