//! Encodes records as the bodies of inserts.

use std::cell::RefCell;
use std::ops::Range;

use bytes::Bytes;

use super::blocks::{self, Blocks};
use super::logs::{self, Rules};
use super::origin::{self, Entity, Scope};
use super::row::Row;
use super::tables::{Layout, Table};
use super::{metrics, traces};
use crate::buffer::Batch;
use crate::otlp::request;
use crate::otlp::scope::scope;
use crate::record::{Resource, Signal};

/// How rows are encoded.
#[derive(Debug)]
pub struct Encoding {
    /// The tables' layouts, in the order of [`Table::ALL`].
    pub layouts: Vec<Layout>,
    /// LZ4 or no compression.
    pub lz4: bool,
    /// Levels of lists and maps that keep their type in `JSON` columns.
    pub json_levels: usize,
}

/// Rows of one table, encoded.
#[derive(Debug, Clone)]
pub struct Insert {
    /// The table.
    pub table: Table,
    /// The columns that the rows have, quoted, with commas between.
    pub columns: String,
    /// Whether attributes are sent as JSON.
    pub json: bool,
    /// Where each row ends, before compression.
    ends: Vec<usize>,
    /// Whether the rows are compressed.
    lz4: bool,
    /// The rows, compressed if so configured.
    pub body: Bytes,
    /// Their state: of several inserts, some may have to be sent again.
    pub state: RefCell<State>,
}

/// The state of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not sent yet.
    Waiting,
    /// ClickHouse has accepted the rows.
    Taken,
    /// They are too large for one request, for this reason.
    TooLarge(String),
    /// ClickHouse rejected them permanently, for this reason.
    Refused(String),
}

impl Insert {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    /// Whether they still have to be sent.
    pub fn is_waiting(&self) -> bool {
        matches!(*self.state.borrow(), State::Waiting | State::TooLarge(_))
    }

    /// Half of the rows each. `None` if there is only one.
    pub fn halves(&self) -> Option<[Insert; 2]> {
        let middle = self.rows() / 2;
        if middle == 0 {
            return None;
        }
        let plain = match self.lz4 {
            true => Bytes::from(blocks::unpack(&self.body)?),
            false => Bytes::clone(&self.body),
        };
        Some([self.part(&plain, 0..middle)?, self.part(&plain, middle..self.rows())?])
    }

    fn part(&self, plain: &[u8], rows: Range<usize>) -> Option<Insert> {
        let start = rows.start.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut blocks = Blocks::new(self.lz4);
        let (mut at, mut ends) = (start, Vec::with_capacity(rows.len()));
        for end in self.ends.get(rows)? {
            blocks.row().extend_from_slice(plain.get(at..*end)?);
            at = *end;
            ends.push(end - start);
        }
        Some(Insert {
            columns: self.columns.clone(),
            ends,
            body: blocks.finish().into(),
            state: RefCell::new(State::Waiting),
            ..*self
        })
    }
}

/// Encodes records of a signal, one insert for each table.
pub fn encode(encoding: &Encoding, signal: Signal, records: Batch, resource: &Resource) -> Vec<Insert> {
    let mut rows = Rows {
        encoding,
        writers: Vec::new(),
    };
    match signal {
        Signal::Logs => rows.add_logs(records, resource),
        Signal::Traces => rows.add_spans(records, resource),
        Signal::Metrics => rows.add_metrics(records, resource),
    }
    rows.finish()
}

struct Rows<'a> {
    encoding: &'a Encoding,
    /// One for each table that rows were written for.
    writers: Vec<Writer<'a>>,
}

