use super::*;
use crate::convert::logs::from_line;
use crate::record::{Origin, Severity};

const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1/durable-execution/order-7/5a1f";

fn identified(record: &str) -> (Option<String>, Log) {
    let mut log = from_line(Origin::Function, 1, record);
    (identify(&mut log), log)
}

fn fields(log: &Log) -> Vec<(String, Value)> {
    let mut fields: Vec<(String, Value)> = log
        .attributes
        .iter()
        .map(|(key, value)| (key.to_string(), value.clone()))
        .collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    fields
}

#[test]
fn the_fields_of_every_sdks_logger_are_the_same_attributes() {
    let expected = vec![
        ("durable.attempt.number".to_owned(), Value::Int(2)),
        ("durable.execution.arn".to_owned(), Value::from(ARN)),
        ("durable.operation.id".to_owned(), Value::from("c4ca4238a0b92382")),
        ("durable.operation.name".to_owned(), Value::from("charge")),
    ];
    for record in [
        // JavaScript, its logger's own layout.
        r#"{"requestId":"r","timestamp":"2026-11-29T12:00:00.000Z","level":"INFO","executionArn":"ARN","operationId":"c4ca4238a0b92382","operationName":"charge","attempt":2,"message":"paid"}"#,
        // Python, in Lambda's JSON format.
        r#"{"timestamp":"2026-11-29T12:00:00Z","level":"INFO","message":"paid","logger":"root","requestId":"r","executionArn":"ARN","operationName":"charge","attempt":2,"operationId":"c4ca4238a0b92382"}"#,
        // Java: logback's and log4j2's diagnostic context.
        r#"{"timestamp":1764417600000,"level":"INFO","message":"paid","mdc":{"durableExecutionArn":"ARN","requestId":"r","operationId":"c4ca4238a0b92382","operationName":"charge","attempt":"2"}}"#,
        r#"{"instant":{"epochSecond":1764417600},"level":"INFO","message":"paid","contextMap":{"durableExecutionArn":"ARN","operationId":"c4ca4238a0b92382","operationName":"charge","attempt":"2"}}"#,
        // .NET, with a logger that writes its scopes.
        r#"{"timestamp":"2026-11-29T12:00:00.000Z","level":"Information","requestId":"r","message":"paid","executionArn":"ARN","operationId":"c4ca4238a0b92382","operationName":"charge","attempt":2}"#,
    ] {
        let (arn, log) = identified(&record.replace("ARN", ARN));
        assert_eq!(arn.as_deref(), Some(ARN), "{record}");
        assert_eq!((log.body.as_str(), log.severity), ("paid", Severity::Info), "{record}");
        let about: Vec<_> = fields(&log)
            .into_iter()
            .filter(|(key, _)| key.starts_with("durable."))
            .collect();
        assert_eq!(about, expected, "{record}");
        assert!(
            fields(&log)
                .iter()
                .all(|(_, value)| !matches!(value, Value::Map(entries) if entries.is_empty()))
        );
        assert_eq!(operation(&log), Some("c4ca4238a0b92382"));
    }
}

#[test]
fn other_executions_and_fields_stay_as_they_are() {
    for record in [
        r#"{"message":"m","executionArn":"arn:aws:states:eu-central-1:123456789012:execution:orders:7","attempt":2}"#,
        r#"{"message":"m","executionArn":7,"operationId":"o"}"#,
        r#"{"message":"m","note":"ARN"}"#,
        r#"{"message":"m","mdc":{},"contextMap":{}}"#,
        r#"{"message":"m","mdc":{"operationId":"o","executionArn":"mine"}}"#,
        r#"{"message":"m","details":{"executionArn":"ARN"}}"#,
        "\"plain\"",
    ] {
        let record = record.replace("ARN", ARN);
        let (arn, log) = identified(&record);
        assert_eq!(arn, None, "{record}");
        assert_eq!(fields(&log), fields(&from_line(Origin::Function, 1, &record)));
    }
}

#[test]
fn a_context_keeps_what_is_not_about_the_execution() {
    let record = r#"{"message":"m","mdc":{"durableExecutionArn":"ARN","user":"u"}}"#.replace("ARN", ARN);
    let (_, log) = identified(&record);
    let user = Value::Map(vec![("user".to_owned(), Value::from("u"))]);
    assert_eq!(
        fields(&log),
        [
            ("durable.execution.arn".to_owned(), Value::from(ARN)),
            ("mdc".to_owned(), user)
        ]
    );
}

#[test]
fn only_marked_lines_are_replayed() {
    let (_, mut log) = identified(r#"{"message":"m","durable.replayed":"no"}"#);
    assert!(!is_replayed(&log));
    mark(&mut log);
    assert!(is_replayed(&log));
}
