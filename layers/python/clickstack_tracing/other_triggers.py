"""Databases, workflows, and events of which only the name matters."""

from .carrier import carrier_of, first_of
from .jsons import at, has, list_at, string_at
from .message_triggers import source
from .trigger import Trigger, arn_name, arn_resource, process


def _table(event):
    return arn_resource(string_at(event, "Records", 0, "eventSourceARN"))


def _operation(event):
    """`insert`, `edit` and `delete` are OpenTelemetry's names."""
    name = string_at(event, "Records", 0, "eventName")
    if name is None:
        return None
    if name.startswith(("INSERT", "ObjectCreated")):
        return "insert"
    return "delete" if name.startswith(("REMOVE", "ObjectRemoved")) else "edit"


def _dynamo_db_attributes(event):
    return {
        "faas.document.collection": _table(event),
        "faas.document.operation": _operation(event),
        "messaging.batch.message_count": len(list_at(event, "Records")),
    }


def _bucket(event):
    return string_at(event, "Records", 0, "s3", "bucket", "name")


def _s3_attributes(event):
    key = string_at(event, "Records", 0, "s3", "object", "key")
    return {
        "faas.document.collection": _bucket(event),
        "faas.document.name": key,
        "faas.document.operation": _operation(event),
        "faas.document.time": string_at(event, "Records", 0, "eventTime"),
        "aws.s3.bucket": _bucket(event),
        "aws.s3.key": key,
    }


def _execution(event):
    """The context object, if a state machine's definition passes it, as a whole or under a name."""
    for found in (event, *(at(event, name) for name in ("Context", "context", "StepFunctions"))):
        if (string_at(found, "Execution", "Id") or "").startswith("arn:"):
            return found
    return None


def _step_functions_attributes(event):
    execution = _execution(event)
    return {
        "aws.step_functions.execution.arn": string_at(execution, "Execution", "Id"),
        "aws.step_functions.state_machine.arn": string_at(execution, "StateMachine", "Id"),
        "aws.step_functions.state.name": string_at(execution, "State", "Name"),
    }


def _step_functions_messages(event):
    given = at(_execution(event), "Execution", "Input")
    return [(first_of(*map(carrier_of, (event, at(event, "headers"), given))), None, None)]


def _cognito_attributes(event):
    return {
        "aws.cognito.trigger_source": string_at(event, "triggerSource"),
        "aws.cognito.user_pool.id": string_at(event, "userPoolId"),
    }


def _resolver(event):
    """A resolver's event, or the first of several (BatchInvoke)."""
    return (event[0] if event else None) if isinstance(event, list) else event


def _field(event):
    info = at(_resolver(event), "info")
    parent = string_at(info, "parentTypeName")
    return parent and f"{parent}.{string_at(info, 'fieldName') or ''}"


def _app_sync_attributes(event):
    info = at(_resolver(event), "info")
    kind = string_at(info, "parentTypeName")
    return {
        "graphql.operation.type": kind and kind.lower(),
        "graphql.operation.name": string_at(info, "fieldName"),
    }


def _is_app_sync(event):
    info = at(_resolver(event), "info")
    return has(info, "parentTypeName") and has(info, "fieldName")


def _iot_topic(event):
    """IoT rules send what their SQL selects; these are the names that AWS's examples use for its functions."""
    if any(has(event, name) for name in ("clientId", "clientid", "client_id", "mqttTopic")):
        return string_at(event, "topic") or string_at(event, "mqttTopic")
    return None


def _is_iot(event):
    return _iot_topic(event) is not None or has(event, "protocolData", "mqtt") or has(event, "deviceEvent")


def _iot_attributes(event):
    return {
        "messaging.system": "aws.iot",
        "messaging.operation.type": "process",
        "messaging.destination.name": _iot_topic(event),
    }


def _from(name, faas, *sources, **more):
    """A trigger with records, identified by their source."""
    return Trigger(name, faas, ("Records",), lambda event: source(event) in sources, **more)


def _with(name, faas, *keys, **more):
    """A trigger whose events have all of these keys."""
    return Trigger(name, faas, keys[:1], lambda event: all(has(event, key) for key in keys), **more)


# The first match is used.
TRIGGERS = (
    _from(
        "dynamodb",
        "datasource",
        "aws:dynamodb",
        span_name=lambda event: process(_table(event)),
        attributes=_dynamo_db_attributes,
    ),
    _from("s3", "datasource", "aws:s3", span_name=lambda event: process(_bucket(event)), attributes=_s3_attributes),
    Trigger(
        "step-functions",
        "other",
        ("Execution", "Context", "context", "StepFunctions"),
        lambda event: _execution(event) is not None,
        lambda event: string_at(_execution(event), "State", "Name"),
        _step_functions_attributes,
        _step_functions_messages,
    ),
    _with(
        "cognito",
        "other",
        "triggerSource",
        "userPoolId",
        span_name=lambda event: string_at(event, "triggerSource"),
        attributes=_cognito_attributes,
    ),
    Trigger(
        "appsync",
        "http",
        ("info",),
        _is_app_sync,
        _field,
        _app_sync_attributes,
        lambda event: [(carrier_of(at(_resolver(event), "request", "headers")), None, None)],
    ),
    Trigger(
        "appsync-authorizer",
        "http",
        ("authorizationToken",),
        lambda event: has(event, "authorizationToken") and has(event, "requestContext", "queryString"),
        attributes=lambda event: {
            "graphql.operation.name": string_at(event, "requestContext", "operationName"),
        },
        messages=lambda event: [(carrier_of(at(event, "requestHeaders")), None, None)],
    ),
    Trigger("cloudwatch-logs", "datasource", ("awslogs",), lambda event: has(event, "awslogs", "data")),
    _with(
        "cloudwatch-alarm",
        "other",
        "alarmArn",
        "alarmData",
        attributes=lambda event: {"aws.cloudwatch.alarm": arn_name(string_at(event, "alarmArn"))},
    ),
    _with("firehose", "datasource", "deliveryStreamArn", "records"),
    Trigger("documentdb", "datasource", ("eventSource",), lambda event: at(event, "eventSource") == "aws:docdb"),
    _from("ses", "pubsub", "aws:ses"),
    _from("codecommit", "other", "aws:codecommit"),
    _with("codepipeline", "other", "CodePipeline.job"),
    _with("config", "other", "invokingEvent", "configRuleName"),
    _with("cloudformation", "other", "RequestType", "StackId", "ResponseURL"),
    _with("s3-batch", "datasource", "invocationSchemaVersion", "tasks"),
    _with("lex", "other", "bot", "sessionState"),
    Trigger("connect", "other", ("Name",), lambda event: at(event, "Name") == "ContactFlowEvent"),
    Trigger(
        "destination",
        "pubsub",
        ("requestPayload",),
        lambda event: has(event, "requestContext", "functionArn") and has(event, "requestPayload"),
        attributes=lambda event: {
            "aws.lambda.destination.condition": string_at(event, "requestContext", "condition"),
        },
    ),
    Trigger(
        "iot",
        "pubsub",
        ("clientId", "clientid", "client_id", "mqttTopic", "protocolData", "deviceEvent"),
        _is_iot,
        lambda event: process(_iot_topic(event)),
        _iot_attributes,
        lambda event: [(first_of(carrier_of(event), carrier_of(at(event, "userProperties"))), None, None)],
    ),
)
