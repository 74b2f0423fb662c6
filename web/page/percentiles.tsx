import { PERCENTILE_STEPS, type PercentileRow } from "../api/rows";
import { duration } from "./format";

const [WIDTH, HEIGHT] = [96, 26];
const levels = ["p99", "p95", "p50"] as const;

/** A function's percentiles from the first to the last invocation of the list, on a scale from zero to the slowest. */
export function Percentiles({ service, rows }: { service: string; rows: readonly PercentileRow[] }) {
  const most = Math.max(...rows.map(({ p99 }) => p99), 0.001);
  const x = (step: number) => 2 + (step / PERCENTILE_STEPS) * (WIDTH - 4);
  const y = (ms: number) => HEIGHT - 2 - (ms / most) * (HEIGHT - 4);
  return (
    <svg
      class="percentiles"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`p50, p95 and p99 of ${service} over this time, up to ${duration(most)}`}
    >
      {levels.map((level) => {
        const points = rows.map((row) => [x(Number(row.step)), y(row[level])] as const);
        return (
          <g class={level}>
            <path
              d={points.map(([left, top], index) => `${index === 0 ? "M" : "L"}${left} ${top}`).join("")}
            />
            {points.map(([left, top]) => (
              <circle cx={left} cy={top} r={1.5} />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
