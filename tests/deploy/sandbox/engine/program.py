"""A Pulumi program in Python over the embedded AWS, run by the Automation API: up, up again, destroy."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import automation


def program() -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
    code = pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context):\n    return 1\n")})
    role = aws.iam.Role("role", assume_role_policy=json.dumps(trust))
    layer = aws.lambda_.LayerVersion("layer", layer_name="python", code=code, region="eu-west-3")
    function = aws.lambda_.Function(
        "function",
        role=role.arn,
        runtime="python3.11",
        handler="index.handler",
        code=code,
        environment=aws.lambda_.FunctionEnvironmentArgs(variables={"TOKEN": pulumi.Output.secret("hush")}),
    )
    pulumi.export("layerArn", layer.arn)
    pulumi.export("functionArn", function.arn)
    pulumi.export("environment", function.environment)


stack = automation.create_or_select_stack("python", "embedded-aws-python", program)
stack.set_config("aws:region", automation.ConfigValue("us-east-2"))
first = stack.up()
second = stack.up()
print(
    json.dumps(
        {
            "outputs": {name: output.value for name, output in first.outputs.items()},
            "secrets": [name for name, output in first.outputs.items() if output.secret],
            "first": first.summary.resource_changes,
            "second": second.summary.resource_changes,
        }
    )
)
stack.destroy()
