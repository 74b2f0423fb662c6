import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { checkArguments, invalidArguments } from "./argumentCheck";
import { denyLogsPolicy, type ExecutionRole, executionRole, secretPolicy } from "./executionRole";
import { functionVariables, isPlain } from "./functionEnvironment";
import { CloudWatchLogs, type ObservedFunctionArgs } from "./observedFunctionArgs";
import { chooseLayer } from "./plan/layers";
import { defaultLogGroup } from "./plan/policies";
import { defaultArchitecture } from "./plan/runtimes";
import { functionReferences } from "./secretReferences";

/**
 * An AWS Lambda function that sends its logs, traces and metrics to ClickStack: an `aws.lambda.Function` with the
 * extension's layer, the environment that configures it, and a role that may read what the configuration refers to.
 * Wrong arguments are errors at preview, all at once, before anything is changed.
 */
export class ObservedFunction extends pulumi.ComponentResource {
  /**
   * ARN of the function.
   */
  public readonly functionArn: pulumi.Output<string>;
  /**
   * Name of the function.
   */
  public readonly functionName: pulumi.Output<string>;
  /**
   * ARN of the function's execution role, made or given.
   */
  public readonly roleArn: pulumi.Output<string>;
  /**
   * Name of the function's execution role, to attach further policies to.
   */
  public readonly roleName: pulumi.Output<string>;
  /**
   * ARNs of the function's layer versions in Lambda's order, the extension's last.
   */
  public readonly layerArns: pulumi.Output<string[]>;
  /**
   * Names of the function's environment variables, sorted.
   */
  public readonly environmentVariableNames: pulumi.Output<string[]>;
  /**
   * The function itself, for what wants the resource.
   */
  public readonly function: pulumi.Output<LambdaFunction>;

  constructor(name: string, args: ObservedFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    const valid = checkArguments(name, args);
    super("clickstack-lambda:index:ObservedFunction", name, args, opts);
    const options = { parent: this, dependsOn: valid.then((): pulumi.Resource[] => []) };
    const role = executionRole(name, args, options);
    const early = hasKnownLogGroup(args) ? denyLogs(name, args, role, args.name ?? "", options) : [];
    const secrets = secretPolicy(name, role, functionReferences(args), options);
    const before = pulumi.output(secrets).apply(async (policies) => {
      await valid;
      return [...role.policies, ...early, ...policies];
    });

    const layers = functionLayers(name, args, this);
    const { environment, names } = functionVariables(args);
    const inputs = { ...functionInputs(args), role: role.arn, layers, environment };
    const observed = new LambdaFunction(name, inputs, { parent: this, dependsOn: before });
    if (!hasKnownLogGroup(args)) denyLogs(name, args, role, observed.name, options);

    this.functionArn = observed.arn;
    this.functionName = observed.name;
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.layerArns = pulumi.output(layers);
    this.environmentVariableNames = names;
    this.function = pulumi.output(observed);
    this.registerOutputs({
      functionArn: this.functionArn,
      functionName: this.functionName,
      roleArn: this.roleArn,
      roleName: this.roleName,
      layerArns: this.layerArns,
      environmentVariableNames: this.environmentVariableNames,
      function: this.function,
    });
  }
}

/** The inputs of the function itself: all that are not the component's own. */
function functionInputs(args: ObservedFunctionArgs) {
  const { extension, endpoint, protocol, headers, authorization, ...others } = args;
  const { serviceName, resourceAttributes, settings, cloudWatchLogs, ...inputs } = others;
  return inputs;
}

/** The user's own layers, in their order, and the extension's after them. */
function functionLayers(
  name: string,
  args: ObservedFunctionArgs,
  parent: pulumi.Resource,
): pulumi.Input<pulumi.Input<string>[]> {
  const extension = extensionLayer(name, args, parent);
  const own = args.layers ?? [];
  if (isPlain(own)) return [...own, extension];
  return pulumi.all([own, extension]).apply(([arns, arn]) => [...(arns ?? []), arn]);
}

function extensionLayer(
  name: string,
  args: ObservedFunctionArgs,
  parent: pulumi.Resource,
): pulumi.Input<string> {
  const { extension, architectures } = args;
  if (isPlain(extension) && extension.layerVersionArn !== undefined) return extension.layerVersionArn;
  return pulumi
    .all([extension, functionRegion(args, parent), architectures ?? []])
    .apply(([source, region, [architecture = defaultArchitecture] = []]) => {
      const choice = chooseLayer(source, region, architecture);
      if ("problem" in choice) throw invalidArguments(name, [choice.problem]);
      return choice.layerVersionArn;
    });
}

function functionRegion({ region }: ObservedFunctionArgs, parent: pulumi.Resource): pulumi.Output<string> {
  const ofProvider = () => getRegionOutput({}, { parent }).region;
  if (region === undefined) return ofProvider();
  return pulumi.output(region).apply((given) => (given === undefined ? ofProvider() : pulumi.output(given)));
}

/** Whether the function's log group is known before there is the function. */
function hasKnownLogGroup({ name, loggingConfig }: ObservedFunctionArgs): boolean {
  return name !== undefined || (isPlain(loggingConfig) && loggingConfig.logGroup !== undefined);
}

/** The policy against logs in CloudWatch, if they are disabled. */
function denyLogs(
  name: string,
  args: ObservedFunctionArgs,
  role: ExecutionRole,
  functionName: pulumi.Input<string | undefined>,
  options: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.Resource[] {
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable) return [];
  const logGroup = pulumi
    .all([args.loggingConfig, functionName])
    .apply(([config, given]) => config?.logGroup ?? defaultLogGroup(given ?? ""));
  const region = functionRegion(args, options.parent);
  return [denyLogsPolicy(name, role, { region, name: logGroup }, options)];
}
