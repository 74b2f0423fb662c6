//! Seed inputs: the records of the log formats, and requests of SDKs.

use std::fs;
use std::io::Write;
use std::path::Path;

use clickstack_extension::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
};
use prost::Message;
use serde_json::{Value, json};

use super::telemetry::REQUEST_ID;

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/key-a1B2c3";

/// The records of every case of every file.
fn records(fixtures: &Path) -> Vec<Vec<Value>> {
    let mut files: Vec<_> = fs::read_dir(fixtures)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        for line in fs::read_to_string(file).expect("a fixture").lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            cases.push(case["records"].as_array().expect("records").clone());
        }
    }
    cases.extend(of_libraries(&fixtures.with_file_name("libraries")));
    cases
}

/// The same for every logging library.
fn of_libraries(folder: &Path) -> Vec<Vec<Value>> {
    let files = fs::read_dir(folder).expect("the fixtures");
    let mut files: Vec<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).expect("a fixture"));
    let lists = texts.map(|text| serde_json::from_str::<Vec<Value>>(&text).expect("cases"));
    lists
        .flatten()
        .map(|case| case["records"].as_array().expect("records").clone())
        .collect()
}

fn event(kind: &str, record: Value) -> Value {
    json!({"time": "2026-11-23T16:03:31.000Z", "type": kind, "record": record})
}

fn platform_events() -> Vec<Value> {
    let metrics = json!({
        "durationMs": 12.5, "billedDurationMs": 13, "memorySizeMB": 128, "maxMemoryUsedMB": 128, "initDurationMs": 90.1
    });
    let spans = json!([{"name": "extensionOverhead", "start": "2026-11-23T16:03:31.000Z", "durationMs": 1.2}]);
    let tracing = json!({
        "type": "X-Amzn-Trace-Id",
        "value": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    });
    let init = json!({"initializationType": "on-demand", "phase": "init", "status": "failure", "errorType": "E"});
    vec![
        event("platform.initStart", init.clone()),
        event("platform.initRuntimeDone", init.clone()),
        event("platform.initReport", init.clone()),
        event("platform.restoreStart", json!({})),
        event("platform.restoreRuntimeDone", json!({"status": "success"})),
        event(
            "platform.restoreReport",
            json!({"status": "timeout", "metrics": {"durationMs": 80}}),
        ),
        event(
            "platform.start",
            json!({"requestId": REQUEST_ID, "version": "$LATEST", "tracing": tracing}),
        ),
        event(
            "platform.runtimeDone",
            json!({"requestId": REQUEST_ID, "status": "timeout", "errorType": "E", "metrics": metrics, "spans": spans}),
        ),
        event(
            "platform.report",
            json!({"requestId": REQUEST_ID, "status": "failure", "metrics": metrics, "spans": spans}),
        ),
        event(
            "platform.logsDropped",
            json!({"droppedBytes": 9, "droppedRecords": 3, "reason": "slow"}),
        ),
        event(
            "platform.extension",
            json!({"name": "x", "state": "Ready", "events": ["INVOKE"]}),
        ),
        event("platform.newThing", json!([1, {"a": null}])),
        event("extension", "another extension's line\n".into()),
        event("extension", "clickstack-extension: WARN own\n".into()),
    ]
}

