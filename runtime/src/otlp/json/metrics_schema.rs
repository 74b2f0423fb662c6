//! The messages of OTLP metrics.

use super::schema::Kind::{Bool, Double, Enum, Fixed64, Hex, Message as M, Sfixed64, Sint32, String, Uint32, Uint64};
use super::schema::{KEY_VALUE, Message, RESOURCE, SCOPE, list, one};

pub(super) static METRICS_REQUEST: Message = Message {
    fields: &[list("resourceMetrics", 1, M(&RESOURCE_METRICS))],
};

static RESOURCE_METRICS: Message = Message {
    fields: &[
        one("resource", 1, M(&RESOURCE)),
        list("scopeMetrics", 2, M(&SCOPE_METRICS)),
        one("schemaUrl", 3, String),
    ],
};

static SCOPE_METRICS: Message = Message {
    fields: &[
        one("scope", 1, M(&SCOPE)),
        list("metrics", 2, M(&METRIC)),
        one("schemaUrl", 3, String),
    ],
};

static METRIC: Message = Message {
    fields: &[
        one("name", 1, String),
        one("description", 2, String),
        one("unit", 3, String),
        one("gauge", 5, M(&GAUGE)),
        one("sum", 7, M(&SUM)),
        one("histogram", 9, M(&HISTOGRAM)),
        one("exponentialHistogram", 10, M(&EXPONENTIAL_HISTOGRAM)),
        one("summary", 11, M(&SUMMARY)),
        list("metadata", 12, M(&KEY_VALUE)),
    ],
};

static GAUGE: Message = Message {
    fields: &[list("dataPoints", 1, M(&NUMBER_DATA_POINT))],
};

static SUM: Message = Message {
    fields: &[
        list("dataPoints", 1, M(&NUMBER_DATA_POINT)),
        one("aggregationTemporality", 2, Enum(TEMPORALITY)),
        one("isMonotonic", 3, Bool),
    ],
};

static HISTOGRAM: Message = Message {
    fields: &[
        list("dataPoints", 1, M(&HISTOGRAM_DATA_POINT)),
        one("aggregationTemporality", 2, Enum(TEMPORALITY)),
    ],
};

static EXPONENTIAL_HISTOGRAM: Message = Message {
    fields: &[
        list("dataPoints", 1, M(&EXPONENTIAL_HISTOGRAM_DATA_POINT)),
        one("aggregationTemporality", 2, Enum(TEMPORALITY)),
    ],
};

static SUMMARY: Message = Message {
    fields: &[list("dataPoints", 1, M(&SUMMARY_DATA_POINT))],
};

static NUMBER_DATA_POINT: Message = Message {
    fields: &[
        one("startTimeUnixNano", 2, Fixed64),
        one("timeUnixNano", 3, Fixed64),
        one("asDouble", 4, Double),
        list("exemplars", 5, M(&EXEMPLAR)),
        one("asInt", 6, Sfixed64),
        list("attributes", 7, M(&KEY_VALUE)),
        one("flags", 8, Uint32),
    ],
};

static HISTOGRAM_DATA_POINT: Message = Message {
    fields: &[
        one("startTimeUnixNano", 2, Fixed64),
        one("timeUnixNano", 3, Fixed64),
        one("count", 4, Fixed64),
        one("sum", 5, Double),
        list("bucketCounts", 6, Fixed64),
        list("explicitBounds", 7, Double),
        list("exemplars", 8, M(&EXEMPLAR)),
        list("attributes", 9, M(&KEY_VALUE)),
        one("flags", 10, Uint32),
        one("min", 11, Double),
        one("max", 12, Double),
    ],
};

static EXPONENTIAL_HISTOGRAM_DATA_POINT: Message = Message {
    fields: &[
        list("attributes", 1, M(&KEY_VALUE)),
        one("startTimeUnixNano", 2, Fixed64),
        one("timeUnixNano", 3, Fixed64),
        one("count", 4, Fixed64),
        one("sum", 5, Double),
        one("scale", 6, Sint32),
        one("zeroCount", 7, Fixed64),
        one("positive", 8, M(&BUCKETS)),
        one("negative", 9, M(&BUCKETS)),
        one("flags", 10, Uint32),
        list("exemplars", 11, M(&EXEMPLAR)),
        one("min", 12, Double),
        one("max", 13, Double),
        one("zeroThreshold", 14, Double),
    ],
};

static BUCKETS: Message = Message {
    fields: &[one("offset", 1, Sint32), list("bucketCounts", 2, Uint64)],
};

static SUMMARY_DATA_POINT: Message = Message {
    fields: &[
        one("startTimeUnixNano", 2, Fixed64),
        one("timeUnixNano", 3, Fixed64),
        one("count", 4, Fixed64),
        one("sum", 5, Double),
        list("quantileValues", 6, M(&VALUE_AT_QUANTILE)),
        list("attributes", 7, M(&KEY_VALUE)),
        one("flags", 8, Uint32),
    ],
};

static VALUE_AT_QUANTILE: Message = Message {
    fields: &[one("quantile", 1, Double), one("value", 2, Double)],
};

static EXEMPLAR: Message = Message {
    fields: &[
        one("timeUnixNano", 2, Fixed64),
        one("asDouble", 3, Double),
        one("spanId", 4, Hex),
        one("traceId", 5, Hex),
        one("asInt", 6, Sfixed64),
        list("filteredAttributes", 7, M(&KEY_VALUE)),
    ],
};

static TEMPORALITY: &[(&str, i32)] = &[
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
];
