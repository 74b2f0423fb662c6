//! Rows in ClickHouse's RowBinary: cell after cell, without names.

use super::column::{Column, Format};
use super::fields::{self, Fields};

/// Writes cells in the order of a table's columns; cells without a column are skipped.
pub struct Row<'a> {
    out: &'a mut Vec<u8>,
    columns: std::slice::Iter<'a, Option<Column>>,
    /// Levels of lists and maps that keep their type in `JSON` columns.
    json_levels: usize,
}

impl<'a> Row<'a> {
    /// Cells of these columns, appended to `out`.
    pub fn new(out: &'a mut Vec<u8>, columns: &'a [Option<Column>], json_levels: usize) -> Self {
        Row {
            out,
            columns: columns.iter(),
            json_levels,
        }
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        self.one(|cell| cell.text(text));
    }

    /// An id in lower-case hexadecimal; nothing for one that is absent or all zeros.
    pub fn id(&mut self, id: &[u8]) {
        self.one(|cell| cell.id(id));
    }

    /// An integer, in two's complement.
    pub fn integer(&mut self, value: u64) {
        self.one(|cell| cell.integer(value));
    }

    /// A signed integer.
    pub fn signed(&mut self, value: i32) {
        self.integer(i64::from(value) as u64);
    }

    /// A time in nanoseconds since the Unix epoch.
    pub fn time(&mut self, nanos: u64) {
        self.one(|cell| cell.time(nanos));
    }

    /// A floating-point number.
    pub fn float(&mut self, value: f64) {
        self.one(|cell| cell.float(value));
    }

    /// Attributes, then their names, which have a separate column beside each of a row's own attribute columns.
    pub fn attributes(&mut self, fields: &Fields<'_>) {
        self.one(|cell| cell.attributes(fields));
        if let Some(cell) = self.next() {
            cell.list(fields::names(fields).iter(), |cell, name| cell.text(name));
        }
    }

    /// A list, each of whose elements `write` writes.
    pub fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Cell<'_>, &T)) {
        if let Some(cell) = self.next() {
            cell.list(items.iter(), write);
        }
    }

    /// Whether the next cell's column is JSON.
    pub fn json_is_next(&self) -> bool {
        let next = self.columns.as_slice().first().copied().flatten();
        next.is_some_and(|column| column.format == Format::Json)
    }

    fn one(&mut self, write: impl FnOnce(&mut Cell<'_>)) {
        if let Some(mut cell) = self.next() {
            cell.begin();
            write(&mut cell);
        }
    }

    fn next(&mut self) -> Option<Cell<'_>> {
        let column = *self.columns.next()?;
        Some(Cell {
            column: column?,
            json_levels: self.json_levels,
            out: self.out,
        })
    }
}

/// A cell, or an element of a list.
pub struct Cell<'a> {
    out: &'a mut Vec<u8>,
    column: Column,
    json_levels: usize,
}

