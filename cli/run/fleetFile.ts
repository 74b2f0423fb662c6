import { readFileSync } from "node:fs";
import { type FleetFile, fleetFileOf } from "../plan/fleetFile";
import { UsageError } from "../plan/usageError";

/** Reads a description of a fleet. @throws UsageError if it cannot be read or is not valid. */
export async function readFleetFile(file: string): Promise<FleetFile> {
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read as YAML: ${code ?? message.split("\n", 1)[0]}`);
  }
  return fleetFileOf(content, file);
}
