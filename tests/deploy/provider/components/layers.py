"""Publishes layers that were built three times over the embedded AWS: up, up again, permissions, a changed byte while
they are retained and another when they are not, refresh, a mistake, destroy. Prints what happened.
`layers.py BUILT BUILT BUILT`"""

import json
import os
import sys

import clickstack_lambda as clickstack
import pulumi
from localStack import LocalStack
from pulumi import automation

permissions = None
retain = None


def program() -> None:
    layers = clickstack.ExtensionLayers(
        "extension", regions=["us-east-2", "eu-west-3"], name_prefix="python", permissions=permissions, retain=retain
    )
    pulumi.export("arns", layers.layer_version_arns)
    pulumi.export("manifest", layers.manifest)


def changes(result) -> dict:
    return {name: count for name, count in (result.summary.resource_changes or {}).items() if name != "same"}


def up(built: str) -> automation.UpResult:
    os.environ["CLICKSTACK_LAYERS_DIRECTORY"] = built
    return stack.up()


first_built, second_built, third_built = sys.argv[1:]
stack = LocalStack.of("python-layers", "python-layers", program, {"aws:region": "us-east-2"})
try:
    first = up(first_built)
    same = up(first_built)
    permissions = clickstack.LayerPermissionsArgs(
        account_ids=["210987654321", "012345678901"], organization_id="o-a1b2c3d4e5"
    )
    permitted = up(first_built)
    retain = False
    # The first version is still retained, the second is not.
    retained = up(second_built)
    deleted = up(third_built)
    refreshed = stack.refresh()
    permissions = clickstack.LayerPermissionsArgs(account_ids=["42"])
    try:
        stack.preview()
        wrong = "the preview passed"
    except automation.CommandError as error:
        wrong = str(error)
    report = {
        "arns": [result.outputs["arns"].value for result in (first, retained, deleted)],
        "manifest": first.outputs["manifest"].value,
        "same": changes(same),
        "permitted": changes(permitted),
        "refreshed": changes(refreshed),
        "wrong": wrong,
    }
finally:
    stack.destroy()
print(json.dumps(report))
