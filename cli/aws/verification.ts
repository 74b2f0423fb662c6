import { parameterName, type SecretReference, secretField } from "../../provider/plan/telemetry/references";
import type { NeededAccess } from "../plan/access";
import type { SubnetRoute } from "../plan/route";
import type { Access, LayerView, SecretView } from "../plan/verification";
import { awsErrorName, describeError } from "./awsError";
import type { AwsClients } from "./clients";

/** Reads a layer version, also of another account. */
export async function readLayer(clients: AwsClients, region: string, Arn: string): Promise<LayerView> {
  const { GetLayerVersionByArnCommand } = await import("@aws-sdk/client-lambda");
  try {
    const client = await clients.lambda(region);
    const { CompatibleArchitectures } = await client.send(new GetLayerVersionByArnCommand({ Arn }));
    return { architectures: CompatibleArchitectures ?? [] };
  } catch (error) {
    return { error: describeError(error) };
  }
}

const missing = new Set(["ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound"]);

/** Reads a secret or parameter with the permissions of the caller. @returns its value and its description. */
export async function readSecret(
  clients: AwsClients,
  reference: SecretReference,
): Promise<{ view: SecretView; value?: string }> {
  try {
    const { value, ...more } = await (reference.service === "ssm" ? readParameter : readStoredSecret)(
      clients,
      reference,
    );
    const field = secretField(value, reference.jsonKey);
    if (field !== undefined) return { view: { reference, found: true, ...more }, value: field };
    const error = `it has no field ${reference.jsonKey}`;
    return { view: { reference, found: false, error, isMissing: true } };
  } catch (error) {
    const isMissing = missing.has(awsErrorName(error) ?? "");
    return { view: { reference, found: false, error: describeError(error), isMissing } };
  }
}

async function readParameter(clients: AwsClients, { region, resourceName }: SecretReference) {
  const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
  const client = await clients.ssm(region);
  const Name = parameterName(resourceName);
  const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
  return { value: Parameter?.Value ?? "" };
}

async function readStoredSecret(clients: AwsClients, { region, arn }: SecretReference) {
  const { DescribeSecretCommand, GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const client = await clients.secretsManager(region);
  const { SecretString, SecretBinary, ARN } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  const kmsKey = await client.send(new DescribeSecretCommand({ SecretId: arn })).then(
    ({ KmsKeyId }) => KmsKeyId,
    () => undefined,
  );
  const value = SecretString ?? Buffer.from(SecretBinary ?? []).toString("utf8");
  return { value, ...(ARN && { arn: ARN }), ...(kmsKey && { kmsKey }) };
}

/** What a role may do, according to its policies. */
export async function simulateAccess(
  clients: AwsClients,
  role: { arn: string; region: string },
  needed: readonly NeededAccess[],
): Promise<readonly Access[] | { error: string }> {
  const { SimulatePrincipalPolicyCommand } = await import("@aws-sdk/client-iam");
  const client = await clients.iam(role.region);
  const simulate = async ({ action, resource, context = {} }: NeededAccess): Promise<Access> => {
    const ContextEntries = Object.entries(context).map(([ContextKeyName, values]) => ({
      ContextKeyName,
      ContextKeyValues: [...values],
      ContextKeyType: values.length > 1 ? ("stringList" as const) : ("string" as const),
    }));
    const { EvaluationResults = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: role.arn,
        ActionNames: [action],
        ResourceArns: [resource],
        ...(ContextEntries.length > 0 && { ContextEntries }),
      }),
    );
    return { action, resource, decision: EvaluationResults[0]?.EvalDecision ?? "implicitDeny" };
  };
  try {
    return await Promise.all(needed.map(simulate));
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** The targets of the subnets' default routes. */
export async function readRoutes(
  clients: AwsClients,
  region: string,
  subnetIds: readonly string[],
): Promise<SubnetRoute[]> {
  const { DescribeRouteTablesCommand, DescribeSubnetsCommand } = await import("@aws-sdk/client-ec2");
  const client = await clients.ec2(region);
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  const vpcs = [...new Set(Subnets.map(({ VpcId = "" }) => VpcId))];
  const { RouteTables = [] } = await client.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: vpcs }] }),
  );
  return Subnets.map(({ SubnetId = "", VpcId }): SubnetRoute => {
    const associated = RouteTables.find(({ Associations = [] }) =>
      Associations.some((one) => one.SubnetId === SubnetId),
    );
    const main = RouteTables.find((one) => one.VpcId === VpcId && one.Associations?.some(({ Main }) => Main));
    const route = (associated ?? main)?.Routes?.find((one) => one.DestinationCidrBlock === "0.0.0.0/0");
    const target =
      route?.NatGatewayId ??
      route?.TransitGatewayId ??
      route?.GatewayId ??
      route?.NetworkInterfaceId ??
      route?.InstanceId ??
      route?.VpcPeeringConnectionId ??
      route?.LocalGatewayId;
    return { subnetId: SubnetId, ...(target && { target }), ...(route?.State && { state: route.State }) };
  });
}

/** The result of an invocation. */
export interface Invoked {
  requestId: string;
  /** `errorType` of the function's response, if it failed. */
  errorType?: string;
}

/** Runs a function and waits for its response. */
export async function invokeFunction(
  clients: AwsClients,
  { region, name }: { region: string; name: string },
  payload: string,
): Promise<Invoked> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(payload) }));
  const requestId = answer.$metadata.requestId ?? "";
  if (answer.FunctionError === undefined) return { requestId };
  const text = Buffer.from(answer.Payload ?? []).toString("utf8");
  return { requestId, errorType: /"errorType":\s*"([^"]*)"/.exec(text)?.[1] ?? answer.FunctionError };
}

/** Number of log streams of a group that were created or written to since a moment; 0 if there is no group. */
export async function countStreams(
  clients: AwsClients,
  region: string,
  logGroupName: string,
  since: number,
): Promise<number | { error: string }> {
  const { DescribeLogStreamsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  try {
    const client = await clients.logs(region);
    const { logStreams = [] } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true }),
    );
    return logStreams.filter(
      ({ creationTime = 0, lastIngestionTime = 0 }) => Math.max(creationTime, lastIngestionTime) >= since,
    ).length;
  } catch (error) {
    if (awsErrorName(error) === "ResourceNotFoundException") return 0;
    return { error: describeError(error) };
  }
}
