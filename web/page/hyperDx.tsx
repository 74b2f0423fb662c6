import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { hyperDxLinks, TimeRange } from "../../clickstack/links";

type Links = ReturnType<typeof hyperDxLinks>;

/** The addresses of HyperDX; undefined if it is not configured. */
export const HyperDx = createContext<Links | undefined>(undefined);

const HOUR_MS = 3_600_000;

/** A link to HyperDX for what happened at a time; nothing if HyperDX is not configured. */
export function HyperDxLink({ at, of }: { at: number; of: (links: Links, range: TimeRange) => string }) {
  const links = useContext(HyperDx);
  if (links === undefined) return null;
  const range = { from: Math.floor(at) - HOUR_MS, to: Math.ceil(at) + HOUR_MS };
  return (
    <a href={of(links, range)} target="_blank" rel="noreferrer">
      Open in HyperDX
    </a>
  );
}
