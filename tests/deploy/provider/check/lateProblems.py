"""Programs whose arguments turn out to be wrong once others are there: `lateProblems.py OPERATION STACK GIVEN`."""

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws
import stackStep
from functionArgs import common

arn = "arn:aws:lambda:eu-west-3:123456789012:layer:clickstack-extension-amd64:1"


def late(name: str, value: object) -> pulumi.Output:
    """A value that is not known before a resource is there."""
    parameter = aws.ssm.Parameter(name, name=f"/late/python/{name}", type="String", value="any")
    return parameter.version.apply(lambda _: value)


def functions(_given: dict) -> None:
    clickstack.ObservedFunction(
        "orders",
        **common,
        timeout=late("timeout", 1),
        extension=clickstack.ExtensionArgs(layer_version_arns={"eu-west-3": {"x86_64": arn}}),
    )


def layers(_given: dict) -> None:
    permissions = clickstack.LayerPermissionsArgs(organization_id=late("organization", "acme"))
    clickstack.ExtensionLayers("extension", regions=[stackStep.region], permissions=permissions)


stackStep.run({"functions": functions, "layers": layers})
