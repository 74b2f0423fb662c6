import { existsSync, readFileSync } from "node:fs";
import type { LayersFile, TelemetryOptions } from "../plan/telemetryOptions";
import { UsageError } from "../plan/usageError";

const defaultFile = "layers.json";

/** The published layers, if no option names a layer. */
export function layersFile({
  layers,
  layerArn,
  rotel,
}: TelemetryOptions & { layers?: string }): LayersFile | undefined {
  if (layers === undefined && (layerArn !== undefined || rotel !== undefined)) return undefined;
  const file = layers ?? defaultFile;
  if (layers === undefined && !existsSync(file)) {
    throw new UsageError(
      `${defaultFile} is missing: create it with \`clickstack-lambda layers publish\`, or with \`pulumi stack output manifest --json\` in the project that publishes the layers, or pass --layers, --layer-arn or --rotel`,
    );
  }
  try {
    return { manifest: JSON.parse(readFileSync(file, "utf8")) };
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read as JSON: ${(error as NodeJS.ErrnoException).code ?? "it is not JSON"}`,
    );
  }
}
