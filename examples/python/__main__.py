"""An observed Lambda function, its layer in your own account, and the ingestion key in Secrets Manager."""

from pathlib import Path

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws

config = pulumi.Config()

# The extension as a layer in your own account, the same in every region that has functions.
layers = clickstack.ExtensionLayers(
    "clickstack-extension",
    regions=["us-east-2", "eu-central-1"],
)

# The key stays in Secrets Manager. The function's environment only names the secret, and its role may read it.
ingestion_key = aws.secretsmanager.Secret(
    "clickstack-ingestion-key",
    description="Ingestion key for ClickStack",
)
ingestion_key_value = aws.secretsmanager.SecretVersion(
    "clickstack-ingestion-key",
    secret_id=ingestion_key.id,
    secret_string=config.require_secret("ingestionKey"),
)

orders = clickstack.ObservedFunction(
    "orders-python",
    runtime="python3.12",
    handler="main.handler",
    code=pulumi.FileArchive(str(Path(__file__).parent / "functions/python")),
    timeout=10,
    extension=clickstack.ExtensionArgs(layer_version_arns=layers.layer_version_arns),
    endpoint=config.require("endpoint"),
    authorization=ingestion_key_value.secret_arn,
    resource_attributes={"deployment.environment.name": pulumi.get_stack()},
    cloud_watch_logs=clickstack.CloudWatchLogs.DISABLE,
)

pulumi.export("layerVersionArns", layers.layer_version_arns)
pulumi.export("functionNames", [orders.function_name])
pulumi.export("functionArns", [orders.function_arn])
