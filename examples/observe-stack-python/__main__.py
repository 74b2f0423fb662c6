"""A stack whose Lambda functions all send their telemetry to ClickStack, plain functions as they are."""

import json
from pathlib import Path

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws

config = pulumi.Config()

# The extension as a layer in your own account, in every region that has functions.
layers = clickstack.ExtensionLayers("clickstack-extension", regions=["us-east-2", "eu-central-1"])

observed = clickstack.ObserveStack(
    "observed",
    extension=clickstack.ExtensionArgs(layer_version_arns=layers.layer_version_arns),
    endpoint=config.require("endpoint"),
    # Stored in AWS Secrets Manager, once for all functions.
    ingestion_key=config.require_secret("ingestionKey"),
    exclude=clickstack.FunctionFilterArgs(tags={"observe": "no"}),
)
# Waits until the functions below are observed. One that is made before this line would be missed.
observed.settled()

role = aws.iam.Role(
    "orders",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
            ],
        }
    ),
    managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
)
common = {
    "runtime": "python3.12",
    "handler": "main.handler",
    "code": pulumi.FileArchive(str(Path(__file__).parent / "functions/python")),
    "role": role.arn,
    "timeout": 10,
}
orders = aws.lambda_.Function("orders", **common)
health = aws.lambda_.Function("health", **common, tags={"observe": "no"})

pulumi.export("orders", orders.arn)
pulumi.export("health", health.arn)
pulumi.export("layers", {"orders": orders.layers, "health": health.layers})
