import { checkRegions, commercialRegions, optInRegions } from "../aws/regions";
import type { Problem } from "../problem";

/** The regions that a user requests. */
export interface WantedRegions {
  /** Exactly these, instead of every commercial region. */
  regions?: readonly string[];
  /** Additional regions. */
  additionalRegions?: readonly string[];
}

/** The regions to publish in, and the requested ones that are skipped. */
export interface RegionChoice {
  regions: string[];
  /** Regions that are skipped because the account has not enabled them. */
  skipped: string[];
  problems: Problem[];
}

/**
 * The regions to publish in: those that are requested and that the account has enabled.
 * @param enabled regions that the account can use, or undefined if that cannot be queried. Then the regions that are
 * enabled in every account are used, and others if they are named.
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
