"""What Lambda requires of an execution role when a function is created or changed: its trust policy, and the
permissions that the function's settings need."""

import json
from typing import Any, Iterator

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends

from .call import Call, Refusal

INVALID = "InvalidParameterValueException"
SERVICE = "lambda.amazonaws.com"


def refuse(call: Call, params: dict[str, Any]) -> None:
    if params["Role"].split(":")[4] != call.account:
        raise Refusal("AccessDeniedException", "Cross-account pass role is not allowed.")
    role = _role(call, params["Role"])
    if role is None or not _trusts_lambda(role.assume_role_policy_document):
        raise Refusal(INVALID, "The role defined for the function cannot be assumed by Lambda.")
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    if params.get("VpcConfig", {}).get("SubnetIds"):
        _needs(call, role, "ec2:CreateNetworkInterface", "*", "CreateNetworkInterface on EC2")
    target = params.get("DeadLetterConfig", {}).get("TargetArn") or ""
    if ":sqs:" in target:
        _needs(call, role, "sqs:SendMessage", target, "SendMessage on SQS")
    if ":sns:" in target:
        _needs(call, role, "sns:Publish", target, "Publish on SNS")


def _role(call: Call, arn: str) -> Any:
    return next((role for role in iam_backends[call.account]["aws"].get_roles() if role.arn == arn), None)


def _trusts_lambda(document: str) -> bool:
    return any(
        statement.get("Effect") == "Allow"
        and {"sts:AssumeRole", "sts:*", "*"} & set(_list(statement.get("Action")))
        and SERVICE in _list((statement.get("Principal") or {}).get("Service"))
        for statement in _list(json.loads(document).get("Statement"))
        if isinstance(statement.get("Principal"), dict)
    )


def _needs(call: Call, role: Any, action: str, resource: str, what: str) -> None:
    decisions = [policy.is_action_permitted(action, resource) for policy in _policies(call, role)]
    if PermissionResult.DENIED in decisions or PermissionResult.PERMITTED not in decisions:
        raise Refusal(INVALID, f"The provided execution role does not have permissions to call {what}")


def _policies(call: Call, role: Any) -> Iterator[IAMPolicy]:
    for document in role.policies.values():
        yield IAMPolicy(document)
    for managed in role.managed_policies.values():
        version = next(version for version in managed.versions if version.is_default)
        yield IAMPolicy(version.document)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
