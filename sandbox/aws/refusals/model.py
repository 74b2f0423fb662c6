"""Every constraint of the services' models: lengths, ranges, patterns and sets of values of each parameter.

The models are botocore's, so what AWS newly allows is allowed here as soon as botocore is updated.
"""

import re
import warnings
from functools import lru_cache
from typing import Any, Iterator, Optional

from .call import Call, Refusal

# Each service's error code for a parameter that does not match its model.
ERROR_CODES = {
    "iam": "ValidationError",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "secretsmanager": "ValidationException",
    "ssm": "ValidationException",
}
# IAM lists the characters allowed in a name instead of quoting its pattern.
IAM_NAME_PATTERN = r"[\w+=,.@-]+"


def refuse_by_model(call: Call, input_shape: Any) -> None:
    """Rejects parameters that do not match the operation's model, all of them in one error."""
    code = ERROR_CODES.get(call.service)
    if code is None or input_shape is None:
        return
    found = list(_structure(input_shape, call.params, "", call.service))
    if not found:
        return
    named = [message for message in found if message.startswith("The specified value")]
    if named:
        raise Refusal(code, named[0])
    errors = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
    raise Refusal(code, f"{errors} detected: {'; '.join(found)}")


def _structure(shape: Any, value: dict[str, Any], path: str, service: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"Value null at '{_joined(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _violations(member, value[name], _joined(path, name), service)


def _violations(shape: Any, value: Any, path: str, service: str) -> Iterator[str]:
    for constraint in _constraints(shape, value):
        if service == "iam" and constraint.endswith(f": {IAM_NAME_PATTERN}"):
            yield (
                f"The specified value for {path} is invalid. "
                "It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
            continue
        # A secret value, such as an environment variable's, is not repeated.
        shown = "" if shape.metadata.get("sensitive") else f" '{_shown(value)}'"
        yield f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure":
        yield from _structure(shape, value, path, service)
    if shape.type_name == "list" and shape.member.type_name == "structure":
        for number, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{number}.member", service)


def _constraints(shape: Any, value: Any) -> Iterator[str]:
    """The constraints that the value does not satisfy, for lists and maps also their scalar members and keys."""
    kind = shape.type_name
    yield from _bounds(shape, value, kind)
    if kind == "string":
        if shape.enum and value not in shape.enum:
            yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not _matches(pattern, value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
    if kind == "list" and shape.member.type_name != "structure":
        members = {broken for item in value for broken in _constraints(shape.member, item)}
        if members:
            yield f"Member must satisfy constraint: [{', '.join(sorted(members))}]"
    if kind == "map":
        for what, part, items in (("keys", shape.key, value.keys()), ("values", shape.value, value.values())):
            broken = {constraint for item in items for constraint in _constraints(part, item)}
            if broken:
                yield f"Map {what} must satisfy constraint: [{', '.join(sorted(broken))}]"


def _bounds(shape: Any, value: Any, kind: str) -> Iterator[str]:
    if kind in ("integer", "long", "float", "double"):
        size, noun = float(value), "value"
    elif kind in ("string", "blob", "list", "map"):
        size, noun = len(value), "length"
    else:
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < float(least):
        yield f"Member must have {noun} greater than or equal to {least}"
    if most is not None and size > float(most):
        yield f"Member must have {noun} less than or equal to {most}"


@lru_cache(maxsize=None)
def _compiled(pattern: str) -> Optional[re.Pattern[str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern, re.ASCII)
    except re.error:
        return None  # Classes such as \p{L}, which Python does not support, stay unchecked.


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def _joined(path: str, name: str) -> str:
    own = name[:1].lower() + name[1:]
    return f"{path}.{own}" if path else own


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(str(item) for item in value)}]"
    return str(value)
