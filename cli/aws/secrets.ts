import { parameterName, type SecretReference, secretField } from "../../provider/plan/telemetry/references";
import type { SecretView } from "../plan/verification";
import { awsErrorName, describeError } from "./awsError";
import type { AwsClients } from "./clients";

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
