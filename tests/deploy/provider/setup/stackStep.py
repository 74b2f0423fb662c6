"""One step of a stack, for a script whose steps a test runs one by one: `SCRIPT OPERATION STACK GIVEN`."""

import json
import sys
from typing import Callable

from localStack import LocalStack
from pulumi import automation

region = "us-east-2"


def run(programs: dict[str, Callable[[dict], None]]) -> None:
    """Runs the program named by GIVEN, and prints its result as JSON: outputs and changes, or an error."""
    operation, stack_name, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    name = given["program"]
    stack = LocalStack.of(stack_name, name, lambda: programs[name](given), {"aws:region": region})
    try:
        result = getattr(stack, operation)()
    except automation.errors.CommandError as error:
        print(json.dumps({"error": str(error)}))
        return
    summary = result.change_summary if operation == "preview" else result.summary.resource_changes
    changes = {str(getattr(name, "value", name)): count for name, count in (summary or {}).items()}
    outputs = {name: output.value for name, output in getattr(result, "outputs", {}).items()}
    print(json.dumps({"outputs": outputs, "changes": {k: v for k, v in changes.items() if k not in ("same", "read")}}))
