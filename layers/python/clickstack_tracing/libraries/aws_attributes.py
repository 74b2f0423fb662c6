"""Attributes of a call of an AWS service, from OpenTelemetry's "Semantic conventions for AWS SDK client spans"."""


def call_attributes(service, operation, parameters):
    if not isinstance(parameters, dict):
        return {}
    describe = _SERVICES.get(service)
    return describe(operation, parameters) if describe else {}


def _last(text, separator):
    return text.rsplit(separator, 1)[-1] if isinstance(text, str) else None


def _dynamo_db(operation, given):
    tables = [given["TableName"]] if given.get("TableName") else sorted(given.get("RequestItems") or {})
    return {
        "db.system.name": "aws.dynamodb",
        "db.operation.name": operation,
        "aws.dynamodb.table_names": tables or None,
    }


def _sqs(operation, given):
    sending = operation.startswith("SendMessage")
    kind = "send" if sending else "receive" if operation == "ReceiveMessage" else None
    return {
        "messaging.system": "aws_sqs",
        "messaging.destination.name": _last(given.get("QueueUrl"), "/"),
        "messaging.operation.type": kind,
        "messaging.batch.message_count": len(given["Entries"]) if "Entries" in given else None,
        "aws.sqs.queue.url": given.get("QueueUrl"),
    }


def _sns(operation, given):
    topic = given.get("TopicArn") or given.get("TargetArn")
    return {
        "messaging.system": "aws.sns",
        "messaging.destination.name": _last(topic, ":"),
        "messaging.operation.type": "send" if operation.startswith("Publish") else None,
        "aws.sns.topic.arn": topic,
    }


def _s3(_operation, given):
    return {"aws.s3.bucket": given.get("Bucket"), "aws.s3.key": given.get("Key")}


def _lambda(_operation, given):
    name = _last(given.get("FunctionName"), ":function:")
    return {"faas.invoked_name": name, "faas.invoked_provider": "aws" if name else None}


def _kinesis(_operation, given):
    stream = given.get("StreamName") or _last(given.get("StreamARN"), "/")
    return {"messaging.system": "aws.kinesis", "aws.kinesis.stream_name": stream}


def _event_bridge(operation, given):
    entries = given.get("Entries") or []
    buses = {entry.get("EventBusName") or "default" for entry in entries} if operation == "PutEvents" else ()
    return {
        "messaging.system": "aws.eventbridge",
        "messaging.destination.name": _last(next(iter(buses)), "/") if len(buses) == 1 else None,
        "messaging.batch.message_count": len(entries) if len(entries) > 1 else None,
    }


def _step_functions(_operation, given):
    return {
        "aws.step_functions.state_machine.arn": given.get("stateMachineArn"),
        "aws.step_functions.activity.arn": given.get("activityArn"),
    }


def _secrets_manager(_operation, given):
    return {"aws.secretsmanager.secret.arn": given.get("SecretId")}


_SERVICES = {
    "DynamoDB": _dynamo_db,
    "SQS": _sqs,
    "SNS": _sns,
    "S3": _s3,
    "Lambda": _lambda,
    "Kinesis": _kinesis,
    "EventBridge": _event_bridge,
    "SFN": _step_functions,
    "Secrets Manager": _secrets_manager,
}
