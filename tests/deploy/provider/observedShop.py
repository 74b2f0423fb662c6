"""One step of a stack of observed functions by the generated SDK: `observedShop.py OPERATION STACK GIVEN`. Prints what
came of it as JSON: outputs and changes, or what the engine says is wrong."""

import json
import sys

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws
from pulumi import automation

operation, stack_name, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
region = "us-east-2"
basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
)
code = pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context):\n    return 1\n")})
common = {"runtime": "python3.12", "handler": "index.handler", "code": code}


def reference(name: str, where: str) -> str:
    return f"${{arn:aws:secretsmanager:{where}:123456789012:secret:{name}-a1B2c3}}"


def publish() -> None:
    """The platform team's stack."""
    layers = clickstack.ExtensionLayers("extension", regions=[region, "eu-west-3"], name_prefix="shop")
    pulumi.export("manifest", layers.manifest)


def two_functions_with_one_role(extension: clickstack.ExtensionArgs) -> None:
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


def add_tags(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "aws:lambda/function:Function":
        return None
    return pulumi.ResourceTransformResult(props={**args.props, "tags": {"team": "shop"}}, opts=args.opts)


def resource_options(extension: clickstack.ExtensionArgs) -> None:
    """Another region's provider, protection, a dependency, inputs that are left alone, a transform."""
    paris = aws.Provider("paris", region="eu-west-3")
    first = aws.cloudwatch.LogGroup("first")
    sales = clickstack.ObservedFunction(
        "sales",
        **common,
        timeout=given["timeout"],
        memory_size=given["timeout"] * 100,
        extension=extension,
        endpoint="https://clickstack.example.com:4318",
        headers={"x-a": reference("a", "eu-west-3"), "x-b": reference("b", "eu-west-3")},
        secret_kms_key_arns=["arn:aws:kms:eu-west-3:123456789012:key/k"],
        settings={"otlpExporterRequestTimeout": "1s"},
        log_retention_in_days=7,
        opts=pulumi.ResourceOptions(
            provider=paris,
            depends_on=[first],
            protect=given["protect"],
            ignore_changes=["timeout"],
            transforms=[add_tags],
        ),
    )
    pulumi.export("sales", sales.function_arn)
    pulumi.export("salesRole", sales.role_name)
    pulumi.export("salesLayers", sales.layer_arns)


def taken_over(extension: clickstack.ExtensionArgs) -> None:
    """A plain function that becomes an observed one."""
    role = aws.iam.Role("moved", assume_role_policy=trust)
    if given["plain"]:
        pulumi.export("moved", aws.lambda_.Function("moved", **common, role=role.arn).arn)
        return
    urn = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::aws:lambda/function:Function::moved"
    moved = clickstack.ObservedFunction(
        "moved",
        **common,
        role=role.arn,
        extension=extension,
        endpoint="https://clickstack.example.com:4318",
        ingestion_key=pulumi.Output.secret("hush"),
        function_alias=urn,
    )
    pulumi.export("moved", moved.function_arn)


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


def shop() -> None:
    platform = pulumi.StackReference(f"organization/platform/{given['platform']}")
    extension = clickstack.ExtensionArgs(manifest=platform.require_output("manifest"))
    two_functions_with_one_role(extension)
    resource_options(extension)
    taken_over(extension)
    straight_to_clickhouse(extension)
    other_layers()


def wrong() -> None:
    clickstack.ObservedFunction(
        "orders",
        runtime="python312",
        handler="index.handler",
        architectures=["amd64"],
        settings={"otlpExporterRequestTimout": "1s"},
        environment={"variables": {"ROTEL_OTLP_EXPORTER_ENDPOINT": "https://elsewhere"}},
        endpoint="https://clickstack.example.com:4318",
        authorization="the-key-itself",
        extension=clickstack.ExtensionArgs(rotel=clickstack.RotelLayersArgs(version=12)),
    )


program = {"platform": publish, "shop": shop, "wrong": wrong}[given["program"]]
stack = automation.create_or_select_stack(stack_name, given["program"], program)
stack.set_config("aws:region", automation.ConfigValue(region))
try:
    result = getattr(stack, operation)()
except automation.errors.CommandError as error:
    print(json.dumps({"error": str(error)}))
else:
    summary = result.change_summary if operation == "preview" else result.summary.resource_changes
    changes = {str(getattr(name, "value", name)): count for name, count in (summary or {}).items()}
    outputs = {name: output.value for name, output in getattr(result, "outputs", {}).items()}
    print(json.dumps({"outputs": outputs, "changes": {k: v for k, v in changes.items() if k not in ("same", "read")}}))
