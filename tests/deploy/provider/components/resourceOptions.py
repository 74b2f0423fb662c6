"""Functions whose resource options matter: providers, protection, what they were before."""

import clickstack_lambda as clickstack
import pulumi
import pulumi_aws as aws
from aliasComponent import alias_component
from functionArgs import common, trust
from pulumi import ResourceOptions, automation


def reference(name: str, where: str) -> str:
    return f"${{arn:aws:secretsmanager:{where}:123456789012:secret:{name}-a1B2c3}}"


def add_tags(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "aws:lambda/function:Function":
        return None
    return pulumi.ResourceTransformResult(props={**args.props, "tags": {"team": "shop"}}, opts=args.opts)


def options_of_its_own(given: dict, extension: clickstack.ExtensionArgs, paris: aws.Provider) -> None:
    """Another region's provider, protection, a dependency, inputs that are left alone, a transform."""
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
        opts=ResourceOptions(
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


def team(name: str, opts: ResourceOptions | None = None) -> pulumi.ComponentResource:
    return pulumi.ComponentResource("shop:index:Team", name, None, opts)


def providers_of_others(extension: clickstack.ExtensionArgs, paris: aws.Provider) -> None:
    """The provider in a map, and inherited from a component that has it either way."""
    in_paris = {
        "bills": ResourceOptions(providers={"aws": paris}),
        "invoices": ResourceOptions(parent=team("map", ResourceOptions(providers={"aws": paris}))),
        "receipts": ResourceOptions(parent=team("one", ResourceOptions(provider=paris))),
    }
    functions = [
        clickstack.ObservedFunction(name, **common, extension=extension, opts=opts) for name, opts in in_paris.items()
    ]
    pulumi.export("inParis", [function.function_arn for function in functions])
    pulumi.export("inParisLayers", [function.layer_arns[0] for function in functions])


def taken_over(given: dict, extension: clickstack.ExtensionArgs) -> None:
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


def hands_on_aliases() -> bool:
    """Older engines keep the aliases of a component to themselves when a plugin makes it (pulumi/pulumi#18801)."""
    version = automation.PulumiCommand().version
    return version is None or version >= (3, 217, 0)


def renamed(given: dict, extension: clickstack.ExtensionArgs) -> None:
    """A function that gets another name, and one that gets another parent too."""
    old, new = team("old"), team("new")
    if given["plain"]:
        functions = {"returns": ResourceOptions(), "gifts": ResourceOptions(parent=old)}
    else:
        functions = {
            "refunds": ResourceOptions(aliases=[pulumi.Alias(name="returns")]),
            "vouchers": ResourceOptions(parent=new, aliases=[pulumi.Alias(name="gifts", parent=old)]),
        }
        if not hands_on_aliases():
            for name, opts in functions.items():
                alias_component(name, opts.aliases)
    made = [
        clickstack.ObservedFunction(name, **common, extension=extension, opts=opts) for name, opts in functions.items()
    ]
    pulumi.export("renamed", [function.function_arn for function in made])
