//! ClickStack's tables: the columns that are written, and which of them exist.
//!
//! Every insert names its columns, since tables differ: older ones lack `EventName`, those of the plain OpenTelemetry
//! collector have times of another precision, attributes are `Map` or `JSON`. The columns of the tables are queried
//! once, for all of them in one request.

use super::column::{Column, Format};

/// A ClickStack table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Log records.
    Logs,
    /// Spans.
    Traces,
    /// Gauges.
    Gauge,
    /// Sums.
    Sum,
    /// Histograms.
    Histogram,
    /// Exponential histograms.
    ExponentialHistogram,
    /// Summaries.
    Summary,
}

/// Columns and their types as ClickStack creates them.
type Columns = &'static [(&'static str, &'static str)];

const MAP: &str = "Map(LowCardinality(String), String)";
const MAPS: &str = "Array(Map(LowCardinality(String), String))";

/// The names in the preceding attribute column, which only the `JSON` tables of newer collectors have. Queries use them
/// to test whether an attribute exists.
const KEYS: &str = "Array(LowCardinality(String))";

impl Table {
    /// Every table.
    pub const ALL: [Table; 7] = [
        Table::Logs,
        Table::Traces,
        Table::Gauge,
        Table::Sum,
        Table::Histogram,
        Table::ExponentialHistogram,
        Table::Summary,
    ];

    /// The name after the prefix and an underscore.
    pub fn suffix(self) -> &'static str {
        match self {
            Table::Logs => "logs",
            Table::Traces => "traces",
            Table::Gauge => "metrics_gauge",
            Table::Sum => "metrics_sum",
            Table::Histogram => "metrics_histogram",
            Table::ExponentialHistogram => "metrics_exponential_histogram",
            Table::Summary => "metrics_summary",
        }
    }

    /// Columns with each row's own content, in the order in which the signals' modules write them.
    fn own_columns(self) -> Columns {
        match self {
            Table::Logs => LOGS,
            Table::Traces => TRACES,
            Table::Gauge => GAUGE,
            Table::Sum => SUM,
            Table::Histogram => HISTOGRAM,
            Table::ExponentialHistogram => EXPONENTIAL_HISTOGRAM,
            Table::Summary => SUMMARY,
        }
    }

    /// Columns for a row's origin, in the order in which `Origin` writes them; without a type: not in this table.
    fn origin_columns(self) -> Columns {
        match self {
            Table::Traces => TRACES_ORIGIN,
            Table::Logs => LOGS_ORIGIN,
            _ => METRICS_ORIGIN,
        }
    }
}

const LOGS: Columns = &[
    ("Timestamp", "DateTime64(9)"),
    ("TraceId", "String"),
    ("SpanId", "String"),
    ("TraceFlags", "UInt8"),
    ("SeverityText", "String"),
    ("SeverityNumber", "UInt8"),
    ("Body", "String"),
    ("LogAttributes", MAP),
    ("LogAttributesKeys", KEYS),
    ("EventName", "String"),
];

const TRACES: Columns = &[
    ("Timestamp", "DateTime64(9)"),
    ("TraceId", "String"),
    ("SpanId", "String"),
    ("ParentSpanId", "String"),
    ("TraceState", "String"),
    ("SpanName", "String"),
    ("SpanKind", "String"),
    ("SpanAttributes", MAP),
    ("SpanAttributesKeys", KEYS),
    ("Duration", "UInt64"),
    ("StatusCode", "String"),
    ("StatusMessage", "String"),
    ("Events.Timestamp", "Array(DateTime64(9))"),
    ("Events.Name", "Array(String)"),
    ("Events.Attributes", MAPS),
    ("Links.TraceId", "Array(String)"),
    ("Links.SpanId", "Array(String)"),
    ("Links.TraceState", "Array(String)"),
    ("Links.Attributes", MAPS),
];

/// Columns of every kind of metric, the given ones, and exemplars where the kind has any.
macro_rules! metric_columns {
    ($($own:expr),* ; exemplars) => {
        metric_columns!($($own,)*
            ("Exemplars.FilteredAttributes", MAPS),
            ("Exemplars.TimeUnix", "Array(DateTime)"),
            ("Exemplars.Value", "Array(Float64)"),
            ("Exemplars.SpanId", "Array(String)"),
            ("Exemplars.TraceId", "Array(String)"))
    };
    ($($own:expr),*) => {
        &[
            ("MetricName", "String"),
            ("MetricDescription", "String"),
            ("MetricUnit", "String"),
            ("Attributes", MAP),
            ("AttributesKeys", KEYS),
            ("StartTimeUnix", "DateTime"),
            ("TimeUnix", "DateTime"),
            ("Flags", "UInt32"),
            $($own),*
        ]
    };
}

const GAUGE: Columns = metric_columns!(("Value", "Float64"); exemplars);
const SUM: Columns = metric_columns!(
    ("AggregationTemporality", "Int32"), ("IsMonotonic", "Bool"), ("Value", "Float64"); exemplars);
const HISTOGRAM: Columns = metric_columns!(
    ("AggregationTemporality", "Int32"), ("Count", "UInt64"), ("Sum", "Float64"), ("Min", "Float64"),
    ("Max", "Float64"), ("BucketCounts", "Array(UInt64)"), ("ExplicitBounds", "Array(Float64)"); exemplars);
