//! Splits an export request that is too large for its backend. Pure.
//!
//! The encoded request is split directly, so fields that this version does not know are preserved: the path to a record
//! is a list of field numbers, and everything that is not on the path is in both halves (resource, scope, schema URL, a
//! metric's name). Numbers as in `opentelemetry/proto/{logs,trace,metrics}/v1`.

use std::ops::Range;

use crate::protobuf::{Broken, fields, put};
use crate::record::Signal;

/// Field numbers from the request to its records, level by level.
type Way = [&'static [u32]];

/// `resource_logs`, `scope_logs`, `log_records`, and the same for spans.
const TO_RECORDS: &Way = &[&[1], &[2], &[2]];
/// `resource_metrics`, `scope_metrics`, `metrics`, one of the five kinds of data, `data_points`.
const TO_POINTS: &Way = &[&[1], &[2], &[2], &[5, 7, 9, 10, 11], &[1]];

/// A part of a request, and how many records it has.
pub type Part = (Vec<u8>, usize);

/// Two halves of a request by its records. `None` if it has only one, or is not a request.
pub fn halves(signal: Signal, request: &[u8]) -> Option<[Part; 2]> {
    let way = match signal {
        Signal::Logs | Signal::Traces => TO_RECORDS,
        Signal::Metrics => TO_POINTS,
    };
    let records = count(request, way).ok().filter(|records| *records > 1)?;
    let middle = records / 2;
    let half = |range: Range<usize>| {
        let (mut out, items) = (Vec::new(), range.len());
        keep(&mut out, request, way, &range, &mut 0).ok()?;
        Some((out, items))
    };
    Some([half(0..middle)?, half(middle..records)?])
}

fn count(message: &[u8], way: &Way) -> Result<usize, Broken> {
    let Some((numbers, rest)) = way.split_first() else {
        return Ok(1);
    };
    let mut records = 0;
    for field in fields(message) {
        let field = field?;
        if field.is_message(numbers) {
            records += count(field.content, rest)?;
        }
    }
    Ok(records)
}

/// Appends the message with the records of this range; `at` counts the records passed so far.
fn keep(out: &mut Vec<u8>, message: &[u8], way: &Way, range: &Range<usize>, at: &mut usize) -> Result<(), Broken> {
    let Some((numbers, rest)) = way.split_first() else {
        out.extend_from_slice(message);
        *at += 1;
        return Ok(());
    };
    for field in fields(message) {
        let field = field?;
        if !field.is_message(numbers) {
            out.extend_from_slice(field.raw);
            continue;
        }
        let inside = *at..*at + count(field.content, rest)?;
        if inside.start.max(range.start) >= inside.end.min(range.end) {
            *at = inside.end;
            continue;
        }
        let mut nested = Vec::with_capacity(field.content.len());
        keep(&mut nested, field.content, rest, range, at)?;
        put(out, field.number, &nested);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
