//! Redirects, and requests that are too large, over HTTP and gRPC.

use super::*;

#[test]
fn redirects_name_their_target_and_are_kept() {
    let endpoint = Endpoint::parse("http://backend/v1/logs").unwrap();
    for status in [301, 302, 303, 307, 308] {
        let mut response = response(status, "");
        response.headers.insert(
            LOCATION,
            HeaderValue::from_static("https://login.example.com/sso?token=secret"),
        );
        for verdict in [
            http_verdict(&asked(&endpoint), &response),
            grpc_verdict(&asked(&endpoint), &response),
        ] {
            let Verdict::Failed(reason) = verdict else {
                panic!("{status}");
            };
            assert!(
                reason.contains("redirects to https://login.example.com/sso;"),
                "{reason}"
            );
        }
    }
    assert!(matches!(judged(301, Bytes::new()), Verdict::Failed(_)));
}

#[test]
fn requests_that_are_too_large_in_http() {
    for (status, body, named) in [
        (413, "", None),
        (
            413,
            "<html><center><h1>413 Request Entity Too Large</h1></center><hr>nginx</html>",
            None,
        ),
        (413, r#"{"message":"Request Too Long"}"#, None),
        (413, "payload over 262144 bytes", Some(262_144)),
        (400, "http: request body too large", None),
        (400, "request entity too large", None),
        (404, "404.13 - Content Length Too Large", None),
        (500, "Maximum upload size exceeded", None),
    ] {
        let verdict = judged(status, Bytes::from_static(body.as_bytes()));
        assert!(
            matches!(verdict, Verdict::TooLarge(_, limit) if limit == named),
            "{status} {body}: {verdict:?}"
        );
    }
    assert!(matches!(
        judged(400, Bytes::from_static(b"timestamp too old")),
        Verdict::Rejected(_)
    ));
    assert!(matches!(
        judged(429, Bytes::from_static(b"request too large for the quota")),
        Verdict::Failed(_)
    ));
}

#[test]
fn requests_that_are_too_large_in_grpc() {
    let answered = |number, message| {
        let mut response = response(200, "");
        response.trailers = status(number, message);
        called(response)
    };
    for (number, message) in [
        ("8", "grpc: received message larger than max (5000001 vs. 4194304)"),
        ("8", "gRPC message exceeds maximum size 4194304: 5000001"),
        (
            "11",
            "Error, decoded message length too large: found 5000001 bytes, the limit is: 4194304 bytes",
        ),
    ] {
        let verdict = answered(number, message);
        assert!(matches!(verdict, Verdict::TooLarge(_, Some(4_194_304))), "{verdict:?}");
    }
    assert!(matches!(answered("11", ""), Verdict::TooLarge(_, None)));
    assert!(matches!(answered("8", ""), Verdict::Failed(_)), "a quota");
    assert!(matches!(
        answered("8", "ingest rate exceeds the limit of the batch"),
        Verdict::Failed(_)
    ));
    assert!(matches!(called(response(413, "<html>")), Verdict::TooLarge(_, None)));
}
