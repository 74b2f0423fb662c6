//! The messages of OTLP, field by field: `opentelemetry/proto/{collector,common,resource,logs,trace}`.
//! Metrics are in [`super::metrics_schema`].

use Kind::{Base64, Bool, Double, Enum, Fixed32, Fixed64, Hex, Int64, Message as M, String, Uint32};

/// A message.
pub(super) struct Message {
    pub(super) fields: &'static [Field],
}

/// A field of a message.
pub(super) struct Field {
    /// The name in JSON.
    pub(super) name: &'static str,
    pub(super) number: u32,
    pub(super) kind: Kind,
    /// Whether its JSON value is a list.
    pub(super) repeated: bool,
}

/// The type of a field, and how it is written.
pub(super) enum Kind {
    String,
    /// Bytes that JSON writes in hexadecimal: trace and span ids.
    Hex,
    /// Other bytes.
    Base64,
    Bool,
    Double,
    Fixed32,
    Fixed64,
    Sfixed64,
    Uint32,
    Uint64,
    Int64,
    Sint32,
    /// A number, or one of these names.
    Enum(&'static [(&'static str, i32)]),
    Message(&'static Message),
}

pub(super) const fn one(name: &'static str, number: u32, kind: Kind) -> Field {
    let repeated = false;
    Field {
        name,
        number,
        kind,
        repeated,
    }
}

pub(super) const fn list(name: &'static str, number: u32, kind: Kind) -> Field {
    let repeated = true;
    Field {
        name,
        number,
        kind,
        repeated,
    }
}

pub(super) static LOGS_REQUEST: Message = Message {
    fields: &[list("resourceLogs", 1, M(&RESOURCE_LOGS))],
};

static RESOURCE_LOGS: Message = Message {
    fields: &[
        one("resource", 1, M(&RESOURCE)),
        list("scopeLogs", 2, M(&SCOPE_LOGS)),
        one("schemaUrl", 3, String),
    ],
};

static SCOPE_LOGS: Message = Message {
    fields: &[
        one("scope", 1, M(&SCOPE)),
        list("logRecords", 2, M(&LOG_RECORD)),
        one("schemaUrl", 3, String),
    ],
};

pub(super) static TRACES_REQUEST: Message = Message {
    fields: &[list("resourceSpans", 1, M(&RESOURCE_SPANS))],
};

static RESOURCE_SPANS: Message = Message {
    fields: &[
        one("resource", 1, M(&RESOURCE)),
        list("scopeSpans", 2, M(&SCOPE_SPANS)),
        one("schemaUrl", 3, String),
    ],
};

static SCOPE_SPANS: Message = Message {
    fields: &[
        one("scope", 1, M(&SCOPE)),
        list("spans", 2, M(&SPAN)),
        one("schemaUrl", 3, String),
    ],
};

pub(super) static RESOURCE: Message = Message {
    fields: &[
        list("attributes", 1, M(&KEY_VALUE)),
        one("droppedAttributesCount", 2, Uint32),
        list("entityRefs", 3, M(&ENTITY_REF)),
    ],
};

static ENTITY_REF: Message = Message {
    fields: &[
        one("schemaUrl", 1, String),
        one("type", 2, String),
        list("idKeys", 3, String),
        list("descriptionKeys", 4, String),
    ],
};

pub(super) static SCOPE: Message = Message {
    fields: &[
        one("name", 1, String),
        one("version", 2, String),
        list("attributes", 3, M(&KEY_VALUE)),
        one("droppedAttributesCount", 4, Uint32),
    ],
};

pub(super) static KEY_VALUE: Message = Message {
    fields: &[one("key", 1, String), one("value", 2, M(&ANY_VALUE))],
};

static ANY_VALUE: Message = Message {
    fields: &[
        one("stringValue", 1, String),
        one("boolValue", 2, Bool),
        one("intValue", 3, Int64),
        one("doubleValue", 4, Double),
        one("arrayValue", 5, M(&ARRAY_VALUE)),
        one("kvlistValue", 6, M(&KEY_VALUE_LIST)),
        one("bytesValue", 7, Base64),
    ],
};

static ARRAY_VALUE: Message = Message {
    fields: &[list("values", 1, M(&ANY_VALUE))],
};

