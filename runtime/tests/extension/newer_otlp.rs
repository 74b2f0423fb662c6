//! Requests of an SDK with a newer OTLP than the extension's: fields that it does not know are passed on.

use std::cell::RefCell;
use std::rc::Rc;

use crate::support::grpc::{LOGS, METRICS, TRACES, call, framed};
use crate::support::server::{Server, answer, post};
use crate::support::{Extension, Lambda, request_id, run};

/// Numbers of fields that OTLP does not have, one for each kind of message on the path to a record.
const UNKNOWN: [u32; 5] = [900, 901, 902, 903, 904];

fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::bytes::encode(number, &content.to_vec(), &mut bytes);
    bytes
}

/// A request with one record, and in every message a field that OTLP does not have; its content names the message.
fn request(record: &[u8], name: &str) -> Vec<u8> {
    let unknown = |place: usize, what: &str| field(UNKNOWN[place], format!("{name}: new in the {what}").as_bytes());
    let resource = unknown(0, "resource");
    let record = [record, &unknown(1, "record")].concat();
    let scope = [field(2, &record), unknown(2, "scope's entry")].concat();
    let entry = [field(1, &resource), field(2, &scope), unknown(3, "resource's entry")].concat();
    [field(1, &entry), unknown(4, "request")].concat()
}

/// The three signals: path, method, and a record of theirs.
fn signals() -> [(&'static str, &'static str, Vec<u8>); 3] {
    let log = field(5, &field(1, b"from the SDK"));
    let ids = [field(1, &[7; 16]), field(2, &[8; 8])].concat();
    let span = [ids, field(5, b"span")].concat();
    let point = [field(900, b"new in the data point")].concat();
    let metric = [field(1, b"metric"), field(5, &field(1, &point))].concat();
    [
        ("/v1/logs", LOGS, log),
        ("/v1/traces", TRACES, span),
        ("/v1/metrics", METRICS, metric),
    ]
}

#[test]
fn fields_that_otlp_does_not_have_yet_reach_the_backend() {
    run(async {
        let (lambda, received) = (Lambda::start().await, Rc::new(RefCell::new(Vec::new())));
        let sink = Rc::clone(&received);
        let server = Server::start(0, move |call| {
            sink.borrow_mut().extend_from_slice(&call.body);
            async { answer(200, "") }
        })
        .await;
        let url = format!("http://127.0.0.1:{}", server.port);
        let plain = ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none");
        let mut extension = Extension::exporting(&lambda.address(), &url, &[plain]);
        lambda.asked(1).await;
        let mut expected = vec!["new in the data point".to_owned()];
        for (path, method, record) in signals() {
            let headers = [("content-type", "application/x-protobuf")];
            let (status, text) = post(&extension.receiver(path), &headers, request(&record, path)).await;
            assert_eq!(status, 200, "{path}: {text}");
            let body = framed(&request(&record, method), false);
            let (status, text, _) = call(extension.grpc_port(), method, &[], body).await;
            assert_eq!(status, 0, "{method}: {text}");
            for name in [path, method] {
                let places = ["resource", "record", "scope's entry", "resource's entry", "request"];
                expected.extend(places.map(|place| format!("{name}: new in the {place}")));
            }
        }
        lambda.invocation(&request_id(1), &[]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let received = received.borrow();
        for text in expected {
            let is_there = received.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(is_there, "{text}");
        }
        assert_eq!(extension.output(), "");
    });
}
