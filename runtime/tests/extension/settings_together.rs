//! Combinations of settings: env files, named exporters, secrets, transports, flush modes, proxies, and Rotel's
//! behaviour.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::support::grpc::{GrpcBackend, LOGS, TRACES};
use crate::support::intake::attribute;
use crate::support::secrets::{self, SECRET};
use crate::support::server::{self, Server, answer};
use crate::support::{Extension, Intake, Lambda, env_file, request_id, run, started, until};
use serde_json::json;

#[test]
fn an_env_file_gives_named_exporters_fields_of_one_secret() {
    run(async {
        let (lambda, stack) = (Lambda::start().await, Intake::start().await);
        let (logs, traces) = (GrpcBackend::start(None).await, GrpcBackend::start(None).await);
        let document = json!({"keys": ["first\n"], "a/b": {"port": 7}, "list": ["x", 2.5]}).to_string();
        let (value, calls) = (Rc::new(RefCell::new(document)), Rc::new(Cell::new(0)));
        let aws = secrets::secrets_manager(&value, Duration::ZERO, &calls).await;
        stack.require_key("Bearer first");
        let lines = [
            "ROTEL_EXPORTERS=stack:otlp,archive:otlp".to_owned(),
            format!("ROTEL_EXPORTER_STACK_ENDPOINT={}/", stack.url()),
            "ROTEL_EXPORTER_STACK_PROTOCOL=http".to_owned(),
            format!(r#"ROTEL_EXPORTER_STACK_CUSTOM_HEADERS="Authorization=Bearer ${{{SECRET}#/keys/0}}""#),
            format!(
                "ROTEL_EXPORTER_ARCHIVE_LOGS_ENDPOINT={}/ignored?for=grpc",
                logs.url("http")
            ),
            format!("ROTEL_EXPORTER_ARCHIVE_TRACES_ENDPOINT={}", traces.url("http")),
            format!("ROTEL_EXPORTER_ARCHIVE_CUSTOM_HEADERS=x-port=${{{SECRET}#/a~1b/port}},x-list=${{{SECRET}#list}}"),
            "ROTEL_EXPORTERS_LOGS=stack,archive".to_owned(),
            "ROTEL_EXPORTERS_TRACES=archive".to_owned(),
            "ROTEL_EXPORTERS_METRICS=stack".to_owned(),
            format!("ROTEL_OTEL_RESOURCE_ATTRIBUTES=tenant=${{{SECRET}#/keys/0}},service.name=${{NAME}}"),
            "CLICKSTACK_FLUSH_MODE=continuous,50".to_owned(),
        ];
        let file = env_file(&lines.join("\n"));
        let endpoint = format!("http://127.0.0.1:{}", aws.port);
        let variables = [
            ("ROTEL_ENV_FILE", file.path().to_str().unwrap()),
            ("NAME", "my-api"),
            ("AWS_ENDPOINT_URL", &endpoint),
        ];
        let mut extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        until("the line", || stack.bodies() == ["one"] && logs.calls(LOGS).len() == 1).await;
        until("the span", || traces.calls(TRACES).len() == 1).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let (resource, _) = &stack.logs()[0];
        assert_eq!(attribute(&resource.attributes, "tenant").unwrap(), "first");
        assert_eq!(attribute(&resource.attributes, "service.name").unwrap(), "my-api");
        for call in [&logs.calls(LOGS)[0], &traces.calls(TRACES)[0]] {
            assert_eq!(
                (&call.headers["x-port"], &call.headers["x-list"]),
                (&"7".parse().unwrap(), &r#"["x",2.5]"#.parse().unwrap())
            );
        }
        assert!(stack.spans().is_empty() && stack.metrics() > 0 && calls.get() == 1);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn direct_export_beside_otlp_stores_severities_as_rotel_where_that_is_wanted() {
    run(async {
        let (lambda, stack) = (Lambda::start().await, Intake::start().await);
        let inserts: Rc<RefCell<Vec<(String, String)>>> = Rc::default();
        let taken = Rc::clone(&inserts);
        let clickhouse = Server::start(0, move |call| {
            let text = String::from_utf8_lossy(&call.body).into_owned();
            if !text.starts_with("SELECT") {
                taken.borrow_mut().push((call.query, text));
            }
            // A user who may not read the columns: ClickStack's own tables are assumed.
            async { answer(200, "") }
        })
        .await;
        let (url, native) = (stack.url(), format!("127.0.0.1:{}", clickhouse.port));
        let variables = [
            ("ROTEL_EXPORTERS", "otlp,ch:clickhouse"),
            ("ROTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
            ("ROTEL_EXPORTER_OTLP_PROTOCOL", "http"),
            ("ROTEL_EXPORTER_CH_ENDPOINT", &native),
            ("ROTEL_EXPORTER_CH_TABLE_PREFIX", "mine"),
            ("ROTEL_EXPORTER_CH_COMPRESSION", "none"),
            ("ROTEL_EXPORTER_CH_ASYNC_INSERT", "0"),
            ("ROTEL_EXPORTER_CH_ENABLE_JSON", "true"),
            ("CLICKSTACK_COMPAT", "rotel"),
        ];
        let mut extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        let line = json!({"level": "WARN", "message": "careful"});
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda
            .deliver(&[
                lambda.start_event(&id),
                lambda.event("function", line),
                lambda.done_event(&id, "success"),
            ])
            .await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(stack.logs()[0].1.severity_text, "SEVERITY_NUMBER_WARN");
        let inserts = inserts.borrow();
        let (query, rows) = inserts.iter().find(|(query, _)| query.contains("mine_logs")).unwrap();
        assert!(query.contains("async_insert=0") && query.contains("json"), "{query}");
        assert!(
            rows.contains("SEVERITY_NUMBER_WARN") && rows.contains("careful"),
            "{rows:?}"
        );
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn standard_resource_attributes_only_fill_what_the_functions_code_leaves_open() {
    run(async {
        let variables = [
            ("OTEL_SERVICE_NAME", "environment"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=environment,zone=environment"),
            ("ROTEL_OTEL_RESOURCE_ATTRIBUTES", "team=rotel"),
        ];
        let (lambda, intake, extension) = started(&variables).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("one")]).await;
        let text = |key: &str| json!({"key": key, "value": {"stringValue": "code"}});
        let span = json!({"name": "mine", "traceId": "07".repeat(16), "spanId": "08".repeat(8)});
        let spans = json!({"resourceSpans": [{
            "resource": {"attributes": [text("service.name"), text("team")]},
            "scopeSpans": [{"spans": [span]}],
        }]});
        let headers = [("content-type", "application/json")];
        let answered = server::post(&extension.receiver("/v1/traces"), &headers, spans.to_string()).await;
        assert_eq!(answered.0, 200);
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        let spans = intake.spans();
        let (of_sdk, _) = spans.iter().find(|(_, span)| span.name == "mine").unwrap();
        for (resource, service) in [(of_sdk, "code"), (&intake.logs()[0].0, "environment")] {
            let says = |name: &str| attribute(&resource.attributes, name).unwrap();
            assert_eq!(
                (says("service.name"), says("team"), says("zone")),
                (service.into(), "rotel".into(), "environment".into())
            );
        }
    });
}

#[test]
fn what_is_switched_off_is_neither_sent_nor_said() {
    run(async {
        let variables = [
            ("CLICKSTACK_PLATFORM_METRICS", "FALSE"),
            ("RUST_LOG", "my_function=debug,rotel=error"),
            ("ROTEL_OTLP_EXPORTER_COMPRESION", "gzip"),
        ];
        let (lambda, intake, mut extension) = started(&variables).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!((intake.bodies(), intake.metrics()), (vec!["one".into()], 0));
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn a_named_exporter_is_left_alone_for_as_long_as_all_exporters_are_to_be() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let url = intake.url();
        let variables = [
            ("ROTEL_EXPORTERS", "stack:otlp"),
            ("ROTEL_EXPORTER_STACK_ENDPOINT", url.as_str()),
            ("ROTEL_EXPORTER_STACK_PROTOCOL", "http"),
            ("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "20ms"),
            ("ROTEL_EXPORTER_RETRY_MAX_BACKOFF", "20ms"),
        ];
        let _extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        intake.answer_with(503);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        intake.answer_with(200);
        tokio::time::sleep(Duration::from_millis(50)).await;
        // With a pause of a second, this invocation would send nothing.
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
    });
}

#[test]
fn exports_go_through_a_proxy() {
    run(async {
        let (lambda, proxy) = (Lambda::start().await, Intake::start().await);
        let url = proxy.url();
        let variables = [("HTTP_PROXY", url.as_str()), ("NO_PROXY", "other.example")];
        let extension = Extension::exporting(&lambda.address(), "http://backend.invalid:4318", &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(
            (proxy.bodies(), proxy.hosts()),
            (vec!["one".into()], vec!["backend.invalid:4318".into()])
        );
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn secrets_are_fetched_through_a_proxy() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("key".to_owned())), Rc::new(Cell::new(0)));
        let proxy = secrets::secrets_manager(&value, Duration::ZERO, &calls).await;
        intake.require_key("key");
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let variables = [("http_proxy", url.as_str()), ("AWS_ENDPOINT_URL", "http://aws.invalid")];
        let extension = secrets::exporting(&lambda, &intake, &proxy, &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        until("the line", || intake.bodies() == ["one"]).await;
        assert_eq!((calls.get(), extension.output().as_str()), (1, ""));
    });
}
