import { didYouMean } from "../nearestName";

/** Processor architectures of AWS Lambda, as its API names them. */
export const architectures = ["x86_64", "arm64"] as const;

/** A processor architecture of AWS Lambda. */
export type ArchitectureName = (typeof architectures)[number];

/** The default architecture. */
export const defaultArchitecture: ArchitectureName = "x86_64";

/**
 * The runtimes that a published layer is listed for in the AWS console. Lambda accepts at most 15 and does not enforce
 * them: the extension is a static program that runs with any runtime.
 */
export const compatibleRuntimes: readonly string[] = [
  "nodejs20.x",
  "nodejs22.x",
  "nodejs24.x",
  "python3.11",
  "python3.12",
  "python3.13",
  "python3.14",
  "java17",
  "java21",
  "java25",
  "dotnet8",
  "ruby3.3",
  "ruby3.4",
  "provided.al2",
  "provided.al2023",
];

/**
 * Runtime identifiers on Amazon Linux 2 and later, by pattern, so that future runtimes need no new release (the API
 * model of botocore 1.44.8, shape Runtime, 2026-11-29). `custom` is a customer-managed runtime, which supports layers.
 */
const runtimeForms: readonly RegExp[] = [
  /^nodejs\d{2}\.x$/,
  /^python3\.\d{1,2}$/,
  /^java(8\.al\d+|\d{2}(\.al\d+)?)$/,
  /^dotnet\d{1,2}$/,
  /^ruby\d\.\d$/,
  /^provided\.al\d+$/,
  /^custom$/,
];

/** Runtimes on the first Amazon Linux, on which external extensions do not run, or which Lambda no longer creates. */
const retiredRuntimes: readonly string[] = [
  "dotnet5.0",
  "dotnetcore1.0",
  "dotnetcore2.0",
  "dotnetcore2.1",
  "dotnetcore3.1",
  "go1.x",
  "java8",
  "nodejs10.x",
  "nodejs12.x",
  "nodejs14.x",
  "provided",
  "python2.7",
  "python3.6",
  "python3.7",
  "ruby2.5",
  "ruby2.7",
];

/** Why the extension cannot observe functions of this runtime, or undefined when it can. */
export function checkRuntime(runtime: string): string | undefined {
  if (retiredRuntimes.includes(runtime)) {
    return `${runtime} is retired: Lambda no longer creates functions with it. Use a runtime on Amazon Linux 2023`;
  }
  if (runtimeForms.some((form) => form.test(runtime))) return undefined;
  const hint =
    didYouMean(runtime, compatibleRuntimes) || ` Known runtimes: ${compatibleRuntimes.join(", ")}.`;
  return `"${runtime}" is not a Lambda runtime.${hint}`;
}

/** Why this is not an architecture of AWS Lambda, or undefined if it is one. */
export function checkArchitecture(architecture: string): string | undefined {
  if ((architectures as readonly string[]).includes(architecture)) return undefined;
  const meant = ["amd64", "x64", "x8664", "x86-64"].includes(architecture.toLowerCase())
    ? "x86_64"
    : undefined;
  const hint = meant ? ` Did you mean ${meant}?` : didYouMean(architecture, architectures);
  return `"${architecture}" is not an architecture of AWS Lambda; must be one of: ${architectures.join(", ")}.${hint}`;
}
