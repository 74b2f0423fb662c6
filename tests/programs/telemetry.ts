import { type Observed, type ObservedInputs, observed } from "../../observed";

export const region = "eu-west-1";
const account = "123456789012";
/** Layers that everybody may use. */
export const layerAccount = "210987654321";
const secret = `arn:aws:secretsmanager:${region}:${account}:secret:clickstack-AbCdEf`;

/** The placeholders of the documented programs. */
export const telemetry = {
  extension: {
    manifest: {
      formatVersion: 1,
      layers: (["x86_64", "arm64"] as const).map((architecture) => ({
        region,
        architecture,
        layerVersionArn: `arn:aws:lambda:${region}:${layerAccount}:layer:clickstack-extension-${architecture === "arm64" ? "arm64" : "amd64"}:9`,
      })),
    },
  },
  endpoint: "https://clickstack.example.com:4318",
  authorization: secret,
  // This leads to a statement with a condition.
  secretKmsKeyArns: [`arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-555555555555`],
} satisfies Partial<ObservedInputs>;

/** The result of `observed` for a function with this telemetry. */
export function expected(own: Omit<ObservedInputs<object>, "region" | "extension">): Observed<object> {
  return observed({ ...telemetry, region, ...own });
}
