"""Serves a program with secrets in every argument to `pulumi --client`: prints the address, and ends with its input."""

import json
import os
import sys
from concurrent import futures

import clickstack_lambda as clickstack
import grpc
import pulumi
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

region = "us-east-2"
account = "123456789012"
marks = json.loads(os.environ["SECRET_MARKS"])
bare = {
    "runtime": "python3.12",
    "handler": "index.handler",
    "code": pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context):\n    return 1\n")}),
}


def hush(name: str, around=lambda mark: mark + "\"'\\\\é<&>$,;=%") -> pulumi.Output:
    return pulumi.Output.secret(around(marks[name]))


def secret_arn(mark: str) -> str:
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{mark}-AbCdEf"


def program() -> None:
    layers = clickstack.ExtensionLayers(
        "extension",
        regions=[region],
        permissions=clickstack.LayerPermissionsArgs(organization_id=hush("organization", lambda mark: f"o-{mark}")),
    )
    extension = clickstack.ExtensionArgs(layer_version_arns=layers.layer_version_arns)
    clickstack.ObservedFunction(
        "orders",
        runtime="python3.12",
        handler=hush("handler", lambda mark: f"index.{mark}"),
        code=hush("code").apply(lambda text: pulumi.AssetArchive({"index.py": pulumi.StringAsset(text)})),
        description=hush("description"),
        environment={"variables": {"OWN": hush("variable"), "CLICKSTACK_FLUSH_MODE": hush("ownSetting")}},
        tags={"kept": hush("tag", lambda mark: mark)},
        endpoint=hush("endpoint", lambda mark: f"https://{mark}.example.com:4318"),
        authorization=hush("authorization", secret_arn),
        headers={"x-tenant": hush("header"), "x-plain": "plain"},
        resource_attributes={"team": hush("attribute")},
        settings={"otlpExporterBasicAuthPassword": hush("setting")},
        env_file=hush("envFile", lambda mark: f"/opt/{mark}.env"),
        secret_arns=[hush("secretArn", secret_arn)],
        secret_kms_key_arns=[hush("kmsKey", lambda mark: f"arn:aws:kms:{region}:{account}:key/{mark}")],
        service_name=hush("serviceName"),
        service_version=hush("serviceVersion"),
        extension=extension,
    )
    clickstack.ObservedFunction(
        "loud",
        **bare,
        endpoint="https://clickstack.example.com:4318",
        ingestion_key=marks["ingestionKey"],
        extension=extension,
    )
    clickstack.ObservedFunction(
        "direct",
        **bare,
        clickhouse=clickstack.ClickHouseArgs(
            endpoint=hush("clickhouseEndpoint", lambda mark: f"https://{mark}.example.com:8443"),
            user=hush("clickhouseUser"),
            database=hush("clickhouseDatabase"),
        ),
        clickhouse_password=marks["clickhousePassword"],
        extension=clickstack.ExtensionArgs(
            rotel=clickstack.RotelLayersArgs(version=12, suffix=hush("suffix", lambda mark: f"-{mark}"))
        ),
    )
    clickstack.ObservedFunction(
        "whole",
        **bare,
        name=hush("functionName", lambda mark: mark),
        environment=pulumi.Output.secret({"variables": {"OWN": marks["wholeVariables"]}}),
        endpoint="https://clickstack.example.com:4318",
        headers=pulumi.Output.secret({"x-tenant": marks["wholeHeaders"]}),
        settings=pulumi.Output.secret({"otlpExporterBasicAuthPassword": marks["wholeSettings"]}),
        resource_attributes=pulumi.Output.secret({"team": marks["wholeAttributes"]}),
        extension=pulumi.Output.secret({"rotel": {"version": 12, "suffix": "-" + marks["wholeExtension"]}}),
        secret_arns=pulumi.Output.secret([secret_arn(marks["wholeArns"])]),
        cloud_watch_logs=clickstack.CloudWatchLogs.DISABLE,
        log_retention_in_days=7,
    )
    pulumi.export("config", pulumi.Config().get_secret("key"))


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.max_receive_message_length", -1)])
language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(program), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"127.0.0.1:{port}", flush=True)
sys.stdin.read()
server.stop(0)
