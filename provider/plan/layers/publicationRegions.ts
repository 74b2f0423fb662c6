import { checkRegions, commercialRegions, optInRegions } from "../aws/regions";
import type { Problem } from "../problem";

/** Which regions a user asks for. */
export interface WantedRegions {
  /** Exactly these, in place of every commercial region. */
  regions?: readonly string[];
  /** These besides. */
  additionalRegions?: readonly string[];
}

/** Where to publish, and where not although it was asked for. */
export interface RegionChoice {
  regions: string[];
  /** Regions that are left out because the account has not enabled them. */
  skipped: string[];
  problems: Problem[];
}

/**
 * The regions to publish in: those that are wanted and that the account has enabled.
 * @param enabled regions that the account can use, or undefined when it may not be asked. Then the regions that are on
 * in every account are taken, and the others where they are named.
 */
export function chooseRegions(wanted: WantedRegions, enabled: readonly string[] | undefined): RegionChoice {
  const { regions: named, additionalRegions = [] } = wanted;
  const problems = [
    ...(named === undefined ? [] : checkRegions(named)),
    ...(additionalRegions.length === 0 ? [] : checkRegions(additionalRegions, "additionalRegions")),
  ];
  if (problems.length > 0) return { regions: [], skipped: [], problems };
  const asked = [...new Set([...(named ?? commercialRegions), ...additionalRegions])].sort();
  const byName = new Set([...(named ?? []), ...additionalRegions]);
  const usable = (region: string): boolean =>
    enabled ? enabled.includes(region) : byName.has(region) || !optInRegions.includes(region);
  const regions = asked.filter(usable);
  const skipped = asked.filter((region) => !usable(region));
  if (regions.length > 0) return { regions, skipped, problems: [] };
  const reason = `none of ${skipped.join(", ")} is enabled in the account; it has ${(enabled ?? []).join(", ") || "none"}. Enable one, or specify regions that are enabled`;
  return { regions, skipped, problems: [{ propertyPath: "regions", reason }] };
}
