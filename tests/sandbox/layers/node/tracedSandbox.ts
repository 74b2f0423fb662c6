import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeTracingLayer } from "../../../../layers/node/bundle";
import type { FunctionDefinition, Sandbox } from "../../../../sandbox";
import { ObservedSandbox } from "../../extension/observedSandbox";

/** Of the checkout. */
export const root = join(__dirname, "..", "..", "..", "..");

/** Writes files, with their folders. @returns the directory. */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** Functions with the extension and the tracing layer. */
export class TracedSandbox {
  private constructor(
    readonly observed: ObservedSandbox,
    private readonly layer: string,
  ) {}

  static async open(): Promise<TracedSandbox> {
    const observed = await ObservedSandbox.open();
    const layer = join(observed.directory, "tracing");
    await writeTracingLayer(root, layer);
    return new TracedSandbox(observed, layer);
  }

  /** @param files of the function, by their paths in /var/task. */
  start(
    name: string,
    files: Readonly<Record<string, string>>,
    changes: Partial<FunctionDefinition> = {},
  ): Promise<Sandbox> {
    const code = writeFiles(join(this.observed.directory, `code-${name}`), files);
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing", ...changes.environment };
    return this.observed.start(name, { code, ...changes, layers: [this.layer], environment });
  }

  close(): Promise<void> {
    return this.observed.close();
  }
}
