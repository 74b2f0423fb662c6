import type { ExistingResult } from "./existing";

/** The commands with their output, and the summary. */
export function existingReport({ transcript, summary }: ExistingResult): string {
  const commands = transcript.map(({ command, output }) => `$ ${command}\n${output}`);
  const { instrumented, verified, cutOff, restored, seconds } = summary;
  const sum = `${instrumented} instrumented, ${verified} verified, ${cutOff} without CloudWatch Logs, ${restored} restored, in ${seconds} s`;
  return [...commands, sum].join("\n\n");
}

/** What did not work as expected. */
export function existingProblems({ transcript, summary }: ExistingResult): string[] {
  const { seconds: _, ...counts } = summary;
  const wrong = Object.entries(counts).filter(([, count]) => count !== 3);
  const outputs = wrong.length === 0 ? [] : transcript.map(({ command, output }) => `${command}\n${output}`);
  return [...wrong.map(([name, count]) => `${name}: ${count} of 3 functions`), ...outputs];
}
