/**
 * The regions that the extension is published in unless the stack's configuration says otherwise: those of the
 * ClickStack guide for AWS Lambda. All of them are on by default in every account.
 */
export const defaultRegions: readonly string[] = [
  "us-east-2",
  "us-west-2",
  "eu-central-1",
  "eu-north-1",
  "eu-west-3",
  "ca-central-1",
  "ap-southeast-2",
  "ap-northeast-2",
  "ap-south-1",
  "sa-east-1",
];
