import { distance } from "fastest-levenshtein";

/**
 * The candidate that the user probably meant, or undefined when none is near.
 * Upper and lower case, dashes and underscores count as the same.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = simplify(name);
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  let nearest: string | undefined;
  let smallest = limit + 1;
  for (const candidate of candidates) {
    const away = distance(wanted, simplify(candidate));
    if (away < smallest) [nearest, smallest] = [candidate, away];
  }
  return nearest;
}

/** ` Did you mean x?`, or nothing when no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}
