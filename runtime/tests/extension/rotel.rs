//! What users of the Rotel extension rely on.

use std::time::Duration;

use crate::support::{Extension, Intake, Lambda, env_file, request_id, run, started};
use clickstack_extension::otlp::messages::logs::LogRecord;
use serde_json::json;

/// The result for a JSON log with a custom field.
async fn json_log(variables: &[(&str, &str)]) -> LogRecord {
    let (lambda, intake, _extension) = started(variables).await;
    let id = request_id(1);
    lambda.invoke(&id, Duration::from_secs(30));
    let record = json!({"level": "WARN", "message": "careful", "requestId": id, "order": 7});
    let events = [
        lambda.start_event(&id),
        lambda.event("function", record),
        lambda.done_event(&id, "success"),
    ];
    lambda.deliver(&events).await;
    lambda.asked(2).await;
    intake.logs().remove(0).1
}

fn keys(log: &LogRecord) -> Vec<&str> {
    log.attributes.iter().map(|attribute| attribute.key.as_str()).collect()
}

#[test]
fn logs_are_as_rotel_makes_them_where_that_is_wanted() {
    run(async {
        let log = json_log(&[("CLICKSTACK_COMPAT", "rotel")]).await;
        assert_eq!(keys(&log), ["type", "faas.invocation_id"]);
        assert_eq!(log.severity_text, "SEVERITY_NUMBER_WARN");
    });
}

#[test]
fn fields_of_json_logs_stay_and_severities_are_plain_by_default() {
    run(async {
        let log = json_log(&[]).await;
        assert_eq!(keys(&log), ["type", "faas.invocation_id", "order"]);
        assert_eq!(log.severity_text, "WARN");
    });
}

#[test]
fn endpoints_and_keys_are_written_as_for_rotel() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        // Basic authentication takes precedence over a header of that name, and of several the last is used.
        intake.require_key("Basic dXNlcjp3b3Jk");
        let url = intake.url();
        let variables = [
            ("ROTEL_OTLP_EXPORTER_ENDPOINT", url.strip_prefix("http://").unwrap()),
            ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http"),
            (
                "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS",
                "Authorization=old,authorization=new,Host=virtual.example",
            ),
            ("ROTEL_OTLP_EXPORTER_AUTHENTICATOR", "basic"),
            ("ROTEL_OTLP_EXPORTER_BASIC_AUTH_USERNAME", "user"),
            ("ROTEL_OTLP_EXPORTER_BASIC_AUTH_PASSWORD", "word"),
        ];
        let extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
        assert_eq!(intake.hosts(), ["virtual.example"]);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn an_env_file_as_rotel_documents_it_needs_no_change() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let lines = format!(
            "# where it goes\nROTEL_OTLP_EXPORTER_ENDPOINT={}\nROTEL_OTLP_EXPORTER_PROTOCOL=http\n\
             ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS=\"Authorization=Bearer ${{AXIOM_API_KEY}},X-Axiom-Dataset=${{AXIOM_DATASET}}\"\n\
             ROTEL_OTEL_RESOURCE_ATTRIBUTES=\"service.name=my-lambda-api,service.version=2.0.0\"\n",
            intake.url()
        );
        let file = env_file(&lines);
        intake.require_key("Bearer axiom-key");
        let variables = [
            ("ROTEL_ENV_FILE", file.path().to_str().unwrap()),
            ("AXIOM_API_KEY", "axiom-key"),
            ("AXIOM_DATASET", "lambda"),
        ];
        let extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
        let (resource, _) = &intake.logs()[0];
        let names: Vec<&str> = resource
            .attributes
            .iter()
            .map(|attribute| attribute.key.as_str())
            .collect();
        assert!(names.contains(&"service.version"), "{names:?}");
        assert_eq!(extension.output(), "");
    });
}
