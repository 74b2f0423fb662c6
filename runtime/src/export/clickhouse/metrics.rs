//! Rows of the `otel_metrics_*` tables: one for each data point.

use super::row::{Cell, Row};
use super::tables::Table;
use super::{fields, value};
use crate::otlp::messages::common::KeyValue;
use crate::otlp::messages::metrics::{
    Buckets, Data, Exemplar, ExemplarValue, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, Number,
    NumberDataPoint, SummaryDataPoint,
};
use crate::record::Value;

/// What all points of a metric have in common.
pub struct Description {
    name: String,
    description: String,
    unit: String,
}

/// A data point of any kind.
pub enum Point {
    /// Of a gauge, or of a sum with its temporality and whether it is monotonic.
    Number(NumberDataPoint, Option<(i32, bool)>),
    /// Of a histogram, with temporality.
    Histogram(HistogramDataPoint, i32),
    /// Of an exponential histogram, with temporality.
    Exponential(ExponentialHistogramDataPoint, i32),
    /// Of a summary.
    Summary(SummaryDataPoint),
}

/// A metric's points, and the table that has a row for each.
pub struct Series {
    /// The table.
    pub table: Table,
    /// What all points have in common.
    pub description: Description,
    /// The points.
    pub points: Vec<Point>,
}

/// Converts a metric; `None` if it has no data.
pub fn series(metric: Metric) -> Option<Series> {
    let description = Description {
        name: metric.name,
        description: metric.description,
        unit: metric.unit,
    };
    let (table, points) = match metric.data? {
        Data::Gauge(gauge) => (Table::Gauge, all(gauge.data_points, |point| Point::Number(point, None))),
        Data::Sum(sum) => {
            let shared = (sum.aggregation_temporality, sum.is_monotonic);
            (
                Table::Sum,
                all(sum.data_points, |point| Point::Number(point, Some(shared))),
            )
        }
        Data::Histogram(histogram) => {
            let temporality = histogram.aggregation_temporality;
            let points = all(histogram.data_points, |point| Point::Histogram(point, temporality));
            (Table::Histogram, points)
        }
        Data::ExponentialHistogram(histogram) => {
            let temporality = histogram.aggregation_temporality;
            let points = all(histogram.data_points, |point| Point::Exponential(point, temporality));
            (Table::ExponentialHistogram, points)
        }
        Data::Summary(summary) => (Table::Summary, all(summary.data_points, Point::Summary)),
    };
    Some(Series {
        table,
        description,
        points,
    })
}

fn all<T>(points: Vec<T>, point: impl Fn(T) -> Point) -> Vec<Point> {
    points.into_iter().map(point).collect()
}

/// Writes a data point.
pub fn write(row: &mut Row<'_>, metric: &Description, point: Point) {
    match point {
        Point::Number(point, shared) => number(row, metric, point, shared),
        Point::Histogram(point, temporality) => histogram(row, metric, point, temporality),
        Point::Exponential(point, temporality) => exponential(row, metric, point, temporality),
        Point::Summary(point) => summary(row, metric, point),
    }
}

/// The first cells of the rows of every kind.
fn common(row: &mut Row<'_>, metric: &Description, attributes: Vec<KeyValue>, [start, time]: [u64; 2], flags: u32) {
    row.text(&metric.name);
    row.text(&metric.description);
    row.text(&metric.unit);
    row.attributes(&fields::of(&value::attributes_from_otlp(attributes)));
    row.time(start);
    row.time(time);
    row.integer(u64::from(flags));
}

fn number(row: &mut Row<'_>, metric: &Description, point: NumberDataPoint, sum: Option<(i32, bool)>) {
    let times = [point.start_time_unix_nano, point.time_unix_nano];
    common(row, metric, point.attributes, times, point.flags);
    if let Some((temporality, monotonic)) = sum {
        row.signed(temporality);
        row.integer(u64::from(monotonic));
    }
    row.float(match point.value {
        Some(Number::AsDouble(value)) => value,
        Some(Number::AsInt(value)) => value as f64,
        None => 0.0,
    });
    exemplars(row, point.exemplars);
}

