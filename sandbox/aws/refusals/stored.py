"""CloudWatch Logs, Secrets Manager, Systems Manager: names that are in use, reserved or contain invalid characters."""

import re

from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from .call import Call, Refusal

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
MAX_STANDARD_PARAMETER = 4096
MAX_ADVANCED_PARAMETER = 8192


def refuse(call: Call) -> None:
    rule = RULES.get((call.service, call.operation))
    if rule:
        rule(call)


def _create_log_group(call: Call) -> None:
    if call.params["logGroupName"].startswith("aws/"):
        raise Refusal("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.")


def _put_retention(call: Call) -> None:
    days = call.params["retentionInDays"]
    if days not in RETENTION_DAYS:
        values = ", ".join(str(number) for number in RETENTION_DAYS)
        raise Refusal(
            "InvalidParameterException",
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{values}]",
        )


def _create_secret(call: Call) -> None:
    name = call.params["Name"]
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", name):
        raise Refusal(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )
    found = secretsmanager_backends[call.account][call.region].secrets.get(name)
    if found is not None and found.is_deleted():
        raise Refusal(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )
    if found is not None:
        raise Refusal(
            "ResourceExistsException", f"The operation failed because the secret {name} already exists."
        )
    if "SecretString" in call.params or "SecretBinary" in call.params:
        _encryption(call, call.params.get("KmsKeyId"))


def _put_secret_value(call: Call) -> None:
    secrets = secretsmanager_backends[call.account][call.region].secrets
    found = secrets.get(call.params["SecretId"])
    if found is not None:
        _encryption(call, found.kms_key_id)


def _encryption(call: Call, key: object) -> None:
    """Rejects a key of this account that is disabled, scheduled for deletion or asymmetric, since it cannot encrypt."""
    if not isinstance(key, str) or "alias/" in key:
        return
    known = kms_backends[call.account][call.region].keys.get(key.rsplit("/", 1)[-1])
    if known is None or (known.key_state == "Enabled" and known.key_spec == "SYMMETRIC_DEFAULT"):
        return
    raise Refusal(
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
        "Check that the KMS key is available, enabled, and not in an invalid state.",
    )


def _put_parameter(call: Call) -> None:
    size = len(call.params["Value"].encode())
    tier = call.params.get("Tier", "Standard")
    if tier == "Standard" and size > MAX_STANDARD_PARAMETER:
        raise Refusal(
            "ValidationException",
            f"Standard tier parameters support a maximum parameter value of {MAX_STANDARD_PARAMETER} characters. "
            "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
            "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
            "parameter-store-advanced-parameters.html",
        )
    if size > MAX_ADVANCED_PARAMETER:
        raise Refusal(
            "ValidationException",
            f"Advanced tier parameters support a maximum parameter value of {MAX_ADVANCED_PARAMETER} characters.",
        )


RULES = {
    ("logs", "CreateLogGroup"): _create_log_group,
    ("logs", "PutRetentionPolicy"): _put_retention,
    ("secretsmanager", "CreateSecret"): _create_secret,
    ("secretsmanager", "PutSecretValue"): _put_secret_value,
    ("ssm", "PutParameter"): _put_parameter,
}
