"""Lambda functions: valid configurations and roles, and when a function can be changed."""

import json
from typing import Any, Callable, Optional

from moto.awslambda.utils import get_backend

from . import execution_role
from .archive import refuse_zip
from .call import Call, Refusal
from .layers import refuse_layers

INVALID = "InvalidParameterValueException"
MAX_NAME = 64
MAX_ENVIRONMENT = 4096
# Managed Instances accept what the model allows, 32,768 MB and 5,400 s.
MAX_MEMORY = 10_240
MAX_TIMEOUT = 1_800
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
RESERVED_KEYS = {
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY"),
    *("AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"),
}
# Of the model's runtimes, those that are blocked for new functions and updates.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
BLOCKED_RUNTIMES = {
    *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x"),
    *("python2.7", "python3.6", "ruby2.5", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1"),
}
SNAP_START_PREFIXES = ("java", "python3.12", "python3.13", "python3.14", "python3.15", "dotnet8", "dotnet10")


def refuse(call: Call) -> None:
    rule = RULES.get(call.operation)
    if rule:
        rule(call)


def found(call: Call) -> Optional[Any]:
    """moto's function of the call's name or ARN, without its qualifier."""
    parts = call.params["FunctionName"].split(":")
    name = parts[parts.index("function") + 1] if "function" in parts else parts[0]
    functions = get_backend(call.account, call.region)._lambdas._functions
    return functions.get(name, {}).get("latest")


def _create(call: Call) -> None:
    params = call.params
    name = params["FunctionName"].split(":")[-1]
    if len(name) > MAX_NAME:
        raise Refusal(
            "ValidationException",
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_NAME}",
        )
    _package(call)
    refuse_zip(params["Code"].get("ZipFile"), call.operation)
    _configuration(call, params, params["Code"].get("ZipFile"))
    if found(call) is not None:
        raise Refusal("ResourceConflictException", f"Function already exist: {name}")


def _package(call: Call) -> None:
    params = call.params
    if params.get("PackageType") == "Image":
        if params.get("Runtime") or params.get("Handler") or params.get("Layers"):
            raise Refusal(
                INVALID,
                "Please don't provide Runtime, Handler or Layers when the intended function PackageType is Image.",
            )
        if not params["Code"].get("ImageUri"):
            raise Refusal(INVALID, "Please provide ImageUri when updating a function with packageType Image.")
    elif not params.get("Runtime") or not params.get("Handler"):
        raise Refusal(INVALID, "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    elif params["Code"].get("ImageUri"):
        raise Refusal(INVALID, "Please do not provide ImageUri when creating a function with packageType Zip.")


def _update_configuration(call: Call) -> None:
    function = found(call)
    if function is None:
        return
    _settled(function)
    merged = {**_as_params(function), **call.params}
    _configuration(call, merged, function.code_bytes if function.package_type == "Zip" else None)


def _as_params(function: Any) -> dict[str, Any]:
    """The function's settings that the rules read."""
    config = function.get_configuration()
    layers = [layer["Arn"] for layer in config.get("Layers", [])]
    return {name: value for name, value in config.items() if value is not None} | {"Layers": layers}


def _update_code(call: Call) -> None:
    refuse_zip(call.params.get("ZipFile"), call.operation)
    function = found(call)
    if function is not None:
        _settled(function)


def _publish(call: Call) -> None:
    function = found(call)
    if function is not None:
        _settled(function)


def _settled(function: Any) -> None:
    """A change is in progress until its state is requested: this does not depend on time, and changes before that are
    rejected."""
    if function.pending == "Pending":
        raise Refusal(
            "ResourceConflictException",
            "The operation cannot be performed at this time. "
            "The function is currently in the following state: Pending",
        )
    if function.pending == "InProgress":
        raise Refusal(
            "ResourceConflictException",
            "The operation cannot be performed at this time. "
            f"An update is in progress for resource: {function.function_arn}",
        )


def _asked(call: Call) -> None:
    function = found(call)
    if function is not None:
        function.pending = None


def _configuration(call: Call, params: dict[str, Any], code: Optional[bytes]) -> None:
    _environment(params.get("Environment", {}).get("Variables", {}))
    _runtime(params)
    _size(params)
    refuse_layers(call, params.get("Layers", []), code)
    if params.get("FileSystemConfigs") and not params.get("VpcConfig", {}).get("SubnetIds"):
        arn = params["FileSystemConfigs"][0].get("Arn")
        raise Refusal(INVALID, f"Function must be configured to execute in a VPC to reference access point {arn}.")
    execution_role.refuse(call, params)


def _environment(variables: dict[str, str]) -> None:
    reserved = [name for name in variables if name in RESERVED_KEYS]
    if reserved:
        raise Refusal(
            INVALID,
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > MAX_ENVIRONMENT:
        # AWS repeats all variables with their values here.
        raise Refusal(
            INVALID,
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {len(measured.encode())} bytes",
        )


def _runtime(params: dict[str, Any]) -> None:
    runtime = params.get("Runtime")
    if runtime in BLOCKED_RUNTIMES:
        raise Refusal(
            INVALID,
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions.",
        )
    if params.get("SnapStart", {}).get("ApplyOn") != "PublishedVersions":
        return
    if not str(runtime).startswith(SNAP_START_PREFIXES):
        raise Refusal(INVALID, f"{runtime} is not supported for SnapStart enabled functions.")
    if params.get("EphemeralStorage", {}).get("Size", 512) > 512:
        raise Refusal(INVALID, "Ephemeral storage size above 512 MB is not supported for SnapStart enabled functions.")


def _size(params: dict[str, Any]) -> None:
    if params.get("CapacityProviderConfig"):
        return
    for name, most in (("MemorySize", MAX_MEMORY), ("Timeout", MAX_TIMEOUT)):
        if params.get(name, 0) > most:
            raise Refusal(
                INVALID,
                f"'{name}' value failed to satisfy constraint: Member must have value less than or equal to {most}",
            )


def _permission(call: Call) -> None:
    function = found(call)
    statements = function.policy.statements if function else []
    statement = call.params["StatementId"]
    if any(known.get("Sid") == statement for known in statements):
        raise Refusal(
            "ResourceConflictException",
            f"The statement id ({statement}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement.",
        )


def _alias(call: Call) -> None:
    function = found(call)
    version = call.params.get("FunctionVersion")
    if function is None or version in (None, "$LATEST"):
        return
    versions = get_backend(call.account, call.region).list_versions_by_function(function.function_name)
    if version not in {str(known.version) for known in versions}:
        raise Refusal("ResourceNotFoundException", f"Function not found: {function.function_arn}:{version}")


RULES: dict[str, Callable[[Call], None]] = {
    "CreateFunction": _create,
    "UpdateFunctionConfiguration": _update_configuration,
    "UpdateFunctionCode": _update_code,
    "PublishVersion": _publish,
    "GetFunction": _asked,
    "GetFunctionConfiguration": _asked,
    "AddPermission": _permission,
    "CreateAlias": _alias,
    "UpdateAlias": _alias,
}
