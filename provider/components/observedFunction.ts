import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { checkArguments, checkLater } from "../check/arguments";
import { confirmDelivery } from "../delivery/confirm";
import { componentInputs, functionInputs } from "../function/inputs";
import { functionRegion } from "../function/layers";
import { observedParts } from "../function/observe";
import {
  componentOptions,
  formerNames,
  functionOptions,
  type ObservedFunctionOptions,
} from "../function/options";
import { holdsKeys, storeSecrets, withSecrets } from "../function/storedSecrets";
import { findingsOf } from "../pulumi/findings";
import { awaitedResources, combined, withoutAbsent } from "../pulumi/inputs";
import { providerAccount } from "../pulumi/providerPlace";
import { withoutPositions } from "../pulumi/sourcePositions";
import { orStopUpdate } from "../pulumi/stopUpdate";

/**
 * An AWS Lambda function that sends its logs, traces and metrics to ClickStack: an `aws.lambda.Function` with the
 * extension's layer, the environment that configures it, and a role that may read what the configuration refers to.
 * Wrong arguments are all reported at preview, before anything is changed.
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
   * ARN of the function's execution role, created or passed.
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
   * ARN with which API Gateway invokes the function.
   */
  public readonly functionInvokeArn: pulumi.Output<string>;
  /**
   * Newest published version of the function; `$LATEST` unless `publish` is set.
   */
  public readonly functionVersion: pulumi.Output<string>;
  /**
   * The function itself, for code that needs the resource. Only in programs that import the component: other programs
   * would look each function up in the engine, whether it is used or not.
   */
  public readonly function: LambdaFunction;

  constructor(name: string, args: ObservedFunctionArgs, opts?: ObservedFunctionOptions) {
    const given = withoutAbsent(args);
    checkArguments(name, given);
    super(
      "clickstack-lambda:index:ObservedFunction",
      name,
      withSecrets(componentInputs(given)),
      componentOptions(name, opts),
    );
    const region = () => functionRegion(given, { parent: this });
    const account = () => providerAccount({ parent: this });
    const checked = checkLater(name, given, { region, account });
    const found = findingsOf(opts);
    const confirmed = checked.then(() => confirmDelivery(name, given, { parent: this }, found));
    const valid = orStopUpdate(name, confirmed);
    const options = { parent: this, dependsOn: afterAll(valid, opts) };
    const stored = storeSecrets(name, given, options);
    const names = [name, ...formerNames(given.functionAlias, opts)];
    const parts = observedParts({ name, args: stored, region, names, hasOwnKeys: holdsKeys(given) }, options);
    const made = orStopUpdate(name, awaitedResources(parts.resources));
    const before = Promise.all([options.dependsOn, made]).then(([needed, own]) => [...needed, ...own]);
    const functionOpts = { ...functionOptions(opts, given.functionAlias), parent: this, dependsOn: before };
    const functionArgs = { ...functionInputs(stored), ...parts.inputs, role: parts.role.arn };
    const observed = withoutPositions(() => new LambdaFunction(name, functionArgs, functionOpts));
    parts.finish(observed.name);

    this.functionArn = observed.arn;
    this.functionName = observed.name;
    this.roleArn = parts.role.arn;
    this.roleName = parts.role.name;
    this.layerArns = pulumi.output(combined([parts.inputs.layers], ([arns]) => arns ?? []));
    this.environmentVariableNames = parts.variableNames;
    this.functionInvokeArn = observed.invokeArn;
    this.functionVersion = observed.version;
    this.function = observed;
    this.registerOutputs({
      functionArn: this.functionArn,
      functionName: this.functionName,
      roleArn: this.roleArn,
      roleName: this.roleName,
      layerArns: this.layerArns,
      environmentVariableNames: this.environmentVariableNames,
      functionInvokeArn: this.functionInvokeArn,
      functionVersion: this.functionVersion,
    });
  }
}

/**
 * What the component itself waits for, on behalf of its child resources, which Pulumi does not make wait for it. Not an
 * output: Pulumi searches an output's resources, their outputs and parents for unknown values, several times over.
 */
async function afterAll(
  valid: Promise<void>,
  { dependsOn = [] }: pulumi.ComponentResourceOptions = {},
): Promise<pulumi.Input<pulumi.Resource>[]> {
  await valid;
  return [dependsOn].flat() as pulumi.Input<pulumi.Resource>[];
}
