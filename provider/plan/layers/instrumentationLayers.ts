// Tables of published layers, last compared with their sources on 2026-11-30. To update them: the OpenTelemetry project's
// versions are the tags `layer-<language>/<version>` of open-telemetry/opentelemetry-lambda, its regions the matrix of the
// workflows .github/workflows/release-layer-<language>.yml there; AWS's are in aws-otel.github.io.
import { commercialRegions } from "../aws/regions";

/** Languages with instrumentation layers. */
export type Language = "nodejs" | "python" | "java" | "ruby" | "dotnet";

/** Layers of one language: their names, and the script that starts them. */
export interface LanguageLayer {
  /** Script in the layer for `AWS_LAMBDA_EXEC_WRAPPER`. */
  execWrapper: string;
  /** The default version. For AWS's newer layers it depends on the region. */
  version?: string;
  /** ARN of a layer version. */
  arn(version: string, region: string, architecture: "amd64" | "arm64"): string;
}

/**
 * The OpenTelemetry project's layers: one name for each version, for both architectures
 * (open-telemetry/opentelemetry-lambda, .github/workflows/layer-publish.yml and release-layer-*.yml). Versions are those of
 * August 2026.
 */
export const openTelemetryLayers: Readonly<Partial<Record<Language, LanguageLayer>>> = {
  nodejs: openTelemetry("nodejs", "/opt/otel-handler", "0.23.0"),
  python: openTelemetry("python", "/opt/otel-instrument", "0.21.0"),
  java: openTelemetry("javaagent", "/opt/otel-handler", "0.21.0"),
  ruby: openTelemetry("ruby", "/opt/otel-handler", "0.15.0"),
};

/** Regions that the OpenTelemetry project publishes in, from the same workflows: all 34 of the commercial partition. */
export const openTelemetryRegions: readonly string[] = commercialRegions;

/** Regions of AWS's older layers (aws-otel.github.io, legacy Lambda pages). */
export const legacyAdotRegions: readonly string[] = [
  ...["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"],
  ...["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];

/** AWS's older layers, one name for each version and architecture (aws-otel.github.io, legacy Lambda pages). */
export const legacyAdotLayers: Readonly<Partial<Record<Language, LanguageLayer>>> = {
  nodejs: legacyAdot("nodejs", "/opt/otel-handler", "1-30-2:1"),
  python: legacyAdot("python", "/opt/otel-instrument", "1-32-0:2"),
  java: legacyAdot("java-agent", "/opt/otel-handler", "1-32-0:6"),
};

/** Names of AWS's newer layers, one for both architectures; all are started by the same script. */
export const adotLayerNames: Readonly<Partial<Record<Language, string>>> = {
  nodejs: "AWSOpenTelemetryDistroJs",
  python: "AWSOpenTelemetryDistroPython",
  java: "AWSOpenTelemetryDistroJava",
  dotnet: "AWSOpenTelemetryDistroDotNet",
};

/** The script that starts AWS's newer layers. */
export const adotExecWrapper = "/opt/otel-instrument";

/** AWS's newer layers in a region: the account, and the newest known version by language. */
export interface AdotRegion {
  account: string;
  versions: Readonly<Partial<Record<Language, number>>>;
}

/** Account of AWS's newer layers in most regions. */
const defaultAdotAccount = "615299751070";

/** AWS's newer layers by region (aws-otel.github.io, src/config/lambdaLayerArns.js of 2026-07-22). */
export const adotRegions: Readonly<Record<string, AdotRegion>> = {
  "af-south-1": adot(15, 23, 16, 13, "904233096616"),
  "ap-east-1": adot(15, 23, 16, 13, "888577020596"),
  "ap-east-2": adot(4, 4, 5, 4, "412664885777"),
  "ap-northeast-1": adot(15, 26, 16, 13),
  "ap-northeast-2": adot(15, 26, 16, 13),
  "ap-northeast-3": adot(15, 26, 16, 13),
  "ap-south-1": adot(15, 26, 16, 13),
  "ap-south-2": adot(15, 23, 16, 13, "796973505492"),
  "ap-southeast-1": adot(15, 25, 16, 13),
  "ap-southeast-2": adot(15, 26, 16, 13),
  "ap-southeast-3": adot(15, 23, 16, 13, "039612877180"),
  "ap-southeast-4": adot(15, 23, 16, 13, "713881805771"),
  "ap-southeast-5": adot(8, 14, 13, 9, "152034782359"),
  "ap-southeast-6": adot(3, 3, 5, 3, "313828097273"),
  "ap-southeast-7": adot(8, 14, 13, 9, "980416031188"),
  "ca-central-1": adot(15, 26, 16, 13),
  "ca-west-1": adot(8, 14, 13, 9, "595944127152"),
  "cn-north-1": adot(8, 14, 13, 9, "440179912924"),
  "cn-northwest-1": adot(8, 14, 13, 9, "440180067931"),
  "eu-central-1": adot(15, 26, 16, 13),
  "eu-central-2": adot(15, 23, 16, 13, "156041407956"),
  "eu-north-1": adot(15, 26, 16, 13),
  "eu-south-1": adot(15, 23, 16, 13, "257394471194"),
  "eu-south-2": adot(15, 23, 16, 13, "490004653786"),
  "eu-west-1": adot(15, 26, 16, 13),
  "eu-west-2": adot(15, 26, 16, 13),
  "eu-west-3": adot(15, 26, 16, 13),
  "il-central-1": adot(15, 23, 16, 13, "746669239226"),
  "me-central-1": adot(15, 22, 16, 13, "739275441131"),
  // No longer listed except for Node.js; the published versions still exist.
  "me-south-1": adot(12, 19, 12, 11, "980921751758"),
  "mx-central-1": adot(8, 14, 13, 9, "610118373846"),
  "sa-east-1": adot(15, 26, 16, 13),
  "us-east-1": adot(15, 29, 16, 14),
  "us-east-2": adot(15, 26, 16, 13),
  "us-west-1": adot(15, 33, 16, 13),
  "us-west-2": adot(15, 33, 16, 13),
};

function adot(
  nodejs: number,
  python: number,
  java: number,
  dotnet: number,
  account = defaultAdotAccount,
): AdotRegion {
  return { account, versions: { nodejs, python, java, dotnet } };
}

function openTelemetry(name: string, execWrapper: string, version: string): LanguageLayer {
  return {
    execWrapper,
    version,
    arn: (of, region) =>
      `arn:aws:lambda:${region}:184161586896:layer:opentelemetry-${name}-${of.replaceAll(".", "_")}:1`,
  };
}

function legacyAdot(name: string, execWrapper: string, version: string): LanguageLayer {
  return {
    execWrapper,
    version,
    arn: (of, region, architecture) =>
      `arn:aws:lambda:${region}:901920570463:layer:aws-otel-${name}-${architecture}-ver-${of}`,
  };
}
