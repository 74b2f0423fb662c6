//! ClickHouse as a backend: writes rows directly into ClickStack's tables, as its collector would.

mod answer;
mod blocks;
mod body;
mod column;
mod fields;
mod insert;
mod logs;
mod metrics;
mod origin;
mod row;
mod severity;
mod statement;
mod tables;
mod traces;
mod value;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::split::Split;
use super::verdict::Verdict;
use crate::buffer::Batch;
use crate::config::{ClickHouseConfig, Retry};
use crate::http::{self, Endpoint, HeaderMap, HeaderName, Method, Proxies};
use crate::record::{Resource, Signal};
pub use insert::Insert;
use insert::{Encoding, State};

const USER: HeaderName = HeaderName::from_static("x-clickhouse-user");
const KEY: HeaderName = HeaderName::from_static("x-clickhouse-key");

/// A ClickHouse server with its connections.
pub struct ClickHouseExporter {
    config: ClickHouseConfig,
    client: http::Client,
    /// The encoding for its tables, once known.
    encoding: RefCell<Option<Rc<Encoding>>>,
    one_question_at_a_time: Mutex<()>,
}

impl ClickHouseExporter {
    /// Nothing is connected yet.
    pub fn new(config: ClickHouseConfig, proxies: Proxies) -> Self {
        let client = http::Client::with_proxies(config.tls.clone(), proxies);
        ClickHouseExporter {
            config,
            client,
            encoding: RefCell::default(),
            one_question_at_a_time: Mutex::new(()),
        }
    }

    /// Retries of failed requests.
    pub fn retry(&self) -> Retry {
        self.config.retry
    }

    /// Queries the tables' columns, unless they are known.
    pub async fn prepare(&self, within: Duration) -> Verdict {
        let within = within.min(self.config.timeout);
        match tokio::time::timeout(within, self.learn_columns(within)).await {
            Ok(verdict) => verdict,
            Err(_) => Verdict::Failed(format!(
                "{}: timed out after {} ms while asking for the tables' columns",
                self.config.endpoint,
                within.as_millis()
            )),
        }
    }

    async fn learn_columns(&self, within: Duration) -> Verdict {
        let _turn = self.one_question_at_a_time.lock().await;
        if self.encoding.borrow().is_some() {
            return Verdict::Delivered(0);
        }
        let sql = statement::columns(&self.config.database, &self.config.table_prefix);
        let response = match self.post(&self.config.endpoint, sql.into(), within).await {
            Ok(response) => response,
            Err(error) => return Verdict::Failed(error.to_string()),
        };
        match answer::verdict(&self.config.endpoint, &response) {
            Verdict::Delivered(_) => self.know(&String::from_utf8_lossy(&response.body)),
            // A user who may not read the columns may still be allowed to insert: ClickStack's own tables are assumed.
            Verdict::Rejected(_) => self.know(""),
            Verdict::Unauthorized(_) if answer::denies_access(&response) => self.know(""),
            unknown => return unknown,
        }
        Verdict::Delivered(0)
    }

    fn know(&self, columns: &str) {
        *self.encoding.borrow_mut() = Some(Rc::new(self.encoding_of(columns)));
    }

    fn encoding_of(&self, columns: &str) -> Encoding {
        Encoding {
            layouts: statement::layouts(columns, &self.config.table_prefix, self.config.json),
            lz4: self.config.lz4,
            json_levels: self.config.json_levels,
        }
    }

    /// Encodes records, as inserts, each for a different table.
    pub fn encode(&self, signal: Signal, records: Batch, resource: &Resource) -> Vec<Insert> {
        let encoding = self.encoding.borrow().clone();
        let encoding = encoding.unwrap_or_else(|| Rc::new(self.encoding_of("")));
        insert::encode(&encoding, signal, records, resource)
    }

    /// Sends those of the inserts that are still waiting.
    pub async fn send(&self, inserts: &[Insert], within: Duration) -> Verdict {
        let waiting = inserts.iter().filter(|insert| insert.is_waiting());
        let sent = join_all(waiting.map(|insert| self.insert(insert, within))).await;
        let unsent = sent.into_iter().flatten();
        let weight = |verdict: &Verdict| match verdict {
            Verdict::Unauthorized(_) => 2,
            Verdict::TooLarge(..) => 1,
            _ => 0,
        };
        match unsent.max_by_key(weight) {
            Some(verdict) => verdict,
            None => concluded(inserts),
        }
    }

