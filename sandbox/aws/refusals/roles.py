"""IAM: quotas and conflicts of roles and policies.

Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from typing import Any

from moto.iam.models import iam_backends

from .call import Call, Refusal, characters

MAX_INLINE = 10_240
MAX_MANAGED = 6_144
# Default quotas, which AWS raises on request (to 4,096 and 25).
MAX_TRUST = 2_048
MAX_ATTACHED = 10


def refuse(call: Call) -> None:
    rule = RULES.get(call.operation)
    if rule:
        rule(call, iam_backends[call.account]["aws"])


def _named(backend: Any, name: str) -> Any:
    """The role of a name, case-insensitive; moto answers if it is missing."""
    return next((role for role in backend.get_roles() if role.name.lower() == name.lower()), None)


def _create_role(call: Call, backend: Any) -> None:
    _trust_policy(call.params["AssumeRolePolicyDocument"])
    name = call.params["RoleName"]
    if _named(backend, name):
        raise Refusal("EntityAlreadyExists", f"Role with name {name} already exists.")


def _update_trust(call: Call, backend: Any) -> None:
    _trust_policy(call.params["PolicyDocument"])


def _trust_policy(document: str) -> None:
    if characters(document) > MAX_TRUST:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {MAX_TRUST}")


def _put_role_policy(call: Call, backend: Any) -> None:
    role = _named(backend, call.params["RoleName"])
    if role is None:
        return
    policies = {**role.policies, call.params["PolicyName"]: call.params["PolicyDocument"]}
    if sum(characters(document) for document in policies.values()) > MAX_INLINE:
        raise Refusal("LimitExceeded", f"Maximum policy size of {MAX_INLINE} bytes exceeded for role {role.name}")


def _managed_policy(call: Call, backend: Any) -> None:
    if characters(call.params["PolicyDocument"]) > MAX_MANAGED:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {MAX_MANAGED}")


def _attach(call: Call, backend: Any) -> None:
    role = _named(backend, call.params["RoleName"])
    attached = {*(role.managed_policies if role else ()), call.params["PolicyArn"]}
    if len(attached) > MAX_ATTACHED:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {MAX_ATTACHED}")


def _delete_policy(call: Call, backend: Any) -> None:
    policy = backend.managed_policies.get(call.params["PolicyArn"])
    if policy is None:
        return
    if any(policy.arn in role.managed_policies for role in backend.get_roles()):
        raise Refusal("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise Refusal(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy.",
        )


RULES = {
    "CreateRole": _create_role,
    "UpdateAssumeRolePolicy": _update_trust,
    "PutRolePolicy": _put_role_policy,
    "CreatePolicy": _managed_policy,
    "CreatePolicyVersion": _managed_policy,
    "AttachRolePolicy": _attach,
    "DeletePolicy": _delete_policy,
}
