"""Publishes layers over the embedded AWS: up, up again, update, refresh, a mistake, destroy. Prints what happened."""

import json

import clickstack_lambda as clickstack
import pulumi
from pulumi import automation

permissions = None


def program() -> None:
    layers = clickstack.ExtensionLayers(
        "extension", regions=["us-east-2", "eu-west-3"], name_prefix="python", permissions=permissions
    )
    pulumi.export("arns", layers.layer_version_arns)
    pulumi.export("manifest", layers.manifest)


def changes(result) -> dict:
    return {name: count for name, count in (result.summary.resource_changes or {}).items() if name != "same"}


stack = automation.create_or_select_stack("python-layers", "python-layers", program)
stack.set_config("aws:region", automation.ConfigValue("us-east-2"))
try:
    first = stack.up()
    second = stack.up()
    permissions = clickstack.LayerPermissionsArgs(public=True)
    third = stack.up()
    refreshed = stack.refresh()
    permissions = clickstack.LayerPermissionsArgs(account_ids=["42"])
    try:
        stack.preview()
        wrong = "the preview passed"
    except automation.CommandError as error:
        wrong = str(error)
    report = {
        "arns": first.outputs["arns"].value,
        "manifest": first.outputs["manifest"].value,
        "second": changes(second),
        "third": changes(third),
        "refreshed": changes(refreshed),
        "wrong": wrong,
    }
finally:
    stack.destroy()
print(json.dumps(report))
