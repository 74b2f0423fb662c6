"""Runs a Python example over the embedded AWS: preview, up, up again, update, refresh, destroy. Prints JSON of it.

`runPython.py STACK [EXAMPLE [PORT]]`, with the example's folder, by default `python`, and the backend's port.
"""

import json
import runpy
import sys
from pathlib import Path

from localStack import LocalStack
from pulumi import automation

folder = sys.argv[2] if len(sys.argv) > 2 else "python"
port = sys.argv[3] if len(sys.argv) > 3 else "4318"
example = Path(__file__).parents[2] / "examples" / folder


def program() -> None:
    runpy.run_path(str(example / "__main__.py"))


def changes(result) -> dict:
    return {name: count for name, count in (result.summary.resource_changes or {}).items() if name != "same"}


config = {"aws:region": "eu-central-1", "endpoint": f"https://clickstack.example.com:{port}"}
stack = LocalStack.of(sys.argv[1], f"example-{folder}", program, config)
stack.set_all_config({name: automation.ConfigValue("hush", secret=True) for name in ("ingestionKey", "password")})
try:
    preview = stack.preview()
    first = stack.up()
    second = stack.up()
    stack.set_config("endpoint", automation.ConfigValue(f"https://elsewhere.example.com:{port}"))
    third = stack.up()
    refreshed = stack.refresh()
    report = {
        "preview": {str(getattr(name, "value", name)): count for name, count in preview.change_summary.items()},
        "outputs": {name: output.value for name, output in first.outputs.items()},
        "second": changes(second),
        "third": changes(third),
        "refreshed": changes(refreshed),
    }
finally:
    stack.destroy()
print(json.dumps(report))