impl<'a> Rows<'a> {
    fn add_logs(&mut self, records: Batch, resource: &Resource) {
        let rules = match resource.rotel_severity {
            true => Rules::Rotel,
            false => Rules::Collector,
        };
        if !records.logs.is_empty() {
            let writer = self.writer(Table::Logs);
            let scope = Scope::from_otlp(Some(scope()), String::new());
            writer.set_origin(&Entity::ours(resource), &scope);
            for log in &records.logs {
                writer.write(|row| logs::write_own(row, log, rules));
            }
        }
        // Frees memory that is needed below.
        drop(records.logs);
        for entry in request::forwarded_logs(resource, &records.forwarded) {
            let entity = Entity::from_otlp(entry.resource, entry.schema_url);
            for group in entry.scope_logs {
                let writer = self.writer(Table::Logs);
                writer.set_origin(&entity, &Scope::from_otlp(group.scope, group.schema_url));
                for record in group.log_records {
                    writer.write(|row| logs::write_sdk(row, record, rules));
                }
            }
        }
    }

    fn add_spans(&mut self, records: Batch, resource: &Resource) {
        let request = request::spans_request(resource, records.spans, &records.forwarded);
        for entry in request.resource_spans {
            let entity = Entity::from_otlp(entry.resource, entry.schema_url);
            for group in entry.scope_spans {
                let writer = self.writer(Table::Traces);
                writer.set_origin(&entity, &Scope::from_otlp(group.scope, group.schema_url));
                for span in group.spans {
                    writer.write(|row| traces::write(row, span));
                }
            }
        }
    }

    fn add_metrics(&mut self, records: Batch, resource: &Resource) {
        let request = request::metrics_request(resource, &records.forwarded);
        for entry in request.resource_metrics {
            let entity = Entity::from_otlp(entry.resource, entry.schema_url);
            for group in entry.scope_metrics {
                let scope = Scope::from_otlp(group.scope, group.schema_url);
                for series in group.metrics.into_iter().filter_map(metrics::series) {
                    let writer = self.writer(series.table);
                    writer.set_origin(&entity, &scope);
                    for point in series.points {
                        writer.write(|row| metrics::write(row, &series.description, point));
                    }
                }
            }
        }
    }

    fn writer(&mut self, table: Table) -> &mut Writer<'a> {
        let place = self.writers.iter().position(|writer| writer.table == table);
        let place = place.unwrap_or_else(|| {
            self.writers.push(Writer::new(self.encoding, table));
            self.writers.len() - 1
        });
        &mut self.writers[place]
    }

    fn finish(self) -> Vec<Insert> {
        let inserts = self.writers.into_iter().map(Writer::finish);
        inserts.filter(|insert| insert.rows() > 0).collect()
    }
}

/// Writes the rows of one table.
struct Writer<'a> {
    table: Table,
    layout: &'a Layout,
    json_levels: usize,
    blocks: Blocks,
    /// The cells of a row's origin, which many rows have in common.
    origin: Vec<u8>,
    /// Bytes of all rows so far.
    length: usize,
    ends: Vec<usize>,
}

impl<'a> Writer<'a> {
    fn new(encoding: &'a Encoding, table: Table) -> Self {
        Writer {
            table,
            layout: &encoding.layouts[table as usize],
            json_levels: encoding.json_levels,
            blocks: Blocks::new(encoding.lz4),
            origin: Vec::new(),
            length: 0,
            ends: Vec::new(),
        }
    }

    fn set_origin(&mut self, entity: &Entity, scope: &Scope) {
        self.origin.clear();
        let mut row = Row::new(&mut self.origin, &self.layout.origin, self.json_levels);
        origin::write(&mut row, entity, scope);
    }

    fn write(&mut self, write: impl FnOnce(&mut Row<'_>)) {
        let out = self.blocks.row();
        let before = out.len();
        write(&mut Row::new(out, &self.layout.own, self.json_levels));
        out.extend_from_slice(&self.origin);
        self.length += out.len() - before;
        self.ends.push(self.length);
    }

    fn finish(self) -> Insert {
        Insert {
            table: self.table,
            columns: self.layout.names.clone(),
            json: self.layout.has_json(),
            ends: self.ends,
            lz4: self.blocks.is_packed(),
            body: self.blocks.finish().into(),
            state: RefCell::new(State::Waiting),
        }
    }
}
