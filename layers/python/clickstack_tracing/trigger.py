"""What a trigger is, and names in ARNs."""

from .span import CONSUMER, SERVER


class Trigger:
    """`faas` is `faas.trigger` of OpenTelemetry's "Semantic conventions for FaaS spans".

    Events of the trigger are objects with one of `keys`. Functions of the event: `matches`, `span_name` (default: the function's name), `attributes`, and `messages`: the request, or
    each message of a batch, as its carrier, X-Ray header and attributes. `status` reads the status code of an HTTP response.
    """

    __slots__ = ("attributes", "faas", "keys", "kind", "matches", "messages", "name", "span_name", "status")

    def __init__(self, name, faas, keys, matches, span_name=None, attributes=None, messages=None, status=None):
        self.name = name
        self.faas = faas
        self.keys = frozenset(keys)
        self.kind = SERVER if faas in ("http", "other") else CONSUMER
        self.matches = matches
        self.span_name = span_name
        self.attributes = attributes
        self.messages = messages
        self.status = status


def process(destination):
    return destination and f"process {destination}"


def arn_name(arn):
    """The last part of an ARN: `orders` of `arn:aws:sqs:eu-central-1:123456789012:orders`."""
    parts = (arn or "").split(":", 5)
    return parts[5] or None if len(parts) > 5 else None


def arn_resource(arn):
    """The text after the first slash of an ARN's last part: `orders` of `…:stream/orders`; without a slash, all."""
    name = arn_name(arn)
    return name.split("/")[1] if name and "/" in name else name


def arn_account(arn):
    """The account in an ARN, if it is one."""
    parts = arn.split(":") if isinstance(arn, str) else []
    account = parts[4] if len(parts) > 4 else ""
    return account if len(account) == 12 and account.isdecimal() else None
