"""A call of an AWS service as the rules see it, and how they reject it."""

from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException


@dataclass(frozen=True)
class Call:
    """One request: who calls which operation of which service, with what."""

    service: str
    """As boto3 names it, such as `lambda`, `iam` or `logs`."""
    operation: str
    """Such as `CreateFunction`."""
    params: dict[str, Any]
    """The operation's input with the names of the service's model; blobs are bytes."""
    account: str
    region: str


class Refusal(ServiceException):
    """An error that AWS answers: its code, such as `LimitExceeded`, and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def characters(document: str) -> int:
    """Size of a policy document for IAM's quotas, which do not count white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return len("".join(document.split()))
