import type { Problem } from "./problem";
import { checkRegions } from "./regions";
import { type ArchitectureName, checkArchitecture } from "./runtimes";

/** A zip of the extension for one architecture. */
export interface BuiltLayer {
  /** Absolute path of the zip. */
  path: string;
  /** Hexadecimal SHA-256 of the zip. */
  sha256: string;
}

/** One layer version to publish. */
export interface PlannedLayer extends BuiltLayer {
  region: string;
  architecture: ArchitectureName;
}

/** What is to be published where. */
export interface PublicationArguments {
  regions: readonly string[];
  architectures?: readonly string[];
  namePrefix?: string;
}

/** The zips there are. */
export interface BuiltLayers {
  layers: Partial<Record<ArchitectureName, BuiltLayer>>;
}

/** The layer versions to publish, region by region, or what is wrong with the arguments. */
export function planLayers(
  { regions, architectures, namePrefix }: PublicationArguments,
  built: BuiltLayers,
): { planned: PlannedLayer[]; problems: Problem[] } {
  const wanted = architectures ?? Object.keys(built.layers);
  const problems = [
    ...checkRegions(regions),
    ...checkArchitectures(wanted, built),
    ...checkNamePrefix(namePrefix),
  ];
  if (problems.length > 0) return { planned: [], problems };
  const planned = regions.flatMap((region) =>
    wanted.flatMap((name): PlannedLayer[] => {
      const architecture = name as ArchitectureName;
      const layer = built.layers[architecture];
      return layer ? [{ region, architecture, path: layer.path, sha256: layer.sha256 }] : [];
    }),
  );
  return { planned, problems };
}

function checkArchitectures(wanted: readonly string[], built: BuiltLayers): Problem[] {
  if (wanted.length === 0)
    return [{ propertyPath: "architectures", reason: "name at least one architecture" }];
  return wanted.flatMap((architecture, index): Problem[] => {
    const propertyPath = `architectures[${index}]`;
    const reason = checkArchitecture(architecture);
    if (reason !== undefined) return [{ propertyPath, reason }];
    if (wanted.indexOf(architecture) < index)
      return [{ propertyPath, reason: `${architecture} is listed already` }];
    if (built.layers[architecture as ArchitectureName] !== undefined) return [];
    const there = Object.keys(built.layers).join(", ") || "none";
    const missing = `the extension was not built for ${architecture} (built: ${there}). Run \`npm run layers:build -- --all-architectures\``;
    return [{ propertyPath, reason: missing }];
  });
}

function checkNamePrefix(namePrefix: string | undefined): Problem[] {
  if (namePrefix === undefined || /^[A-Za-z0-9_-]{1,100}$/.test(namePrefix)) return [];
  return [{ propertyPath: "namePrefix", reason: "takes 1 to 100 letters, digits, dashes and underscores" }];
}