const EXPONENTIAL_HISTOGRAM: Columns = metric_columns!(
    ("AggregationTemporality", "Int32"), ("Count", "UInt64"), ("Sum", "Float64"), ("Min", "Float64"),
    ("Max", "Float64"), ("Scale", "Int32"), ("ZeroCount", "UInt64"), ("PositiveOffset", "Int32"),
    ("PositiveBucketCounts", "Array(UInt64)"), ("NegativeOffset", "Int32"),
    ("NegativeBucketCounts", "Array(UInt64)"); exemplars);
const SUMMARY: Columns = metric_columns!(
    ("Count", "UInt64"),
    ("Sum", "Float64"),
    ("ValueAtQuantiles.Quantile", "Array(Float64)"),
    ("ValueAtQuantiles.Value", "Array(Float64)")
);

/// Columns of a row's origin; the last are types that only some tables have.
macro_rules! origin_columns {
    ($schema_url:expr, $scope_attributes:expr, $scope_keys:expr, $dropped:expr) => {
        &[
            ("ServiceName", "String"),
            ("ResourceAttributes", MAP),
            ("ResourceAttributesKeys", KEYS),
            ("ResourceSchemaUrl", $schema_url),
            ("ScopeName", "String"),
            ("ScopeVersion", "String"),
            ("ScopeSchemaUrl", $schema_url),
            ("ScopeAttributes", $scope_attributes),
            ("ScopeAttributesKeys", $scope_keys),
            ("ScopeDroppedAttrCount", $dropped),
        ]
    };
}

const LOGS_ORIGIN: Columns = origin_columns!("String", MAP, KEYS, "");
const TRACES_ORIGIN: Columns = origin_columns!("", "", "", "");
const METRICS_ORIGIN: Columns = origin_columns!("String", MAP, KEYS, "UInt32");

/// The writable columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The columns of each row's own content.
    pub own: Vec<Option<Column>>,
    /// The columns of a row's origin, which follow.
    pub origin: Vec<Option<Column>>,
    /// The names of the existing ones, quoted, separated by commas.
    pub names: String,
}

impl Layout {
    /// The layout of a table according to ClickHouse's columns, name and type; if these are not known, the layout that
    /// ClickStack creates, with `JSON` for attributes if so configured.
    pub fn new(table: Table, known: &[(&str, &str)], json: bool) -> Layout {
        let mut names = String::new();
        let mut resolve = |columns: Columns| -> Vec<Option<Column>> {
            let find = |(name, made): &(&str, &str)| {
                let column = match known.is_empty() {
                    true => assumed(made, json),
                    false => existing(known, name, made),
                }?;
                names.push_str(if names.is_empty() { "`" } else { ", `" });
                names.push_str(name);
                names.push('`');
                Some(column)
            };
            columns.iter().map(find).collect()
        };
        Layout {
            own: resolve(table.own_columns()),
            origin: resolve(table.origin_columns()),
            names,
        }
    }

    /// Whether attributes are sent as JSON.
    pub fn has_json(&self) -> bool {
        let mut columns = self.own.iter().chain(&self.origin).flatten();
        columns.any(|column| column.format == Format::Json)
    }
}

fn assumed(made: &str, json: bool) -> Option<Column> {
    if made == KEYS {
        return None;
    }
    let mut column = Column::parse(made)?;
    if json && column.format == Format::Map {
        column.format = Format::Json;
    }
    Some(column)
}

fn existing(known: &[(&str, &str)], name: &str, made: &str) -> Option<Column> {
    let expected = Column::parse(made)?;
    let (_, found) = known.iter().find(|(known, _)| *known == name)?;
    Column::parse(found).filter(|column| column.takes(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_knowledge_it_is_clickstacks_own() {
        for table in Table::ALL {
            let layout = Layout::new(table, &[], false);
            let missing = layout.own.iter().filter(|column| column.is_none()).count();
            assert!(missing <= 1, "{table:?}: all but the names of its attributes");
            assert!(layout.names.starts_with('`') && layout.names.ends_with('`') && !layout.has_json());
            assert!(Layout::new(table, &[], true).has_json());
        }
        let names = Layout::new(Table::Logs, &[], false).names;
        assert!(names.starts_with("`Timestamp`, `TraceId`, `SpanId`"), "{names}");
        assert!(!names.contains("Dropped") && !names.contains("Keys"));
    }

    #[test]
    fn only_what_is_there_is_named() {
        let known = [
            ("Timestamp", "DateTime64(9)"),
            ("Body", "String"),
            ("SeverityNumber", "Int32"),
            ("LogAttributes", "JSON"),
            ("TraceId", "UUID"),
            ("Other", "String"),
            ("LogAttributesKeys", "Array(LowCardinality(String))"),
        ];
        let layout = Layout::new(Table::Logs, &known, false);
        assert_eq!(
            layout.names,
            "`Timestamp`, `SeverityNumber`, `Body`, `LogAttributes`, `LogAttributesKeys`"
        );
        assert_eq!(layout.own[5].unwrap().format, Format::Integer(4));
        assert!(layout.has_json() && layout.own[1].is_none());
        assert!(layout.origin.iter().all(Option::is_none));
    }
}