pub fn telemetry(fixtures: &Path) -> Vec<Vec<u8>> {
    let platform = platform_events();
    let mut bodies: Vec<String> = platform.iter().map(|event| format!("[{event}]")).collect();
    bodies.push(Value::from(platform).to_string());
    for case in records(fixtures) {
        let events: Vec<Value> = case.into_iter().map(|record| event("function", record)).collect();
        bodies.push(Value::from(events).to_string());
    }
    let line = event("function", "hello\n".into());
    bodies.push(format!(
        r#"[{line},{{"time":1}},17,{{"time":"x","type":"fun,{line},{line}"#
    ));
    bodies.push(format!(r#"[{line}]]}}[,{line} "\ud800" {{"record":{line}"#));
    bodies.push("[[]]".to_owned());
    bodies.push(format!("[{}{}]", "[".repeat(300), "]".repeat(300)));
    bodies.push(format!(
        "[{}]",
        event("function", Value::from("\u{0}\u{a0}\u{fffd}\u{1f600}\r\n"))
    ));
    bodies.push(format!(
        r#"[{{"type":"function","record":{}1{}}}]"#,
        r#"{"a":"#.repeat(90),
        "}".repeat(90)
    ));
    bodies.into_iter().map(String::into_bytes).collect()
}

pub fn log_lines(fixtures: &Path) -> Vec<Vec<u8>> {
    let cases = records(fixtures).into_iter();
    let texts = cases.filter_map(|case| {
        let lines: Option<Vec<&str>> = case.iter().map(Value::as_str).collect();
        Some(format!("\u{1}\n{}\u{1}done", lines?.concat()).into_bytes())
    });
    texts
        .chain([b"\x01\n2026-03-04T05:06:07.089Z\t1f0c7a52-6d1e\tERROR-4b7one".to_vec()])
        .chain([b"\x00\xff\xfe\n{\"level\":50,\"msg\":\"x\"}\n\r\n[ERROR]\t".to_vec()])
        .collect()
}

fn otlp_json() -> [String; 3] {
    let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]}"#;
    let attributes = r#"[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"7"},{"doubleValue":1.5},{"boolValue":true},{"bytesValue":"AQI="},{"kvlistValue":{"values":[{"key":"k","value":{}}]}}]}}}]"#;
    let span = format!(
        r#"{{"traceId":"5759e988bd862e3fe1be46a994272793","spanId":"53995c3f42cd8ad8","name":"n","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":2,"attributes":[{{"key":"faas.invocation_id","value":{{"stringValue":"{REQUEST_ID}"}}}}],"events":[{{"name":"e","attributes":{attributes}}}],"links":[{{"traceId":"00","spanId":"00"}}],"status":{{"code":2,"message":"m"}}}}"#
    );
    let log = format!(
        r#"{{"timeUnixNano":"1763913811000000000","severityNumber":17,"severityText":"ERROR","body":{{"stringValue":"{{\"x\":1}}"}},"attributes":{attributes},"traceId":"5759e988bd862e3fe1be46a994272793","spanId":"53995c3f42cd8ad8"}}"#
    );
    let points =
        format!(r#"[{{"attributes":{attributes},"timeUnixNano":"1","asInt":"3","exemplars":[{{"asDouble":"NaN"}}]}}]"#);
    let metrics = format!(
        r#"[{{"name":"g","gauge":{{"dataPoints":{points}}}}},{{"name":"s","unit":"1","sum":{{"dataPoints":{points},"aggregationTemporality":1,"isMonotonic":true}}}},{{"name":"h","histogram":{{"aggregationTemporality":2,"dataPoints":[{{"count":"2","sum":3.5,"bucketCounts":["1","1"],"explicitBounds":[1],"min":1,"max":2}}]}}}},{{"name":"e","exponentialHistogram":{{"dataPoints":[{{}},{{"scale":1,"zeroCount":"1","positive":{{"offset":2,"bucketCounts":["1"]}},"negative":{{}}}}]}}}},{{"name":"q","summary":{{"dataPoints":[{{"count":"1","quantileValues":[{{"quantile":0.5,"value":2}}]}}]}}}}]"#
    );
    [
        format!(
            r#"{{"resourceLogs":[{{"resource":{resource},"scopeLogs":[{{"scope":{{"name":"x","version":"1"}},"logRecords":[{log},{{}}]}}]}}]}}"#
        ),
        format!(
            r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"spans":[{span}]}}],"schemaUrl":"u"}}]}}"#
        ),
        format!(r#"{{"resourceMetrics":[{{"resource":{resource},"scopeMetrics":[{{"metrics":{metrics}}}]}}]}}"#),
    ]
}

/// The same requests in every encoding, see [`super::otlp::check`].
pub fn otlp() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (number, json) in otlp_json().iter().enumerate() {
        let signal = clickstack_extension::record::Signal::ALL[number];
        let message = clickstack_extension::otlp::json::to_protobuf(signal, json.as_bytes()).expect("valid JSON");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&message).expect("memory");
        let mut frame = vec![0];
        frame.extend(u32::try_from(message.len()).expect("small").to_be_bytes());
        frame.extend(&message);
        let forms = [
            message.to_vec(),
            json.clone().into_bytes(),
            gzip.finish().expect("memory"),
            frame,
        ];
        for (form, bytes) in forms.into_iter().enumerate() {
            let choice = u8::try_from(number + 3 * form).expect("small");
            seeds.push([vec![choice], bytes].concat());
        }
    }
    let empty: [Vec<u8>; 3] = [
        ExportLogsServiceRequest::default().encode_to_vec(),
        ExportTraceServiceRequest::default().encode_to_vec(),
        ExportMetricsServiceRequest::default().encode_to_vec(),
    ];
    seeds.extend(empty.into_iter().map(|message| [vec![0], message].concat()));
    seeds.push(vec![6, 1, 0, 0, 0, 0, 0x1f, 0x8b]);
    seeds
}

