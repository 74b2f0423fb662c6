use super::*;
use crate::invocation::{Answered, Begun, StatusCode};
use std::io::{BufRead, BufReader};

const TIMEOUT: Duration = Duration::from_secs(30);

/// A Lambda that the test controls completely, and a runtime's connection to it.
struct Scene {
    lambda: TcpListener,
    proxy: String,
    reads: Receiver<Read>,
}

impl Scene {
    fn start() -> Scene {
        let lambda = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let upstream = lambda.local_addr().unwrap().to_string();
        let reads = start(&upstream).unwrap();
        let proxy = std::fs::read_to_string(address_file(&upstream)).unwrap();
        withdraw(&upstream);
        let proxy = proxy.trim_end().to_owned();
        Scene { lambda, proxy, reads }
    }

    /// A runtime's connection, and its other end at Lambda.
    fn connect(&self) -> (TcpStream, TcpStream) {
        let runtime = TcpStream::connect(&self.proxy).unwrap();
        let (lambda, _) = self.lambda.accept().unwrap();
        for stream in [&runtime, &lambda] {
            stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        }
        (runtime, lambda)
    }

    fn read(&self) -> Read {
        self.reads.recv_timeout(TIMEOUT).unwrap()
    }

    fn begun(&self) -> Begun {
        match self.read() {
            Read::Begun(begun) => *begun,
            other => panic!("{other:?}"),
        }
    }

    fn answered(&self) -> Answered {
        match self.read() {
            Read::Answered(answered) => *answered,
            other => panic!("{other:?}"),
        }
    }
}

/// Sends everything while the other end receives it, and checks that it is equal.
fn passes(mut from: &TcpStream, mut to: &TcpStream, bytes: &[u8]) {
    thread::scope(|scope| {
        scope.spawn(|| from.write_all(bytes).unwrap());
        let mut received = vec![0; bytes.len()];
        to.read_exact(&mut received).unwrap();
        assert!(received == bytes, "{} bytes differ", bytes.len());
    });
}

fn event(request_id: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {request_id}\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn post(request_id: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

const NEXT: &[u8] = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

#[test]
fn payloads_of_every_size_pass_and_their_beginning_is_read() {
    let scene = Scene::start();
    let (runtime, lambda) = scene.connect();
    for size in [0, 10_000, 6 * 1024 * 1024] {
        let text = "x".repeat(size);
        let request = r#"{"version":"2.0","routeKey":"GET /a","requestContext":{"http":{"method":"GET"}},"body":""#;
        let request = format!("{request}{text}\"}}");
        passes(&runtime, &lambda, NEXT);
        passes(&lambda, &runtime, &event("r-1", "", &request));
        let begun = scene.begun();
        assert_eq!((begun.trigger, begun.bytes), ("api-gateway-http", request.len() as u64));
        let response = format!(r#"{{"statusCode":503,"body":"{text}"}}"#);
        passes(&runtime, &lambda, &post("r-1", "", &response));
        passes(&lambda, &runtime, ACCEPTED);
        let answered = scene.answered();
        assert_eq!(
            (answered.status, answered.bytes),
            (StatusCode::Code(503), response.len() as u64)
        );
    }
}

#[test]
fn large_heads_pass_and_are_read_and_what_is_no_http_passes_too() {
    let scene = Scene::start();
    let (runtime, lambda) = scene.connect();
    let large = format!("Lambda-Runtime-Client-Context: {}\r\n", "x".repeat(60_000));
    passes(&lambda, &runtime, &event("r-1", &large, "{}"));
    assert_eq!(scene.begun().request_id, "r-1");
    let larger = format!("Lambda-Runtime-Client-Context: {}\r\n", "x".repeat(1_000_000));
    passes(&lambda, &runtime, &event("r-2", &larger, "{}"));
    passes(&runtime, &lambda, &[0xff; 100_000]);
    passes(&runtime, &lambda, &post("r-2", "", "{}"));
    assert!(scene.reads.try_recv().is_err(), "neither direction is read any more");
}

#[test]
fn a_streamed_response_leaves_as_it_is_written() {
    let scene = Scene::start();
    let (runtime, lambda) = scene.connect();
    let head = "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n\
        Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n";
    // Lambda receives each part before the next one is written.
    for part in [head, "5\r\nhello\r\n", "6\r\n world\r\n", "0\r\n\r\n"] {
        passes(&runtime, &lambda, part.as_bytes());
    }
    assert_eq!((scene.answered().bytes), 11);
    // Lambda may respond while it is being written.
    passes(&runtime, &lambda, head.as_bytes());
    passes(
        &lambda,
        &runtime,
        b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n",
    );
    passes(&runtime, &lambda, b"5\r\nhello\r\n0\r\n\r\n");
}

#[test]
fn a_runtime_that_ends_and_a_lambda_that_ends_are_told_to_the_other_side() {
    let scene = Scene::start();
    let (runtime, mut lambda) = scene.connect();
    let half = &post("r-1", "", "{}")[..70];
    passes(&runtime, &lambda, half);
    drop(runtime);
    assert_eq!(lambda.read(&mut [0; 1]).unwrap_or(0), 0);
    // The runtime that Lambda starts next.
    let (mut runtime, lambda) = scene.connect();
    passes(&lambda, &runtime, &event("r-2", "", "{}"));
    assert_eq!(scene.begun().request_id, "r-2");
    drop(lambda);
    assert_eq!(runtime.read(&mut [0; 1]).unwrap_or(0), 0);
    // Lambda is gone completely.
    let Scene { lambda, proxy, .. } = scene;
    drop(lambda);
    let mut runtime = TcpStream::connect(proxy).unwrap();
    runtime.set_read_timeout(Some(TIMEOUT)).unwrap();
    assert_eq!(runtime.read(&mut [0; 1]).unwrap_or(0), 0);
}

#[test]
fn nobody_has_to_take_what_was_read() {
    let scene = Scene::start();
    let (runtime, lambda) = scene.connect();
    for _ in 0..2 * MOST_UNTAKEN {
        passes(&runtime, &lambda, &post("r-1", "", "{}"));
    }
    assert_eq!(scene.reads.try_iter().count(), MOST_UNTAKEN);
}

#[test]
fn connections_are_limited_and_their_number_falls_again() {
    let scene = Scene::start();
    let mut kept: Vec<_> = (0..MOST_CONNECTIONS).map(|_| scene.connect()).collect();
    let mut refused = TcpStream::connect(&scene.proxy).unwrap();
    refused.set_read_timeout(Some(TIMEOUT)).unwrap();
    assert_eq!(refused.read(&mut [0; 1]).unwrap_or(0), 0);
    kept.clear();
    // Once the other connections' threads have ended.
    let mut lines = String::new();
    while lines.is_empty() {
        let Ok(mut runtime) = TcpStream::connect(&scene.proxy) else {
            continue;
        };
        runtime.set_read_timeout(Some(TIMEOUT)).unwrap();
        scene.lambda.set_nonblocking(true).unwrap();
        if runtime.write_all(b"hello\n").is_ok() && runtime.shutdown(Shutdown::Write).is_ok() {
            thread::sleep(PAUSE);
            if let Ok((lambda, _)) = scene.lambda.accept() {
                lambda.set_nonblocking(false).unwrap();
                BufReader::new(lambda).read_line(&mut lines).unwrap();
            }
        }
    }
    assert_eq!(lines, "hello\n");
}