static KEY_VALUE_LIST: Message = Message {
    fields: &[list("values", 1, M(&KEY_VALUE))],
};

static LOG_RECORD: Message = Message {
    fields: &[
        one("timeUnixNano", 1, Fixed64),
        one("severityNumber", 2, Enum(SEVERITY_NUMBER)),
        one("severityText", 3, String),
        one("body", 5, M(&ANY_VALUE)),
        list("attributes", 6, M(&KEY_VALUE)),
        one("droppedAttributesCount", 7, Uint32),
        one("flags", 8, Fixed32),
        one("traceId", 9, Hex),
        one("spanId", 10, Hex),
        one("observedTimeUnixNano", 11, Fixed64),
        one("eventName", 12, String),
    ],
};

static SPAN: Message = Message {
    fields: &[
        one("traceId", 1, Hex),
        one("spanId", 2, Hex),
        one("traceState", 3, String),
        one("parentSpanId", 4, Hex),
        one("name", 5, String),
        one("kind", 6, Enum(SPAN_KIND)),
        one("startTimeUnixNano", 7, Fixed64),
        one("endTimeUnixNano", 8, Fixed64),
        list("attributes", 9, M(&KEY_VALUE)),
        one("droppedAttributesCount", 10, Uint32),
        list("events", 11, M(&EVENT)),
        one("droppedEventsCount", 12, Uint32),
        list("links", 13, M(&LINK)),
        one("droppedLinksCount", 14, Uint32),
        one("status", 15, M(&STATUS)),
        one("flags", 16, Fixed32),
    ],
};

static EVENT: Message = Message {
    fields: &[
        one("timeUnixNano", 1, Fixed64),
        one("name", 2, String),
        list("attributes", 3, M(&KEY_VALUE)),
        one("droppedAttributesCount", 4, Uint32),
    ],
};

static LINK: Message = Message {
    fields: &[
        one("traceId", 1, Hex),
        one("spanId", 2, Hex),
        one("traceState", 3, String),
        list("attributes", 4, M(&KEY_VALUE)),
        one("droppedAttributesCount", 5, Uint32),
        one("flags", 6, Fixed32),
    ],
};

static STATUS: Message = Message {
    fields: &[one("message", 2, String), one("code", 3, Enum(STATUS_CODE))],
};

static SEVERITY_NUMBER: &[(&str, i32)] = &[
    ("SEVERITY_NUMBER_UNSPECIFIED", 0),
    ("SEVERITY_NUMBER_TRACE", 1),
    ("SEVERITY_NUMBER_TRACE2", 2),
    ("SEVERITY_NUMBER_TRACE3", 3),
    ("SEVERITY_NUMBER_TRACE4", 4),
    ("SEVERITY_NUMBER_DEBUG", 5),
    ("SEVERITY_NUMBER_DEBUG2", 6),
    ("SEVERITY_NUMBER_DEBUG3", 7),
    ("SEVERITY_NUMBER_DEBUG4", 8),
    ("SEVERITY_NUMBER_INFO", 9),
    ("SEVERITY_NUMBER_INFO2", 10),
    ("SEVERITY_NUMBER_INFO3", 11),
    ("SEVERITY_NUMBER_INFO4", 12),
    ("SEVERITY_NUMBER_WARN", 13),
    ("SEVERITY_NUMBER_WARN2", 14),
    ("SEVERITY_NUMBER_WARN3", 15),
    ("SEVERITY_NUMBER_WARN4", 16),
    ("SEVERITY_NUMBER_ERROR", 17),
    ("SEVERITY_NUMBER_ERROR2", 18),
    ("SEVERITY_NUMBER_ERROR3", 19),
    ("SEVERITY_NUMBER_ERROR4", 20),
    ("SEVERITY_NUMBER_FATAL", 21),
    ("SEVERITY_NUMBER_FATAL2", 22),
    ("SEVERITY_NUMBER_FATAL3", 23),
    ("SEVERITY_NUMBER_FATAL4", 24),
];

static SPAN_KIND: &[(&str, i32)] = &[
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
];

static STATUS_CODE: &[(&str, i32)] = &[
    ("STATUS_CODE_UNSET", 0),
    ("STATUS_CODE_OK", 1),
    ("STATUS_CODE_ERROR", 2),
];
