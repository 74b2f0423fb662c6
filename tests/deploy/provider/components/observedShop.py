"""Stacks of observed functions by the generated SDK, one step at a time: `observedShop.py OPERATION STACK GIVEN`."""

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws
import resourceOptions
import stackStep
from functionArgs import common, trust
from stackStep import region

basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def publish(given: dict) -> None:
    """The platform team's stack, in those of the regions that the account has enabled."""
    wanted = [region, "eu-west-3", "me-central-1"]
    enabled = aws.get_regions().names
    regions = [name for name in wanted if name in enabled]
    layers = clickstack.ExtensionLayers("extension", regions=regions, name_prefix="shop")
    pulumi.export("manifest", layers.manifest)
    pulumi.export("skippedRegions", [name for name in wanted if name not in enabled])


def two_functions_with_one_role(given: dict, extension: clickstack.ExtensionArgs) -> None:
    """Logs of the one are denied once ClickStack has taken a record, those of the other stay."""
    role = aws.iam.Role("shared", assume_role_policy=trust)
    aws.iam.RolePolicyAttachment("basic", role=role.name, policy_arn=basic)
    secret = aws.secretsmanager.Secret("key")
    key = aws.secretsmanager.SecretVersion(
        "key", secret_id=secret.id, secret_string=pulumi.Output.secret('{"key":"Bearer hush"}')
    )
    tenant = aws.ssm.Parameter("tenant", name="/shop/tenant", type="String", value="orders")
    disable = given["logs"] == "Disable"
    orders = clickstack.ObservedFunction(
        "orders",
        **common,
        role=role.arn,
        extension=extension,
        endpoint=given["endpoint"],
        authorization=key.arn.apply(lambda arn: f"{arn}#key"),
        headers={"x-tenant": tenant.arn.apply(lambda arn: f"${{{arn}}}")},
        cloud_watch_logs=clickstack.CloudWatchLogs(given["logs"]),
        require_delivery=True if disable else None,
    )
    loud = clickstack.ObservedFunction("loud", **common, role=role.arn, extension=extension)
    pulumi.export("role", role.arn)
    pulumi.export("orders", orders.function_name)
    pulumi.export("ordersLayers", orders.layer_arns)
    pulumi.export("loud", loud.function_name)


def other_layers() -> None:
    """Rotel's upstream layers, a layer by its ARN, and an image, which has the extension in it."""
    arn = f"arn:aws:lambda:{region}:123456789012:layer:shop-amd64:1"
    rotel = clickstack.ExtensionArgs(rotel=clickstack.RotelLayersArgs(version=12))
    exact = clickstack.ExtensionArgs(layer_version_arn=arn)
    upstream = clickstack.ObservedFunction("upstream", **common, extension=rotel)
    pulumi.export("upstreamLayers", upstream.layer_arns)
    pulumi.export("exactLayers", clickstack.ObservedFunction("exact", **common, extension=exact).layer_arns)
    image = clickstack.ObservedFunction(
        "image",
        package_type="Image",
        image_uri=f"123456789012.dkr.ecr.{region}.amazonaws.com/orders:1",
        endpoint="https://clickstack.example.com:4318",
        authorization=f"arn:aws:secretsmanager:{region}:123456789012:secret:image-a1B2c3",
    )
    pulumi.export("imageLayers", image.layer_arns)
    pulumi.export("imageVariables", image.environment_variable_names)
    pulumi.export("imageRole", image.role_name)


def straight_to_clickhouse(extension: clickstack.ExtensionArgs) -> None:
    """A key given as a value, and instrumentation besides the extension."""
    direct = clickstack.ObservedFunction(
        "direct",
        **common,
        extension=extension,
        clickhouse=clickstack.ClickHouseArgs(endpoint="https://clickhouse.example.com:8443", user="writer"),
        clickhouse_password="hush",
        service_version="1.2.3",
        auto_instrumentation=clickstack.AutoInstrumentationArgs(
            distribution=clickstack.InstrumentationDistribution.OPEN_TELEMETRY,
            version="0.21.0",
        ),
    )
    pulumi.export("directVariables", direct.environment_variable_names)
    pulumi.export("directLayers", direct.layer_arns)


def shop(given: dict) -> None:
    platform = pulumi.StackReference(f"organization/platform/{given['platform']}")
    extension = clickstack.ExtensionArgs(manifest=platform.require_output("manifest"))
    paris = aws.Provider("paris", region="eu-west-3")
    two_functions_with_one_role(given, extension)
    resourceOptions.options_of_its_own(given, extension, paris)
    resourceOptions.providers_of_others(extension, paris)
    resourceOptions.taken_over(given, extension)
    resourceOptions.renamed(given, extension)
    straight_to_clickhouse(extension)
    other_layers()


stackStep.run({"platform": publish, "shop": shop})
