"""Runs __main__.py of the working directory over the embedded AWS: up, up again, destroy. Prints what happened."""

import json
import runpy

from localStack import LocalStack


def program() -> None:
    runpy.run_path("__main__.py")


stack = LocalStack.of("readme", "readme-python", program, {"aws:region": "eu-central-1"})
try:
    first = stack.up()
    second = stack.up()
    changed = {name: n for name, n in (second.summary.resource_changes or {}).items() if name != "same"}
    report = {"ordersArn": first.outputs["ordersArn"].value, "second": changed}
finally:
    stack.destroy()
print(json.dumps(report))
