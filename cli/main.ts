#!/usr/bin/env node
import { runCommandLine } from "./commandLine";
import { processTerminal } from "./terminal/terminal";

// The AWS SDK warns about Node.js 20 on stderr; package.json defines which Node.js is supported.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

// The reader of the output may close it early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

runCommandLine(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
