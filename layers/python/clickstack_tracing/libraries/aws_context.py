"""Propagates the context of a call to the receiver of its message, event or invocation."""

import base64
import json

# Maximum number of message attributes in SQS; SNS drops messages with more on their way to SQS.
MOST_ATTRIBUTES = 10

# Maximum size of Lambda's client context in Base64.
LARGEST_CLIENT_CONTEXT = 3583


def inject(service, operation, parameters, headers, opted_in):
    """Changes the parameters of a call. The caller's own values are kept; `opted_in` lists services with changeable payloads."""
    if service == "Lambda" and operation == "Invoke":
        _invoke(parameters, headers)
    elif service == "EventBridge" and operation == "PutEvents" and "eventbridge" in opted_in:
        parameters["Entries"] = [_with_json(entry, "Detail", headers) for entry in parameters["Entries"]]
    elif service == "SFN" and operation in ("StartExecution", "StartSyncExecution") and "stepfunctions" in opted_in:
        parameters.update(_with_json(parameters, "input", headers))
    elif (service, operation) in (("SQS", "SendMessage"), ("SNS", "Publish")):
        parameters.update(_with_attributes(parameters, headers))
    elif (service, operation) == ("SQS", "SendMessageBatch"):
        parameters["Entries"] = [_with_attributes(entry, headers) for entry in parameters["Entries"]]
    elif (service, operation) == ("SNS", "PublishBatch"):
        entries = parameters["PublishBatchRequestEntries"]
        parameters["PublishBatchRequestEntries"] = [_with_attributes(entry, headers) for entry in entries]


def _with_attributes(message, headers):
    attributes = dict(message.get("MessageAttributes") or {})
    if "traceparent" in attributes:
        return message
    for name, value in headers:
        if len(attributes) < MOST_ATTRIBUTES:
            attributes.setdefault(name, {"DataType": "String", "StringValue": value})
    return {**message, "MessageAttributes": attributes}


def _with_json(entry, name, headers):
    """A JSON object with the context added to its own fields."""
    content = json.loads(entry.get(name) or "{}")
    if not isinstance(content, dict) or "traceparent" in content:
        return entry
    return {**entry, name: json.dumps({**content, **dict(headers)})}


def _invoke(parameters, headers):
    given = parameters.get("ClientContext")
    client = json.loads(base64.b64decode(given)) if given else {}
    custom = client.get("custom") or {}
    if "traceparent" in custom:
        return
    client = {**client, "custom": {**dict(headers), **custom}}
    encoded = base64.b64encode(json.dumps(client).encode()).decode()
    if len(encoded) <= LARGEST_CLIENT_CONTEXT:
        parameters["ClientContext"] = encoded