impl Cell<'_> {
    fn list<T>(mut self, items: impl ExactSizeIterator<Item = T>, write: impl Fn(&mut Self, T)) {
        put_length(self.out, items.len());
        for item in items {
            self.begin();
            write(&mut self, item);
        }
    }

    fn begin(&mut self) {
        if self.column.nullable {
            self.out.push(0);
        }
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        put_text(self.out, text);
    }

    /// An id in lower-case hexadecimal; nothing for one that is absent or all zeros.
    pub fn id(&mut self, id: &[u8]) {
        match id.iter().any(|byte| *byte != 0) {
            true => self.full_id(id, id.len()),
            false => self.text(""),
        }
    }

    /// An id in lower-case hexadecimal, padded with zeros to this many bytes.
    pub fn full_id(&mut self, id: &[u8], length: usize) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let length = length.max(id.len());
        put_length(self.out, length * 2);
        for byte in id {
            self.out
                .extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        self.out.extend(std::iter::repeat_n(b'0', (length - id.len()) * 2));
    }

    /// An integer, in two's complement.
    pub fn integer(&mut self, value: u64) {
        let width = match self.column.format {
            Format::Integer(width) => width,
            _ => 8,
        };
        self.out.extend_from_slice(&value.to_le_bytes()[..usize::from(width)]);
    }

    /// A time in nanoseconds since the Unix epoch; one beyond the column's range becomes its maximum.
    pub fn time(&mut self, nanos: u64) {
        match self.column.format {
            Format::Seconds => {
                let seconds = u32::try_from(nanos / 1_000_000_000).unwrap_or(u32::MAX);
                self.out.extend_from_slice(&seconds.to_le_bytes());
            }
            Format::Ticks(length) => {
                let ticks = i64::try_from(nanos / length).unwrap_or(i64::MAX);
                self.out.extend_from_slice(&ticks.to_le_bytes());
            }
            _ => {}
        }
    }

    /// A floating-point number.
    pub fn float(&mut self, value: f64) {
        match self.column.format {
            Format::Float32 => self.out.extend_from_slice(&(value as f32).to_le_bytes()),
            _ => self.out.extend_from_slice(&value.to_le_bytes()),
        }
    }

    /// Attributes.
    pub fn attributes(&mut self, fields: &Fields<'_>) {
        if self.column.format == Format::Json {
            return put_text(self.out, &fields::json(fields, self.json_levels));
        }
        put_length(self.out, fields.len());
        for (name, field) in fields {
            put_text(self.out, name);
            put_text(self.out, &field.text());
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// A length in LEB128.
fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Value;

    fn written(types: &[&str], write: impl FnOnce(&mut Row<'_>)) -> Vec<u8> {
        let columns: Vec<Option<Column>> = types.iter().map(|name| Column::parse(name)).collect();
        let mut out = Vec::new();
        let mut row = Row::new(&mut out, &columns, 2);
        write(&mut row);
        assert!(row.columns.next().is_none(), "cells and columns differ in number");
        out
    }

    #[test]
    fn scalars_are_golden_bytes() {
        let bytes = written(&["String", "UInt8", "Int32", "UInt64", "Float64", "Float32"], |row| {
            row.text("hé");
            row.integer(300);
            row.signed(-2);
            row.integer(1);
            row.float(1.5);
            row.float(1.5);
        });
        let mut expected = vec![3, b'h', 0xc3, 0xa9, 44, 0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0];
        expected.extend([0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0xc0, 0x3f]);
        assert_eq!(bytes, expected);
        let long = written(&["String"], |row| row.text(&"x".repeat(300)));
        assert_eq!((&long[..2], long.len()), ([0xac, 0x02].as_slice(), 302));
    }

    #[test]
    fn times_have_the_columns_precision() {
        let bytes = written(&["DateTime64(9)", "DateTime64(3)", "DateTime", "DateTime"], |row| {
            row.time(1_500_000_000);
            row.time(1_500_000_000);
            row.time(1_500_000_000);
            row.time(u64::MAX);
        });
        let mut expected = [1_500_000_000_u64.to_le_bytes(), 1_500_u64.to_le_bytes()].concat();
        expected.extend([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn ids_are_hexadecimal_or_nothing() {
        let bytes = written(&["String", "String", "Array(String)"], |row| {
            row.id(&[0xab, 0x01]);
            row.id(&[0; 8]);
            row.list(&[vec![0xf0], vec![]], |cell, id| cell.full_id(id, 2));
        });
        assert_eq!(bytes, b"\x04ab01\x00\x02\x04f000\x040000");
    }

    #[test]
    fn absent_columns_are_skipped_and_nullable_ones_marked() {
        let bytes = written(
            &["String", "UUID", "Nullable(String)", "Array(Nullable(String))"],
            |row| {
                row.text("a");
                row.text("not there");
                row.text("b");
                row.list(&["c"], |cell, text| cell.text(text));
            },
        );
        assert_eq!(bytes, b"\x01a\x00\x01b\x01\x00\x01c");
    }

    #[test]
    fn attributes_are_maps_or_json() {
        let attributes = [
            ("n".to_owned(), Value::Int(7)),
            ("t".to_owned(), Value::from("x\"")),
            ("d".to_owned(), Value::Double(f64::NAN)),
            ("l".to_owned(), Value::Array(vec![Value::Bool(true)])),
        ];
        let fields = fields::of(&attributes[..2]);
        let bytes = written(&["Map(String, String)", "", "JSON", ""], |row| {
            row.attributes(&fields);
            row.attributes(&fields);
        });
        assert_eq!(bytes, b"\x02\x01n\x017\x01t\x02x\"\x11{\"n\":7,\"t\":\"x\\\"\"}");
        let bytes = written(&["JSON", "", "JSON", ""], |row| {
            row.attributes(&fields::of(&attributes[2..]));
            row.attributes(&Fields::new());
        });
        assert_eq!(bytes, b"\x15{\"d\":null,\"l\":[true]}\x02{}");
    }
}