fn bytes<const N: usize>(texts: [&str; N]) -> Vec<Vec<u8>> {
    texts.map(|text| text.replace("ARN", ARN).into_bytes()).to_vec()
}

pub fn env_files() -> Vec<Vec<u8>> {
    let multiplied: String = (0..40).map(|n| format!("A{}=${{A{n}}}${{A{n}}}\n", n + 1)).collect();
    let mut seeds = bytes([
        "\u{feff}export A=b # c\nB='x ${A} \\n'\r\nC=\"two\nlines ${A} \\\" ${ARN}\"\n",
        "nothing\n=x\n1X=2\nB='open\nC=3\n# comment\n\n",
        "A=\\${X} ${HOME}/${NOT}${open\nA=a\" b \"'c'\nK=secret://ARN#key\n",
    ]);
    seeds.push(format!("A0=xxxxxxxxxxxxxxxx\n{multiplied}").into_bytes());
    seeds
}

pub fn key_values() -> Vec<Vec<u8>> {
    bytes([
        " a = b , c=d=e= ,a=",
        r#"a="b,c",d= "b\",\\c" ,x=W/"x""#,
        r#""Authorization=Bearer ${ARN#a,b},b=c""#,
        r#"secretkey,=v,a="b,c=d"#,
        "a=b%2Cc,d=%ff,ä=ö",
    ])
}

pub fn references() -> Vec<Vec<u8>> {
    bytes([
        "a=${ARN#/a/0},b=x ${arn:aws-cn:ssm:cn-north-1:1:parameter/team/key:3} y",
        " secret://ARN#key ",
        "${HOME} $x ${${ARN} ${arn:not closed",
        "secret://ARN#a}b",
        "${arn:aws:s3:::bucket}${ARN#}",
    ])
}

/// See [`super::proxy::check`].
pub fn proxy() -> Vec<Vec<u8>> {
    let requests = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n\
        POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nContent-Length: 18\r\n\r\n{\"statusCode\":502}\
        \r\nPOST /2018-06-01/runtime/invocation/r-2/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\
        Lambda-Runtime-Function-Response-Mode: streaming\r\n\
        Content-Type: application/vnd.awslambda.http-integration-response\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n\
        12\r\n{\"statusCode\":201}\r\n8;a=b\r\n\0\0\0\0\0\0\0\0\r\n5\r\nhello\r\n0\r\n\
        Lambda-Runtime-Function-Error-Type: Function.Broken\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n\
        POST /2018-06-01/runtime/invocation/r-3/error HTTP/1.1\r\nLambda-Runtime-Function-Error-Type: E\r\n\
        Content-Length: 40\r\n\r\n{\"errorType\":\"E\",\"stackTrace\":[\"a\",\"b\"]}\n";
    let responses = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok\
        HTTP/1.1 204 No Content\r\n\r\n\
        HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793\r\n\
        Lambda-Runtime-Client-Context: {}\r\nContent-Length: 13\r\n\r\n{\"Records\":[]}\
        HTTP/1.1 200 OK\r\n\r\nuntil the end";
    let messages = b"\x00\x05hello\x02\x0b hello world\x0b\x00\x13\x04\0\0\0\0\x01\x02{}";
    let parts = [7, 1, 60, 3, 200, 2];
    let mut seeds = Vec::new();
    for (choice, bytes) in [(0, &requests[..]), (1, responses), (2, messages), (3, messages)] {
        seeds.push([&[choice, 0], bytes].concat());
        seeds.push([&[choice, 6], &parts[..], bytes].concat());
    }
    seeds
}

/// See [`super::triggers::check`]. `cases` is the file that the tracing layers' tests also replay.
pub fn triggers(cases: &Path) -> Vec<Vec<u8>> {
    let cases = fs::read_to_string(cases).expect("the cases");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("cases");
    let headers = "\0Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1\0{\"custom\":{\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"}}";
    let answers = bytes([
        r#"{"statusCode":502,"body":"x"}"#,
        r#"{"statusCode":"200"}"#,
        r#"{"statusCode":2.0e2,"batchItemFailures":[{"itemIdentifier":"m-1"},{}]}"#,
        r#"{"errorType":"E","errorMessage":"m","stackTrace":["a\n","b"]}"#,
    ]);
    let events = cases.iter().map(|case| case["event"].to_string() + headers);
    events.map(String::into_bytes).chain(answers).collect()
}
