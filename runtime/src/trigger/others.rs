//! Sources of data, services that call functions, and everything else.

use super::arn::{arn_name, arn_resource};
use super::carrier::Carrier;
use super::found::Found;
use super::json::{at, has, list, text};
use crate::record::{SpanKind, Value};

/// The trigger, if it is one of these. The first match is used.
pub fn find(event: &Value) -> Option<Found<'_>> {
    let source = text(event, &["Records", "0", "eventSource"]);
    match source {
        Some("aws:dynamodb") => return Some(dynamo_db(event)),
        Some("aws:s3") => return Some(s3(event)),
        _ => {}
    }
    step_functions(event)
        .or_else(|| cognito(event))
        .or_else(|| app_sync(event))
        .or_else(|| app_sync_authorizer(event))
        .or_else(|| by_name(event, source))
        .or_else(|| iot(event))
}

/// Any other event: an invocation through the API, an SDK, or a service with a user-defined payload.
pub fn direct(event: &Value) -> Found<'_> {
    let places = vec![Carrier::Fields(Some(event)), Carrier::Fields(at(event, &["headers"]))];
    Found::new("direct", "other", SpanKind::Server).carried(places)
}

fn process(what: Option<&str>) -> Option<String> {
    what.map(|what| format!("process {what}"))
}

/// `insert`, `edit` and `delete` are OpenTelemetry's names.
fn operation(event: &Value) -> Option<&'static str> {
    let name = text(event, &["Records", "0", "eventName"])?;
    let begins = |names: [&str; 2]| names.iter().any(|begin| name.starts_with(begin));
    Some(match name {
        _ if begins(["INSERT", "ObjectCreated"]) => "insert",
        _ if begins(["REMOVE", "ObjectRemoved"]) => "delete",
        _ => "edit",
    })
}

fn dynamo_db(event: &Value) -> Found<'_> {
    let table = arn_resource(text(event, &["Records", "0", "eventSourceARN"]));
    let count = i64::try_from(list(event, &["Records"]).len()).ok();
    Found::new("dynamodb", "datasource", SpanKind::Consumer)
        .named(process(table))
        .with("faas.document.collection", table)
        .with("faas.document.operation", operation(event))
        .with("messaging.batch.message_count", count)
}

fn s3(event: &Value) -> Found<'_> {
    let record = |path: [&str; 2]| text(event, &["Records", "0", "s3", path[0], path[1]]);
    let (bucket, key) = (record(["bucket", "name"]), record(["object", "key"]));
    Found::new("s3", "datasource", SpanKind::Consumer)
        .named(process(bucket))
        .with("faas.document.collection", bucket)
        .with("faas.document.name", key)
        .with("faas.document.operation", operation(event))
        .with("faas.document.time", text(event, &["Records", "0", "eventTime"]))
        .with("aws.s3.bucket", bucket)
        .with("aws.s3.key", key)
}

/// The context object, if a state machine's definition passes it, as a whole or under a name.
fn step_functions(event: &Value) -> Option<Found<'_>> {
    let places = [&[][..], &["Context"], &["context"], &["StepFunctions"]];
    let mut found = places.iter().filter_map(|path| at(event, path));
    let execution = found.find(|found| text(found, &["Execution", "Id"]).is_some_and(|id| id.starts_with("arn:")))?;
    let state = text(execution, &["State", "Name"]);
    let places = vec![
        Carrier::Fields(Some(event)),
        Carrier::Fields(at(event, &["headers"])),
        Carrier::Fields(at(execution, &["Execution", "Input"])),
    ];
    let found = Found::new("step-functions", "other", SpanKind::Server)
        .named(state.map(str::to_owned))
        .with(
            "aws.step_functions.execution.arn",
            text(execution, &["Execution", "Id"]),
        )
        .with(
            "aws.step_functions.state_machine.arn",
            text(execution, &["StateMachine", "Id"]),
        )
        .with("aws.step_functions.state.name", state);
    Some(found.carried(places))
}

fn cognito(event: &Value) -> Option<Found<'_>> {
    if !has(event, &["triggerSource"]) || !has(event, &["userPoolId"]) {
        return None;
    }
    let source = text(event, &["triggerSource"]);
    let found = Found::new("cognito", "other", SpanKind::Server)
        .named(source.map(str::to_owned))
        .with("aws.cognito.trigger_source", source)
        .with("aws.cognito.user_pool.id", text(event, &["userPoolId"]));
    Some(found)
}

