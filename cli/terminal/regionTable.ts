import type { Publication } from "../run/publishLayers";
import { type Output, styled, type Terminal } from "./terminal";

/** The parts of a publication that the table needs. */
export type PlacedLayer = Pick<Publication["layer"], "region">;

/**
 * The progress of publishing in many regions: on a terminal a row per region, redrawn; elsewhere a line when a region
 * is done.
 */
export class RegionTable {
  private readonly regions: Map<string, RegionRow>;
  private drawn = 0;

  constructor(
    private readonly terminal: Terminal,
    planned: readonly PlacedLayer[],
  ) {
    this.regions = new Map();
    for (const { region } of planned) {
      const row = this.regions.get(region) ?? { total: 0, done: [] };
      this.regions.set(region, { ...row, total: row.total + 1 });
    }
    if (this.isLive) this.draw();
  }

  /** Completes one layer version. */
  step({ layer: { region }, result, reason }: Publication): void {
    const row = this.regions.get(region);
    if (row === undefined) return;
    row.done.push({ result, ...(reason !== undefined && { reason }) });
    if (this.isLive) this.draw();
    else if (row.done.length === row.total) this.terminal.err.write(`${rowText(region, row)}\n`);
  }

  /** Ends the table. */
  end(): void {
    if (!this.isLive) return;
    this.clear();
    this.drawn = 0;
  }

  /** A table that is longer than the terminal could not be redrawn. */
  private get isLive(): boolean {
    const { isTTY, rows = 24 }: Output = this.terminal.err;
    return isTTY === true && this.regions.size < rows;
  }

  private draw(): void {
    this.clear();
    const { err } = this.terminal;
    const width = err.columns ?? 80;
    for (const [region, row] of this.regions) {
      const text = rowText(region, row).slice(0, width - 1);
      err.write(`${styled(this.terminal, err, colourOf(row), text)}\n`);
    }
    this.drawn = this.regions.size;
  }

  private clear(): void {
    if (this.drawn > 0) this.terminal.err.write(`\u001b[${this.drawn}A\u001b[J`);
  }
}

/** A region: its number of layer versions, and the results so far. */
export interface RegionRow {
  total: number;
  done: { result: Publication["result"]; reason?: string }[];
}

/** Such as `eu-west-1       1/3  1 published`. */
export function rowText(region: string, { total, done }: RegionRow): string {
  const counts = new Map<string, number>();
  for (const { result } of done) counts.set(result, (counts.get(result) ?? 0) + 1);
  const parts = [...counts].map(([result, count]) => `${count} ${result}`);
  const reason = done.find((one) => one.reason !== undefined)?.reason;
  return [region.padEnd(15), `${done.length}/${total}`, parts.join(", "), reason ?? ""]
    .filter((part) => part !== "")
    .join("  ");
}

function colourOf({ total, done }: RegionRow): "red" | "green" | "dim" {
  if (done.some(({ result }) => result === "failed")) return "red";
  return done.length === total ? "green" : "dim";
}
