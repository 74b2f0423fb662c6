"""A Lambda function whose own OpenTelemetry spans and lines go straight into the tables of ClickHouse."""

from pathlib import Path

import clickstack_lambda as clickstack
import pulumi

config = pulumi.Config()

layers = clickstack.ExtensionLayers(
    "layers",
    regions=[pulumi.Config("aws").require("region")],
    name_prefix="clickstack-python-clickhouse",
)

report = clickstack.ObservedFunction(
    "report",
    runtime="python3.13",
    handler="main.handler",
    code=pulumi.FileArchive(str(Path(__file__).parent / "functions" / "report")),
    timeout=10,
    extension=clickstack.ExtensionArgs(layer_version_arns=layers.layer_version_arns),
    # Inserts over ClickHouse's HTTP interface: there is no collector in between.
    clickhouse=clickstack.ClickHouseArgs(endpoint=config.require("endpoint"), user=config.get("user") or "default"),
    clickhouse_password=config.require_secret("password"),
    # Takes the spans that the function makes by opentelemetry-api. No SDK is needed.
    auto_instrumentation=clickstack.AutoInstrumentationArgs(),
    service_name="report",
    cloud_watch_logs=clickstack.CloudWatchLogs.DISABLE,
)

pulumi.export("functionName", report.function_name)
