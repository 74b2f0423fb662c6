import type { FunctionView } from "../arguments/view";
import { isKnown } from "../known";
import { type Problem, problem } from "../problem";

/** Retentions in days that CloudWatch Logs accepts (API reference, PutRetentionPolicy). */
const retentions: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288],
  3653,
];

/** Problems of the logs in CloudWatch. */
export function checkLogging(view: FunctionView): Problem[] {
  const { cloudWatchLogs, logRetentionInDays: days, requireDelivery } = view;
  const problems: Problem[] = [];
  if (isKnown(cloudWatchLogs) && cloudWatchLogs !== "Keep" && cloudWatchLogs !== "Disable")
    problems.push({ propertyPath: "cloudWatchLogs", reason: "must be Keep or Disable" });
  if (isKnown(days) && !retentions.includes(days)) {
    const reason = `must be one of: ${retentions.join(", ")} days (got ${days})`;
    problems.push({ propertyPath: "logRetentionInDays", reason });
  }
  if (requireDelivery !== true) return problems;
  if (isKnown(cloudWatchLogs ?? "Keep") && cloudWatchLogs !== "Disable") {
    const reason =
      "has an effect only with cloudWatchLogs: Disable, which is not set. Set it, or remove this";
    problems.push({ propertyPath: "requireDelivery", reason });
  }
  const nowhere = view.endpoint === undefined && view.clickhouse === undefined;
  const reason = "needs an endpoint or clickhouse to send its log record to";
  return [...problems, ...problem("requireDelivery", nowhere ? reason : undefined)];
}