/// A resolver's event, or the first of several (BatchInvoke).
fn app_sync(event: &Value) -> Option<Found<'_>> {
    let resolver = match event {
        Value::Array(_) => at(event, &["0"])?,
        single => single,
    };
    if !has(resolver, &["info", "parentTypeName"]) || !has(resolver, &["info", "fieldName"]) {
        return None;
    }
    let (parent, field) = (
        text(resolver, &["info", "parentTypeName"]),
        text(resolver, &["info", "fieldName"]),
    );
    let found = Found::new("appsync", "http", SpanKind::Server)
        .named(parent.map(|parent| format!("{parent}.{}", field.unwrap_or_default())))
        .with("graphql.operation.type", parent.map(str::to_lowercase))
        .with("graphql.operation.name", field);
    Some(found.carried(vec![Carrier::Fields(at(resolver, &["request", "headers"]))]))
}

fn app_sync_authorizer(event: &Value) -> Option<Found<'_>> {
    if !has(event, &["authorizationToken"]) || !has(event, &["requestContext", "queryString"]) {
        return None;
    }
    let operation = text(event, &["requestContext", "operationName"]);
    let found = Found::new("appsync-authorizer", "http", SpanKind::Server).with("graphql.operation.name", operation);
    Some(found.carried(vec![Carrier::Fields(at(event, &["requestHeaders"]))]))
}

/// Events of which little more than the name is used.
fn by_name<'v>(event: &'v Value, source: Option<&str>) -> Option<Found<'v>> {
    let all = |names: &[&str]| names.iter().all(|name| has(event, &[name]));
    let (name, faas) = if has(event, &["awslogs", "data"]) {
        ("cloudwatch-logs", "datasource")
    } else if all(&["alarmArn", "alarmData"]) {
        ("cloudwatch-alarm", "other")
    } else if all(&["deliveryStreamArn", "records"]) {
        ("firehose", "datasource")
    } else if text(event, &["eventSource"]) == Some("aws:docdb") {
        ("documentdb", "datasource")
    } else if source == Some("aws:ses") {
        ("ses", "pubsub")
    } else if source == Some("aws:codecommit") {
        ("codecommit", "other")
    } else if all(&["CodePipeline.job"]) {
        ("codepipeline", "other")
    } else if all(&["invokingEvent", "configRuleName"]) {
        ("config", "other")
    } else if all(&["RequestType", "StackId", "ResponseURL"]) {
        ("cloudformation", "other")
    } else if all(&["invocationSchemaVersion", "tasks"]) {
        ("s3-batch", "datasource")
    } else if all(&["bot", "sessionState"]) {
        ("lex", "other")
    } else if text(event, &["Name"]) == Some("ContactFlowEvent") {
        ("connect", "other")
    } else if has(event, &["requestContext", "functionArn"]) && all(&["requestPayload"]) {
        ("destination", "pubsub")
    } else {
        return None;
    };
    let kind = match faas {
        "other" => SpanKind::Server,
        _ => SpanKind::Consumer,
    };
    let (attribute, value) = match name {
        "cloudwatch-alarm" => ("aws.cloudwatch.alarm", arn_name(text(event, &["alarmArn"]))),
        _ => (
            "aws.lambda.destination.condition",
            text(event, &["requestContext", "condition"]).filter(|_| name == "destination"),
        ),
    };
    Some(Found::new(name, faas, kind).with(attribute, value))
}

/// IoT rules send what their SQL selects; these are the names that AWS's examples use for its functions.
fn iot(event: &Value) -> Option<Found<'_>> {
    let client = ["clientId", "clientid", "client_id", "mqttTopic"];
    let client = client.iter().any(|name| has(event, &[name]));
    let topic = text(event, &["topic"])
        .or_else(|| text(event, &["mqttTopic"]))
        .filter(|_| client);
    if topic.is_none() && !has(event, &["protocolData", "mqtt"]) && !has(event, &["deviceEvent"]) {
        return None;
    }
    let found = Found::new("iot", "pubsub", SpanKind::Consumer)
        .named(process(topic))
        .with("messaging.system", Some("aws.iot"))
        .with("messaging.operation.type", Some("process"))
        .with("messaging.destination.name", topic);
    let places = vec![
        Carrier::Fields(Some(event)),
        Carrier::Fields(at(event, &["userProperties"])),
    ];
    Some(found.carried(places))
}
