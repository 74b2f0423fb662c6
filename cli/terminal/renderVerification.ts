import { placeOf } from "../plan/functionState";
import type { Verified } from "../run/verifyFunction";
import { styled, type Terminal } from "./terminal";

const signs = { ok: "✔", fault: "✖", skipped: "-" } as const;
const colours = { ok: "green", fault: "red", skipped: "dim" } as const;

/** A line for each check, with the fix for a fault, and URLs of HyperDX. */
export function renderVerification(
  terminal: Terminal,
  of: { name: string; region: string },
  { checks }: Verified,
  links: readonly string[],
): void {
  const { out } = terminal;
  out.write(`${styled(terminal, out, "bold", placeOf(of))}\n`);
  for (const { name, result, text, fix } of checks) {
    out.write(`  ${styled(terminal, out, colours[result], `${signs[result]} ${name.padEnd(11)} ${text}`)}\n`);
    if (fix !== undefined) out.write(`    ${" ".repeat(11)} ${fix}\n`);
  }
  for (const link of links) out.write(`  ${link}\n`);
}

/** The same as plain data, for programs. */
export function verificationJson(
  { name, region }: { name: string; region: string },
  { checks, requestId, traceId }: Verified,
  links: readonly string[],
) {
  const verified = checks.every(({ result }) => result !== "fault");
  return { formatVersion: 1, name, region, verified, checks, requestId, traceId, links };
}
