"""Lambda layers: what can be published, who can use it, and which layers a function can combine."""

import re
from typing import Any, Optional

from moto.awslambda.utils import get_backend

from .archive import MAX_UNZIPPED, refuse_zip, unzipped_size
from .call import Call, Refusal

LAYER_VERSION_ARN = re.compile(r"arn:(aws[a-z-]*):lambda:([a-z0-9-]+):(\d{12}):layer:([A-Za-z0-9_-]+):(\d+)")
MAX_LAYERS = 5


def refuse(call: Call) -> None:
    if call.operation == "PublishLayerVersion":
        refuse_zip(call.params["Content"].get("ZipFile"), call.operation)
    if call.operation == "AddLayerVersionPermission":
        _permission(call)


def _permission(call: Call) -> None:
    params = call.params
    if "OrganizationId" in params and params["Principal"] != "*":
        raise Refusal(
            "InvalidParameterValueException",
            "Principal must be * when an organization ID is specified.",
        )
    arn = f"arn:aws:lambda:{call.region}:{call.account}:layer:{params['LayerName']}:{params['VersionNumber']}"
    version = layer_version(arn)
    statements = version.policy.statements if version else []
    if any(statement.get("Sid") == params["StatementId"] for statement in statements):
        raise Refusal(
            "ResourceConflictException",
            f"The statement id ({params['StatementId']}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement.",
        )


def layer_version(arn: str) -> Optional[Any]:
    """moto's layer version, in any account and region."""
    match = LAYER_VERSION_ARN.fullmatch(arn)
    return match and get_backend(match[3], match[2]).layers_versions_by_arn(arn)


def refuse_layers(call: Call, arns: list[str], code: Optional[bytes]) -> None:
    """Rejects layers that a function cannot have together or with its code."""
    if len(arns) > MAX_LAYERS:
        raise Refusal("InvalidParameterValueException", f"Cannot reference more than {MAX_LAYERS} layers.")
    seen: dict[str, str] = {}
    for arn in arns:
        _layer(call, arn)
        name = arn.rsplit(":", 1)[0]
        if name in seen:
            raise Refusal(
                "InvalidParameterValueException",
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{seen[name]} and {arn} are versions of the same layer.",
            )
        seen[name] = arn
    known = [version.code_bytes for version in map(layer_version, arns) if version and version.code_bytes]
    size = sum(unzipped_size(content) for content in known) + (unzipped_size(code) if code else 0)
    if known and size > MAX_UNZIPPED:
        raise Refusal(
            "InvalidParameterValueException",
            f"Function code combined with layers exceeds the maximum allowed size of {MAX_UNZIPPED} bytes. "
            f"The actual size is {size} bytes.",
        )


def _layer(call: Call, arn: str) -> None:
    match = LAYER_VERSION_ARN.fullmatch(arn)
    if match is None:
        raise Refusal("InvalidParameterValueException", f"Layer version ARN {arn} is malformed.")
    region, account = match[2], match[3]
    if region != call.region:
        raise Refusal(
            "InvalidParameterValueException",
            f"Layers are not in the same region as the function. Layers are expected to be in region {call.region}.",
        )
    version = layer_version(arn)
    if version is None and account == call.account:
        raise Refusal("InvalidParameterValueException", f"Layer version {arn} does not exist.")
    # A layer of another account may not exist here: then it is accepted unchecked.
    if version is not None and account != call.account and not _shared(version, call.account):
        raise Refusal(
            "AccessDeniedException",
            f"User: arn:aws:sts::{call.account}:assumed-role/embedded is not authorized to perform: "
            f"lambda:GetLayerVersion on resource: {arn} because no resource-based policy allows the "
            "lambda:GetLayerVersion action",
        )


def _shared(version: Any, account: str) -> bool:
    """Whether the layer's policy names the account; every account is assumed to be in the organization."""
    principals = [statement.get("Principal") for statement in version.policy.statements]
    named = [principal.get("AWS") if isinstance(principal, dict) else principal for principal in principals]
    return any(name == "*" or account in str(name) for name in named)
