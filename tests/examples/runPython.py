"""Runs examples/python over the embedded AWS: preview, up, up again, update, destroy. Prints what happened as JSON."""

import json
import runpy
import sys
from pathlib import Path

from pulumi import automation

example = Path(__file__).parents[2] / "examples" / "python"


def program() -> None:
    runpy.run_path(str(example / "__main__.py"))


def changes(result) -> dict:
    return {name: count for name, count in (result.summary.resource_changes or {}).items() if name != "same"}


stack = automation.create_or_select_stack(sys.argv[1], "observed-python-function", program)
stack.set_config("aws:region", automation.ConfigValue("eu-central-1"))
stack.set_config("endpoint", automation.ConfigValue("https://clickstack.example.com:4318"))
stack.set_config("ingestionKey", automation.ConfigValue("hush", secret=True))
try:
    preview = stack.preview()
    first = stack.up()
    second = stack.up()
    stack.set_config("endpoint", automation.ConfigValue("https://elsewhere.example.com:4318"))
    third = stack.up()
    report = {
        "preview": {str(getattr(name, "value", name)): count for name, count in preview.change_summary.items()},
        "outputs": {name: output.value for name, output in first.outputs.items()},
        "second": changes(second),
        "third": changes(third),
    }
finally:
    stack.destroy()
print(json.dumps(report))
