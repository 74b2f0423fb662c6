import { distance } from "fastest-levenshtein";

/**
 * The candidate that the user probably meant, or undefined if none is similar. Case, dashes and underscores are
 * ignored.
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

/** ` Did you mean x?`, or nothing if no candidate is similar. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}