    /// Sends one insert and records its state; returns the verdict if it has to be sent again.
    async fn insert(&self, insert: &Insert, within: Duration) -> Option<Verdict> {
        let endpoint = self.insert_endpoint(insert);
        let response = match self.post(&endpoint, Bytes::clone(&insert.body), within).await {
            Ok(response) => response,
            Err(error) => return Some(Verdict::Failed(error.to_string())),
        };
        if answer::tells_of_other_schema(&response) {
            // These rows are lost; the next ones will fit.
            *self.encoding.borrow_mut() = None;
        }
        let state = match answer::verdict(&self.config.endpoint, &response) {
            Verdict::Delivered(_) => State::Taken,
            Verdict::Rejected(reason) => State::Refused(reason),
            Verdict::TooLarge(reason, limit) => {
                *insert.state.borrow_mut() = State::TooLarge(reason.clone());
                return Some(Verdict::TooLarge(reason, limit));
            }
            unsent => return Some(unsent),
        };
        *insert.state.borrow_mut() = state;
        None
    }

    fn insert_endpoint(&self, insert: &Insert) -> Endpoint {
        let config = &self.config;
        let sql = statement::insert(&config.database, &config.table_prefix, insert.table, &insert.columns);
        let mut parameters = vec![
            ("query", sql.as_str()),
            ("async_insert", if config.async_insert { "1" } else { "0" }),
        ];
        if config.async_insert {
            // Without it, ClickHouse would respond before it has stored anything.
            parameters.push(("wait_for_async_insert", "1"));
        }
        if config.lz4 {
            parameters.push(("decompress", "1"));
        }
        if insert.json {
            parameters.push(("input_format_binary_read_json_as_string", "1"));
            // Dotted names can be equivalent to nested ones.
            parameters.push(("type_json_skip_duplicated_paths", "1"));
        }
        config.endpoint.with_parameters(&parameters)
    }

    async fn post(&self, endpoint: &Endpoint, body: Bytes, within: Duration) -> Result<http::Response, http::Error> {
        let mut headers = HeaderMap::new();
        headers.extend(self.config.user.clone().map(|user| (USER, user)));
        headers.extend(self.config.password.clone().map(|password| (KEY, password)));
        let request = http::Request {
            method: Method::POST,
            endpoint: endpoint.clone(),
            headers,
            body,
            timeout: within.min(self.config.timeout),
        };
        self.client.send(request).await
    }
}

/// Halves those that were too large; the others go with the first half. Rejected ones are counted.
pub fn split(inserts: &[Insert]) -> Split<(Vec<Insert>, usize)> {
    let (mut first, mut second, mut refused) = (Vec::new(), Vec::new(), 0);
    for insert in inserts {
        match &*insert.state.borrow() {
            State::Taken => {}
            State::Refused(_) => refused += insert.rows(),
            State::Waiting => first.push(insert.clone()),
            State::TooLarge(_) => match insert.halves() {
                None => refused += insert.rows(),
                Some([one, other]) => {
                    first.push(one);
                    second.push(other);
                }
            },
        }
    }
    let counted = |inserts: Vec<Insert>| {
        let rows = inserts.iter().map(Insert::rows).sum();
        (inserts, rows)
    };
    let parts = [first, second].into_iter().filter(|inserts| !inserts.is_empty());
    let parts = parts.map(counted).collect();
    Split { parts, refused }
}

/// The verdict on inserts that are all finished.
fn concluded(inserts: &[Insert]) -> Verdict {
    let (mut rows, mut refused) = (0, 0);
    let mut first_reason = None;
    for insert in inserts {
        rows += insert.rows();
        if let State::Refused(reason) = &*insert.state.borrow() {
            refused += insert.rows();
            first_reason.get_or_insert_with(|| reason.clone());
        }
    }
    match first_reason {
        None => Verdict::Delivered(0),
        Some(reason) if refused == rows => Verdict::Rejected(reason),
        Some(reason) => Verdict::PartlyRejected(refused, reason),
    }
}

#[cfg(test)]
mod tests;
