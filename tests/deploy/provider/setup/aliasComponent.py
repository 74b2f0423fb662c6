import pulumi


def alias_component(name: str, aliases: list[pulumi.Alias]) -> None:
    """For Pulumi before 3.217: sets the earlier names of a plugin's component. Call it before the component is created."""

    def add_aliases(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ != "clickstack-lambda:index:ObservedFunction" or args.name != name:
            return None
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(aliases=aliases))
        return pulumi.ResourceTransformResult(props=args.props, opts=opts)

    pulumi.runtime.register_resource_transform(add_aliases)
