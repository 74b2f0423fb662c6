"""An observed function by the generated SDK over the embedded AWS: up, up again, update, refresh, destroy."""

import json
import os
import sys
from pathlib import Path

import clickstack_lambda as clickstack
import pulumi
from pulumi import automation

timeout = 10


def program() -> None:
    layers = clickstack.ExtensionLayers("extension", regions=["us-east-2"], retain=False)
    orders = clickstack.ObservedFunction(
        "orders",
        runtime="python3.12",
        handler="index.handler",
        memory_size=512,
        timeout=timeout,
        code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context):\n    return 1\n")}),
        extension=clickstack.ExtensionArgs(manifest=layers.manifest),
        clickhouse=clickstack.ClickHouseArgs(endpoint="https://clickhouse.example.com:8443", user="writer"),
        clickhouse_password="hush",
        service_version="1.2.3",
        log_retention_in_days=7,
        auto_instrumentation=clickstack.AutoInstrumentationArgs(
            distribution=clickstack.InstrumentationDistribution.OPEN_TELEMETRY,
            version="0.21.0",
        ),
    )
    pulumi.export("names", orders.environment_variable_names)
    pulumi.export("layers", orders.layer_arns)


def stored_state() -> str:
    """The stack's state as it is stored; the Automation API's export would show the secrets."""
    folder = Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
    (file,) = [path for path in folder.rglob(f"{sys.argv[1]}.json") if "stacks" in path.parts]
    return file.read_text()


def changes(result) -> dict:
    return {name: count for name, count in (result.summary.resource_changes or {}).items() if name != "same"}


stack = automation.create_or_select_stack(sys.argv[1], "observed-python", program)
stack.set_config("aws:region", automation.ConfigValue("us-east-2"))
try:
    first = stack.up()
    state = stored_state()
    second = stack.up()
    timeout = 20
    third = stack.up()
    refreshed = stack.refresh()
finally:
    stack.destroy()
print(
    json.dumps(
        {
            "outputs": {name: output.value for name, output in first.outputs.items()},
            "stored": "aws:secretsmanager/secretVersion:SecretVersion" in state,
            "leaked": "hush" in state,
            "second": changes(second),
            "third": changes(third),
            "refreshed": changes(refreshed),
        }
    )
)
