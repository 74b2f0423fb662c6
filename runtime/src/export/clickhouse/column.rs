//! The column types that telemetry needs.

/// How the cells of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `String`, `LowCardinality(String)`.
    Text,
    /// An integer or `Bool` with this many bytes.
    Integer(u8),
    /// `DateTime`: seconds.
    Seconds,
    /// `DateTime64`: with ticks of this many nanoseconds.
    Ticks(u64),
    /// `Float64`.
    Float64,
    /// `Float32`.
    Float32,
    /// `Map(String, String)`.
    Map,
    /// `JSON`, sent as text.
    Json,
}

/// A column that exists and is writable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// How its cells, or the elements of its cells, are written.
    pub format: Format,
    /// Whether a cell is a list.
    pub list: bool,
    /// Whether cells or elements can be null, which no column here is.
    pub nullable: bool,
}

impl Column {
    /// Parses a type in ClickHouse's notation; `None` for types that contain no telemetry.
    pub fn parse(name: &str) -> Option<Column> {
        let mut name = name.trim();
        let mut column = Column {
            format: Format::Text,
            list: false,
            nullable: false,
        };
        loop {
            if let Some(inner) = within(name, "LowCardinality") {
                name = inner;
            } else if let Some(inner) = within(name, "Nullable") {
                (name, column.nullable) = (inner, true);
            } else if let Some(inner) = within(name, "Array").filter(|_| !column.list && !column.nullable) {
                (name, column.list) = (inner, true);
            } else {
                break;
            }
        }
        column.format = format(name)?;
        Some(column)
    }

    /// Whether a value for the expected kind of column can be written into this one.
    pub fn takes(self, expected: Column) -> bool {
        self.list == expected.list && kind(self.format) == kind(expected.format)
    }
}

/// Formats that hold the same kind of value: attributes, times, integers of any size.
fn kind(format: Format) -> u8 {
    match format {
        Format::Text => 0,
        Format::Integer(_) => 1,
        Format::Seconds | Format::Ticks(_) => 2,
        Format::Float32 | Format::Float64 => 3,
        Format::Map | Format::Json => 4,
    }
}

fn format(name: &str) -> Option<Format> {
    Some(match name {
        "String" => Format::Text,
        "UInt8" | "Int8" | "Bool" => Format::Integer(1),
        "UInt16" | "Int16" => Format::Integer(2),
        "UInt32" | "Int32" => Format::Integer(4),
        "UInt64" | "Int64" => Format::Integer(8),
        "Float64" => Format::Float64,
        "Float32" => Format::Float32,
        "DateTime" => Format::Seconds,
        "JSON" => Format::Json,
        _ => return parametric(name),
    })
}

fn parametric(name: &str) -> Option<Format> {
    if within(name, "DateTime").is_some() {
        return Some(Format::Seconds);
    }
    if let Some(parameters) = within(name, "DateTime64") {
        let precision: u32 = parameters.split(',').next()?.trim().parse().ok()?;
        return Some(Format::Ticks(10u64.pow(9u32.checked_sub(precision)?)));
    }
    if within(name, "JSON").is_some() {
        return Some(Format::Json);
    }
    let (key, value) = within(name, "Map")?.split_once(", ")?;
    let is_text = |name: &str| within(name, "LowCardinality").unwrap_or(name) == "String";
    (is_text(key) && is_text(value)).then_some(Format::Map)
}

/// The content of the parentheses in `name(…)`.
fn within<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str) -> Option<(Format, bool, bool)> {
        Column::parse(name).map(|column| (column.format, column.list, column.nullable))
    }

    #[test]
    fn types_of_telemetry_tables() {
        for (name, format) in [
            ("String", Format::Text),
            ("LowCardinality(String)", Format::Text),
            ("UInt8", Format::Integer(1)),
            ("Bool", Format::Integer(1)),
            ("Int32", Format::Integer(4)),
            ("UInt64", Format::Integer(8)),
            ("DateTime", Format::Seconds),
            ("DateTime('UTC')", Format::Seconds),
            ("DateTime64(9)", Format::Ticks(1)),
            ("DateTime64(3, 'UTC')", Format::Ticks(1_000_000)),
            ("Float64", Format::Float64),
            ("Map(LowCardinality(String), String)", Format::Map),
            ("Map(String, LowCardinality(String))", Format::Map),
            ("JSON", Format::Json),
            ("JSON(max_dynamic_paths=100, a.b UInt32)", Format::Json),
        ] {
            assert_eq!(parsed(name), Some((format, false, false)), "{name}");
        }
    }

    #[test]
    fn lists_and_nullables() {
        assert_eq!(parsed("Array(DateTime64(9))"), Some((Format::Ticks(1), true, false)));
        assert_eq!(
            parsed("Array(LowCardinality(String))"),
            Some((Format::Text, true, false))
        );
        assert_eq!(
            parsed("Array(Map(LowCardinality(String), String))"),
            Some((Format::Map, true, false))
        );
        assert_eq!(
            parsed("LowCardinality(Nullable(String))"),
            Some((Format::Text, false, true))
        );
    }

    #[test]
    fn other_types_are_left_alone() {
        for name in [
            "UUID",
            "Array(Array(String))",
            "Map(String, UInt64)",
            "DateTime64(12)",
            "Enum8('a' = 1)",
            "",
        ] {
            assert_eq!(parsed(name), None, "{name}");
        }
    }

    #[test]
    fn columns_take_the_same_kind_of_content() {
        let column = |name| Column::parse(name).unwrap();
        assert!(column("DateTime64(9)").takes(column("DateTime")));
        assert!(column("JSON").takes(column("Map(String, String)")));
        assert!(column("Int32").takes(column("UInt8")));
        assert!(!column("String").takes(column("UInt8")));
        assert!(!column("Array(String)").takes(column("String")));
    }
}
