import { execFile, execFileSync } from "node:child_process";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Engine, engineDiagnostics, secretsProviderVariable } from "../../sandbox/engine";

const root = join(__dirname, "..", "..");

/** Uses the engine's key service for a stack's secrets instead of a passphrase, from which each command has to derive a key. */
const keyOption = `--secrets-provider=$${secretsProviderVariable}`;

/** Folders of the checkout that no Pulumi project reads. */
const unread = /^(bench|demo|runtime|sandbox|sdk|tests)\//;

/**
 * Copies this checkout's files in git into a temporary folder, like a clone after `npm ci`: with the npm packages and the
 * compiled package of this checkout, to which the examples' package `clickstack-lambda` is linked. Pulumi writes the stacks'
 * configuration beside the projects: here it is removed with the copy.
 */
export function copyCheckout(): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "checkout-"));
  const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
  for (const file of execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\n")) {
    if (file === "" || unread.test(file) || !existsSync(join(root, file))) continue;
    cpSync(join(root, file), join(directory, file), { recursive: true });
  }
  for (const made of ["node_modules", "dist"]) symlinkSync(join(root, made), join(directory, made));
  for (const example of readdirSync(join(directory, "examples"))) {
    const project = join(directory, "examples", example);
    if (!existsSync(join(project, "package.json"))) continue;
    mkdirSync(join(project, "node_modules"));
    symlinkSync(directory, join(project, "node_modules", "clickstack-lambda"));
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Whether the engine can run projects of a language itself, without the Automation API. */
export function hasLanguageHost(engine: Engine, language: string): boolean {
  return (engine.environment.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, `pulumi-language-${language}`), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Runs commands in a folder as in a user's shell; `pulumi` is the engine and does not prompt.
 * @param environment variables besides those of the engine.
 * @returns their output.
 * @throws at the first command that fails, with the engine's messages about resources.
 */
export function typeCommands(
  engine: Engine,
  directory: string,
  commands: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const env = {
    ...process.env,
    ...engine.environment,
    ...environment,
    PULUMI_SKIP_CONFIRMATIONS: "true",
    NODE: process.execPath,
    // npm runs the tests with its own settings and node_modules/.bin, which a user's shell does not have.
    PATH: [dirname(process.execPath), engine.environment.PATH].join(delimiter),
  };
  return new Promise((resolve, reject) => {
    const typed = commands.map((command) => command.replace(/^pulumi stack init\b.*/, `$& "${keyOption}"`));
    const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
    execFile("bash", ["-euc", typed.join("\n")], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const found = engineDiagnostics(`${stdout}\n${stderr}`);
      reject(new Error(`${commands.join("\n")}\nfailed:\n${found}`, { cause: error }));
    });
  });
}
