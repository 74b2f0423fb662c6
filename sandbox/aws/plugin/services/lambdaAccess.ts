import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlAuthType,
  GetAliasCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  type InvokeMode,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import type {
  AliasArgs,
  AliasState,
  FunctionUrlArgs,
  FunctionUrlState,
  PermissionArgs,
  PermissionState,
} from "@pulumi/aws/lambda";
import { defineResource, ifFound, type Plain, uniqueSuffix } from "../base/resource";
import { oneOf } from "../base/validators";
import { permissionValidators } from "./lambdaValidators";

/** `aws.lambda.Permission`: a statement of a function's resource policy. */
export const permission = defineResource<PermissionArgs, PermissionState>({
  token: "aws:lambda/permission:Permission",
  inputs: [
    ...["action", "function", "functionUrlAuthType", "principal", "qualifier", "sourceAccount", "sourceArn"],
    "statementId",
  ] as (keyof PermissionArgs)[],
  required: ["action", "function", "principal"],
  replaceOn: "all",
  validators: permissionValidators,
  computed: ["statementId", "statementIdPrefix"],
  regional: true,
  async create(aws, inputs) {
    const StatementId = inputs.statementId ?? `terraform-${uniqueSuffix()}`;
    await aws.lambda.send(
      new AddPermissionCommand({
        StatementId,
        FunctionName: String(inputs.function),
        Action: inputs.action,
        Principal: inputs.principal,
        Qualifier: inputs.qualifier,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
        FunctionUrlAuthType: inputs.functionUrlAuthType as FunctionUrlAuthType | undefined,
      }),
    );
    return StatementId;
  },
  async read(aws, id, known) {
    const { function: FunctionName, qualifier: Qualifier } = known;
    if (typeof FunctionName !== "string") return undefined;
    const found = await ifFound(aws.lambda.send(new GetPolicyCommand({ FunctionName, Qualifier })));
    const statements: { Sid: string; Action: string }[] = JSON.parse(found?.Policy ?? "{}").Statement ?? [];
    const statement = statements.find(({ Sid }) => Sid === id);
    return statement && { action: statement.Action, statementId: id, statementIdPrefix: "" };
  },
  async delete(aws, StatementId, state) {
    const { function: name, qualifier: Qualifier } = state;
    await ifFound(
      aws.lambda.send(new RemovePermissionCommand({ FunctionName: String(name), StatementId, Qualifier })),
    );
  },
});

/** `aws.lambda.FunctionUrl`. */
export const functionUrl = defineResource<FunctionUrlArgs, FunctionUrlState>({
  token: "aws:lambda/functionUrl:FunctionUrl",
  inputs: ["authorizationType", "cors", "functionName", "invokeMode"],
  required: ["authorizationType", "functionName"],
  defaults: { invokeMode: "BUFFERED" },
  replaceOn: ["functionName"],
  validators: {
    authorizationType: oneOf(["AWS_IAM", "NONE"]),
    invokeMode: oneOf(["BUFFERED", "RESPONSE_STREAM"]),
  },
  computed: ["functionArn", "functionUrl", "urlId"],
  regional: true,
  async create(aws, inputs) {
    await aws.lambda.send(new CreateFunctionUrlConfigCommand(urlConfig(inputs)));
    return String(inputs.functionName);
  },
  async read(aws, FunctionName, known) {
    const found = await ifFound(aws.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName })));
    return (
      found && {
        authorizationType: found.AuthType,
        cors: known.cors,
        functionArn: found.FunctionArn,
        functionName: FunctionName,
        functionUrl: found.FunctionUrl,
        invokeMode: found.InvokeMode,
        urlId: new URL(found.FunctionUrl ?? "http://none").hostname.split(".")[0],
      }
    );
  },
  async update(aws, _id, { inputs }) {
    await aws.lambda.send(new UpdateFunctionUrlConfigCommand(urlConfig(inputs)));
  },
  async delete(aws, FunctionName) {
    await ifFound(aws.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName })));
  },
});

function urlConfig(inputs: Plain<FunctionUrlArgs>) {
  return {
    FunctionName: String(inputs.functionName),
    AuthType: inputs.authorizationType as FunctionUrlAuthType,
    InvokeMode: inputs.invokeMode as InvokeMode | undefined,
    Cors: {
      AllowCredentials: inputs.cors?.allowCredentials,
      AllowHeaders: inputs.cors?.allowHeaders,
      AllowMethods: inputs.cors?.allowMethods,
      AllowOrigins: inputs.cors?.allowOrigins,
      ExposeHeaders: inputs.cors?.exposeHeaders,
      MaxAge: inputs.cors?.maxAge,
    },
  };
}

/** `aws.lambda.Alias`. */
export const alias = defineResource<AliasArgs, AliasState>({
  token: "aws:lambda/alias:Alias",
  inputs: ["description", "functionName", "functionVersion", "name", "routingConfig"],
  required: ["functionName", "functionVersion"],
  autoName: { maxLength: 255 },
  replaceOn: ["functionName", "name"],
  computed: ["arn", "invokeArn"],
  regional: true,
  async create(aws, inputs) {
    const made = await aws.lambda.send(new CreateAliasCommand(aliasConfig(inputs)));
    return made.AliasArn ?? "";
  },
  async read(aws, id, known) {
    const [Name = ""] = id.split(":").slice(-1);
    const FunctionName = id.slice(0, -Name.length - 1);
    const found = await ifFound(aws.lambda.send(new GetAliasCommand({ FunctionName, Name })));
    const weights = found?.RoutingConfig?.AdditionalVersionWeights;
    return (
      found && {
        arn: id,
        description: found.Description,
        functionName: known.functionName ?? FunctionName,
        functionVersion: found.FunctionVersion,
        invokeArn: `arn:${aws.partition}:apigateway:${aws.region}:lambda:path/2015-03-31/functions/${id}/invocations`,
        name: found.Name,
        routingConfig: weights && { additionalVersionWeights: weights },
      }
    );
  },
  async update(aws, _id, { inputs }) {
    await aws.lambda.send(new UpdateAliasCommand(aliasConfig(inputs)));
  },
  async delete(aws, _id, state) {
    const { functionName: FunctionName, name: Name } = state;
    await ifFound(aws.lambda.send(new DeleteAliasCommand({ FunctionName: String(FunctionName), Name })));
  },
});

function aliasConfig(inputs: Plain<AliasArgs>) {
  return {
    FunctionName: String(inputs.functionName),
    Name: inputs.name,
    FunctionVersion: inputs.functionVersion,
    Description: inputs.description ?? "",
    RoutingConfig: { AdditionalVersionWeights: inputs.routingConfig?.additionalVersionWeights ?? {} },
  };
}
