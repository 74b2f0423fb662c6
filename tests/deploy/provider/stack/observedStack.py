"""Stacks whose functions `ObserveStack` observes, one step at a time: `observedStack.py OPERATION STACK GIVEN`."""

import json

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws
import stackStep
from functionArgs import common, trust
from stackStep import region

edge = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def observe(given: dict, name: str = "observed", **args) -> clickstack.ObserveStack:
    """Observes the stack by a layer that the stack itself has."""
    code = pulumi.AssetArchive({"extension": pulumi.StringAsset("extension")})
    layer = aws.lambda_.LayerVersion("extension", layer_name="extension", code=code)
    provider = aws.Provider("keys", region="eu-west-3")
    return clickstack.ObserveStack(
        name,
        extension=clickstack.ExtensionArgs(layer_version_arn=layer.arn),
        endpoint=given.get("endpoint", "https://clickstack.example.com:4318"),
        ingestion_key=pulumi.Output.secret("hush-key"),
        cloud_watch_logs=clickstack.CloudWatchLogs.DISABLE,
        exclude=clickstack.FunctionFilterArgs(names=["plain*"], tags={"observe": "no"}, runtimes=["ruby*"]),
        opts=pulumi.ResourceOptions(providers=[provider]),
        **args,
    )


class Shop(pulumi.ComponentResource):
    """A component of the program with a function in it."""

    def __init__(self, name: str, role: aws.iam.Role):
        super().__init__("demo:index:Shop", name)
        options = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name="old")])
        self.function = aws.lambda_.Function("handler", **common, role=role.arn, opts=options)


def functions(given: dict) -> None:
    role = aws.iam.Role("role", assume_role_policy=trust)
    secrets = {"variables": {"PASSWORD": pulumi.Output.secret("hush-password"), "ROLE": role.name}}
    orders = aws.lambda_.Function("orders", **common, role=role.arn, environment=secrets)
    named = aws.lambda_.Function("named", **common, role=role.arn, name=f"named-{pulumi.get_stack()}")
    plain = aws.lambda_.Function("plain", **common, role=role.arn)
    tagged = aws.lambda_.Function("tagged", **common, role=role.arn, tags={"observe": "no"})
    edge_role = aws.iam.Role("edge", assume_role_policy=edge)
    at_edge = aws.lambda_.Function("edge", **common, role=edge_role.arn, publish=True)
    shop = Shop("shop", role)
    for name, function in {
        "orders": orders,
        "named": named,
        "plain": plain,
        "tagged": tagged,
        "edge": at_edge,
        "shop": shop.function,
    }.items():
        pulumi.export(name, function.arn)
    pulumi.export("role", role.arn)


def waits(given: dict) -> None:
    if given["observe"]:
        pulumi.export("settled", observe(given).settled())
    functions(given)


def forgets(given: dict) -> None:
    """Functions that do not wait for the component, but are there before it."""
    role = aws.iam.Role("role", assume_role_policy=trust)
    function = aws.lambda_.Function("hasty", **common, role=role.arn)
    aws.lambda_.Function("plain", **common, role=role.arn)
    aws.lambda_.Function("tagged", **common, role=role.arn, tags={"observe": "no"})
    observe(given).settled() if given["after"] == "nothing" else function.arn.apply(lambda _: observe(given))


def guards(given: dict) -> None:
    """Logs that are denied only once a log record has been delivered."""
    observe(given, require_delivery=True).settled()


def twice(given: dict) -> None:
    observe(given)
    clickstack.ObserveStack("second", endpoint="https://clickstack.example.com:4318")


def wrong(given: dict) -> None:
    """A function that cannot be observed."""
    observe(given).settled()
    role = aws.iam.Role("role", assume_role_policy=trust)
    aws.lambda_.Function("fine", **common, role=role.arn)
    aws.lambda_.Function("hurried", **{**common, "timeout": 1}, role=role.arn)


stackStep.run({"waits": waits, "forgets": forgets, "guards": guards, "twice": twice, "wrong": wrong})
