import assert from "node:assert/strict";
import { join } from "node:path";
import * as clickstack from "../../../index";
import { withInstalledSdk } from "../../examples/installedSdk";
import { useBuiltLayers } from "../provider/setup/builtLayers";
import {
  RemoteExtensionLayers,
  RemoteObservedFunction,
  RemoteObserveStack,
} from "../provider/setup/remoteComponents";
import { useSurroundings } from "../surroundings";
import { CliStack } from "./cli";
import { inlineHost, type LanguageHost, projectHost, pythonHost } from "./languageHosts";
import { type Marks, newMark } from "./secretForms";
import { findPlaces, isShownBy, type PlacedFinding } from "./secretPlaces";
import { markNames, observedProgram, observedStackProgram, plainProgram, region } from "./secretPrograms";

const root = join(__dirname, "../../..");
const remote = { ExtensionLayers: RemoteExtensionLayers, ObservedFunction: RemoteObservedFunction };

/**
 * Searches all outputs and files of a program for its secrets. Pulumi's own debug output shows secrets of plain resources as
 * well, and AWS's provider returns names and tags in plain text: a program of plain resources with the same secrets shows at
 * run time which of these the package does not cause.
 */
describe("secrets of a program", function () {
  this.timeout(600_000);
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);
  const marks: Marks = Object.fromEntries(markNames.map((name) => [name, newMark()]));
  let plain: PlacedFinding[];
  before(async () => {
    plain = await shownOf("plain", await inlineHost(async () => plainProgram(marks)));
  });

  const environment = (program = "") => ({
    ...surroundings.engine.environment,
    SECRET_MARKS: JSON.stringify(marks),
    SECRET_PROGRAM: program,
  });

  /** The secrets shown during a stack's whole lifetime. */
  async function shownOf(name: string, host: LanguageHost): Promise<PlacedFinding[]> {
    const stack = new CliStack(surroundings.engine, name);
    const client = `--client=${host.address}`;
    const printed: Record<string, string> = {};
    const run = async (title: string, ...args: string[]) => {
      const { code, stdout, stderr } = await stack.run(args);
      assert.equal(code, 0, `${title} of ${name}: ${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
      printed[`${title} stdout`] = stdout;
      printed[`${title} stderr`] = stderr;
    };
    try {
      await run("init", "stack", "init", "--secrets-provider", stack.secretsProvider);
      const config = ["--plaintext", `aws:region=${region}`, "--secret", `key=${marks.config}`];
      await run("config", "config", "set-all", ...config);
      await run("preview", "preview", client, "--json", "--save-plan=written/plan.json");
      const log = ["--logtostderr", "-v=9", "--event-log=written/events.json"];
      await run("up", "up", client, "--yes", "--diff", ...log, "--tracing=file:./written/trace");
      await run("export", "stack", "export");
      await run("destroy", "destroy", client, "--yes", "--diff", "--refresh");
    } finally {
      await host.stop();
    }
    return findPlaces({ ...printed, ...stack.writtenFiles() }, marks);
  }

  async function assertHidden(name: string, host: LanguageHost): Promise<void> {
    const found = await shownOf(name, host);
    assert.ok(found.length > 0, "what plain resources show is found here too");
    assert.deepEqual(
      found.filter((finding) => !isShownBy(plain, finding)),
      [],
    );
  }

  it("are found where plain resources show them, or the search would find nothing", () => {
    const shown = (source: string, secret: string) =>
      plain.some((finding) => finding.source.startsWith(source) && finding.secret === secret);
    // Lambda identifies a function by its name, and Pulumi logs each response of its engine.
    assert.ok(shown("export stdout", "functionName"));
    assert.ok(shown("up stderr", "variable"));
  });

  it("stay secrets in a program with ObservedFunction that runs inside of another", async () => {
    await assertHidden("inline", await inlineHost(async () => observedProgram(clickstack, marks)));
  });

  it("stay secrets in a program with observeStack that runs inside of another", async () => {
    const observe = (args: clickstack.ObserveStackArgs) => void clickstack.observeStack(args);
    const program = async () => observedStackProgram(observe, marks);
    await assertHidden("inline-stack", await inlineHost(program));
  });

  it("stay secrets where ObserveStack observes the stack from the plugin", async () => {
    const observe = (args: clickstack.ObserveStackArgs) => new RemoteObserveStack("observed", args);
    await assertHidden("plugin-stack", await inlineHost(async () => observedStackProgram(observe, marks)));
  });

  it("stay secrets in components that the plugin creates", async () => {
    await assertHidden("plugin", await inlineHost(async () => observedProgram(remote, marks)));
  });

  for (const program of ["ObservedFunction", "observeStack"]) {
    it(`stay secrets in a project with ${program}`, async () => {
      const host = await projectHost(join(__dirname, "project"), environment(program));
      await assertHidden(`project-${program.toLowerCase()}`, host);
    });
  }

  it("stay secrets in a program in Python", () =>
    withInstalledSdk(async (sdk) => {
      const python = join(root, ".cache/python/bin/python");
      const script = join(__dirname, "secretPrograms.py");
      await assertHidden("python", await pythonHost(python, script, { ...environment(), ...sdk }));
    }));
});
