import type { StepRow } from "../api/rows";
import { endOfTime, toneOf } from "./format";

const STEPS = 120;
const tones = ["other", "warn", "error"] as const;

interface HistogramProps {
  rows: readonly StepRow[];
  /** The list's time range, in milliseconds since 1970. */
  from: number;
  to: number;
}

/** Number of log lines by severity over the list's time range. */
export function Histogram({ rows, from, to }: HistogramProps) {
  return (
    <>
      <Bars rows={rows} />
      <p class="axis quiet">
        {[from, to].map((end) => (
          <span>{endOfTime(end, to - from)}</span>
        ))}
      </p>
    </>
  );
}

function Bars({ rows }: Pick<HistogramProps, "rows">) {
  const counts = new Map<string, number>();
  for (const { step, severity, rows: count } of rows) {
    const key = `${Math.min(step, STEPS - 1)} ${toneOf(severity)}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  const at = (step: number, tone: string) => counts.get(`${step} ${tone}`) ?? 0;
  const steps = Array.from({ length: STEPS }, (_, step) => step);
  const totals = steps.map((step) => tones.reduce((sum, tone) => sum + at(step, tone), 0));
  const most = Math.max(1, ...totals);
  const all = totals.reduce((sum, count) => sum + count, 0);
  const errors = steps.reduce((sum, step) => sum + at(step, "error"), 0);
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${STEPS} 40`}
      preserveAspectRatio="none"
      role="img"
      aria-label={
        all === 0 ? "Log lines over time" : `${all} log lines in this time range, ${errors} of them errors`
      }
    >
      {steps.map((step) => {
        let y = 40;
        return tones.map((tone) => {
          const height = (at(step, tone) / most) * 40;
          if (height === 0) return null;
          y -= height;
          return <rect class={tone} x={step + 0.1} y={y} width={0.8} height={height} />;
        });
      })}
    </svg>
  );
}
