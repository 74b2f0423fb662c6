import { checkRegions } from "../aws/regions";
import { type ArchitectureName, architectures, checkArchitecture, compatibleRuntimes } from "../aws/runtimes";
import type { Problem } from "../problem";
import { isTraced } from "./lightTracing";
import { checkLayerPermissions, type LayerPermissions } from "./permissions";

/** A zip of a layer. */
export interface BuiltLayer {
  /** Absolute path of the zip. */
  path: string;
  /** Hexadecimal SHA-256 of the zip. */
  sha256: string;
  /** Size of the unpacked layer in bytes. */
  unzippedSize: number;
  /** For the extension's zip: whether it contains light tracing. */
  tracing?: boolean;
}

/** One layer version to publish. */
export interface PlannedLayer extends BuiltLayer {
  region: string;
  /** Architecture of the extension in it; undefined for only light tracing, which is for all architectures. */
  architecture?: ArchitectureName;
}

/** What to publish, and where. */
export interface PublicationArguments {
  regions: readonly string[];
  architectures?: readonly string[];
  namePrefix?: string;
  tracing?: boolean;
  permissions?: LayerPermissions;
}

/** The available zips: of the extension by architecture, and of only light tracing. */
export interface BuiltLayers {
  layers: Partial<Record<ArchitectureName, BuiltLayer>>;
  tracing?: BuiltLayer;
}

/** The layer versions to publish, region by region, or the problems of the arguments. */
export function planLayers(
  { regions, architectures, namePrefix, tracing = false, permissions }: PublicationArguments,
  built: BuiltLayers,
): { planned: PlannedLayer[]; problems: Problem[] } {
  const wanted = architectures ?? Object.keys(built.layers);
  const problems = [
    ...checkList("regions", regions, () => checkRegions(regions)),
    ...checkList("architectures", wanted, () => checkArchitectures(wanted, built)),
    ...checkNamePrefix(namePrefix),
    ...checkTracing(tracing, built),
    ...checkLayerPermissions(permissions),
  ];
  if (problems.length > 0) return { planned: [], problems };
  const planned = regions.flatMap((region) => [
    ...wanted.flatMap((name): PlannedLayer[] => {
      const architecture = name as ArchitectureName;
      const layer = built.layers[architecture];
      return layer === undefined ? [] : [{ region, architecture, ...layerOf(layer) }];
    }),
    ...(tracing && built.tracing ? [{ region, ...layerOf(built.tracing) }] : []),
  ]);
  return { planned, problems };
}

function layerOf({ path, sha256, unzippedSize, tracing }: BuiltLayer): BuiltLayer {
  return { path, sha256, unzippedSize, ...(tracing && { tracing }) };
}

function checkTracing(wanted: unknown, built: BuiltLayers): Problem[] {
  const propertyPath = "tracing";
  if (typeof wanted !== "boolean" && wanted !== null) {
    const reason =
      "must be plain true or false: it determines which layer versions exist, so it cannot be the output of a resource";
    return [{ propertyPath, reason }];
  }
  if (!wanted || built.tracing !== undefined) return [];
  const reason =
    "light tracing is not among the layers that were built, which are of an earlier version. Run `npm run layers:build`, or install a newer clickstack-lambda-layers";
  return [{ propertyPath, reason }];
}

/** Languages without types, or with their own representation of outputs, can pass anything. */
function checkList(propertyPath: string, value: unknown, check: () => Problem[]): Problem[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return check();
  const reason =
    "must be a plain list of strings: it determines which layer versions exist, so it cannot be the output of a resource";
  return [{ propertyPath, reason }];
}

function checkArchitectures(wanted: readonly string[], built: BuiltLayers): Problem[] {
  if (wanted.length === 0)
    return [{ propertyPath: "architectures", reason: "specify at least one architecture" }];
  return wanted.flatMap((architecture, index): Problem[] => {
    const propertyPath = `architectures[${index}]`;
    const reason = checkArchitecture(architecture);
    if (reason !== undefined) return [{ propertyPath, reason }];
    if (wanted.indexOf(architecture) < index)
      return [{ propertyPath, reason: `${architecture} is listed twice` }];
    if (built.layers[architecture as ArchitectureName] !== undefined) return [];
    const there = Object.keys(built.layers).join(", ") || "none";
    const missing = `the extension was not built for ${architecture} (built: ${there}). Run \`npm run layers:build -- --all-architectures\`, or install clickstack-lambda-layers, which has both`;
    return [{ propertyPath, reason: missing }];
  });
}

function checkNamePrefix(namePrefix: string | undefined): Problem[] {
  if (namePrefix === undefined || namePrefix === null || /^[A-Za-z0-9_-]{1,100}$/.test(namePrefix)) return [];
  return [{ propertyPath: "namePrefix", reason: "must be 1 to 100 letters, digits, dashes and underscores" }];
}

/** The attributes of a layer version besides its zip. */
export interface LayerAttributes {
  layerName: string;
  description: string;
  compatibleArchitectures: string[];
  compatibleRuntimes: string[];
}

/** Name, description and compatibility of a layer version; the description identifies its zip. */
export function layerAttributes(
  { architecture, sha256 }: Pick<PlannedLayer, "architecture" | "sha256">,
  layerName: string,
): LayerAttributes {
  const content = architecture === undefined ? "light tracing" : "extension";
  return {
    layerName,
    description: `ClickStack ${content}, sha256 ${sha256.slice(0, 16)}`,
    compatibleArchitectures: architecture === undefined ? [...architectures] : [architecture],
    compatibleRuntimes:
      architecture === undefined ? compatibleRuntimes.filter(isTraced) : [...compatibleRuntimes],
  };
}
