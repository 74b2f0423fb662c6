import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { hyperDxApp } from "../../clickstack/links";
import { packageRoot } from "../../layers/location";
import { type ClickHouseOptions, requiredClickHouse } from "../clickhouse/connection";
import type { ExitCode } from "../plan/exitCodes";
import { UsageError } from "../plan/usageError";
import { stopSignal } from "../terminal/interruption";
import type { Terminal } from "../terminal/terminal";
import { withExamples } from "./help";
import { portNumber, withClickHouse } from "./options";
import { withReader } from "./tail";
import { withHyperDx } from "./trace";

/** The options of `page`. */
export interface PageCommandOptions extends ClickHouseOptions {
  hyperdx?: string;
  open?: boolean;
  port?: number;
}

/** `page`: the page for any ClickHouse server. */
export function pageCommand(parent: Command): Command {
  const command = parent
    .command("page")
    .summary("show logs, traces and invocations in the browser, from ClickHouse")
    .description(
      "Serves a page on this machine that shows logs, traces and invocations from ClickHouse. It only reads. Its address contains a token, without which it rejects requests, and is printed to standard output. Ctrl-C ends it.",
    )
    .option("--open", "open the page in the browser")
    .option("--port <number>", "port of the page on 127.0.0.1 (default: a free one)", portNumber);
  withHyperDx(withClickHouse(command));
  return withExamples(command, [
    {
      about: "The page for a ClickHouse server",
      call: "page --open --clickhouse https://clickhouse.example.com:8443",
    },
  ]);
}

/** Runs `page` until Ctrl-C. */
export async function runPage(terminal: Terminal, options: PageCommandOptions): Promise<ExitCode> {
  const { environment } = terminal;
  const place = requiredClickHouse(options, environment);
  const directory = join(packageRoot(__dirname), "dist", "page");
  if (!existsSync(directory))
    throw new UsageError("the page is not built: run `npm run build` in the checkout");
  const { openBrowser } = await import("../../web/openBrowser.js");
  const { servePage } = await import("../../web/server.js");
  const hyperDx = options.hyperdx ?? hyperDxApp(environment);
  const { port } = options;
  return withReader(place, async (source): Promise<ExitCode> => {
    // Problems with the address or the user are reported now, and not by an empty page.
    await source.query("SELECT count() FROM otel_logs WHERE 0");
    const served = await servePage({ source, directory, ...(hyperDx && { hyperDx }), ...(port && { port }) });
    terminal.out.write(`${served.url}\n`);
    terminal.err.write("Ctrl-C ends it.\n");
    if (options.open) openBrowser(served.url);
    const { signal, end } = stopSignal();
    await once(signal, "abort");
    end();
    await served.close();
    return "done";
  });
}