fn histogram(row: &mut Row<'_>, metric: &Description, point: HistogramDataPoint, temporality: i32) {
    let times = [point.start_time_unix_nano, point.time_unix_nano];
    common(row, metric, point.attributes, times, point.flags);
    row.signed(temporality);
    row.integer(point.count);
    row.float(point.sum.unwrap_or_default());
    row.float(point.min.unwrap_or_default());
    row.float(point.max.unwrap_or_default());
    row.list(&point.bucket_counts, |cell, count| cell.integer(*count));
    row.list(&point.explicit_bounds, |cell, bound| cell.float(*bound));
    exemplars(row, point.exemplars);
}

fn exponential(row: &mut Row<'_>, metric: &Description, point: ExponentialHistogramDataPoint, temporality: i32) {
    let times = [point.start_time_unix_nano, point.time_unix_nano];
    common(row, metric, point.attributes, times, point.flags);
    row.signed(temporality);
    row.integer(point.count);
    row.float(point.sum.unwrap_or_default());
    row.float(point.min.unwrap_or_default());
    row.float(point.max.unwrap_or_default());
    row.signed(point.scale);
    row.integer(point.zero_count);
    buckets(row, point.positive);
    buckets(row, point.negative);
    exemplars(row, point.exemplars);
}

fn buckets(row: &mut Row<'_>, buckets: Option<Buckets>) {
    let buckets = buckets.unwrap_or_default();
    row.signed(buckets.offset);
    row.list(&buckets.bucket_counts, |cell, count| cell.integer(*count));
}

fn summary(row: &mut Row<'_>, metric: &Description, point: SummaryDataPoint) {
    let times = [point.start_time_unix_nano, point.time_unix_nano];
    common(row, metric, point.attributes, times, point.flags);
    row.integer(point.count);
    row.float(point.sum);
    row.list(&point.quantile_values, |cell, value| cell.float(value.quantile));
    row.list(&point.quantile_values, |cell, value| cell.float(value.value));
}

/// With map columns, an exemplar's ids are written in full even if they are zero, as in the collector.
fn exemplars(row: &mut Row<'_>, mut exemplars: Vec<Exemplar>) {
    let take = |exemplar: &mut Exemplar| value::attributes_from_otlp(std::mem::take(&mut exemplar.filtered_attributes));
    let attributes: Vec<Vec<(String, Value)>> = exemplars.iter_mut().map(take).collect();
    let full = !row.json_is_next();
    row.list(&attributes, |cell, attributes| cell.attributes(&fields::of(attributes)));
    let write_id = |cell: &mut Cell<'_>, id: &[u8], length| match full {
        true => cell.full_id(id, length),
        false => cell.id(id),
    };
    row.list(&exemplars, |cell, exemplar| cell.time(exemplar.time_unix_nano));
    row.list(&exemplars, |cell, exemplar| {
        cell.float(match exemplar.value {
            Some(ExemplarValue::AsDouble(value)) => value,
            Some(ExemplarValue::AsInt(value)) => value as f64,
            None => 0.0,
        });
    });
    row.list(&exemplars, |cell, exemplar| write_id(cell, &exemplar.span_id, 8));
    row.list(&exemplars, |cell, exemplar| write_id(cell, &exemplar.trace_id, 16));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::clickhouse::column::Column;

    fn written(attributes: &str) -> Vec<u8> {
        let types = [attributes, "UUID", "UUID", "Array(String)", "Array(String)"];
        let columns: Vec<Option<Column>> = types.iter().map(|name| Column::parse(name)).collect();
        let mut out = Vec::new();
        let exemplar = Exemplar {
            span_id: vec![0xab; 8],
            ..Exemplar::default()
        };
        exemplars(&mut Row::new(&mut out, &columns, 1), vec![exemplar]);
        out
    }

    #[test]
    fn exemplars_have_no_ids_of_zeros_beside_json() {
        let zeros = [b'0'; 32];
        let by_map = [b"\x01\x00\x01\x10abababababababab\x01\x20", zeros.as_slice()].concat();
        assert_eq!(written("Array(Map(String, String))"), by_map);
        assert_eq!(written("Array(JSON)"), b"\x01\x02{}\x01\x10abababababababab\x01\x00");
    }
}
