"""Runs __main__.py of the working directory over the embedded AWS: up, up again, destroy. Prints what happened."""

import json
import os
import runpy

from pulumi import automation


def program() -> None:
    runpy.run_path("__main__.py")


stack = automation.create_or_select_stack(
    "readme",
    "readme-python",
    program,
    opts=automation.LocalWorkspaceOptions(
        project_settings=automation.ProjectSettings(name="readme-python", runtime="python", main=os.getcwd()),
    ),
)
stack.set_config("aws:region", automation.ConfigValue("eu-central-1"))
try:
    first = stack.up()
    second = stack.up()
    changed = {name: n for name, n in (second.summary.resource_changes or {}).items() if name != "same"}
    report = {"ordersArn": first.outputs["ordersArn"].value, "second": changed}
finally:
    stack.destroy()
print(json.dumps(report))
