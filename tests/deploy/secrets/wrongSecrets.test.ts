import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import * as clickstack from "../../../index";
import { useBuiltLayers } from "../provider/setup/builtLayers";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../provider/setup/remoteComponents";
import { region, useSurroundings } from "../surroundings";
import { findSecrets, type Marks, newMark } from "./secretForms";
import { undeliverableFunctions, wrongFunctions, wrongNames, wrongNumbers } from "./wrongArguments";

const marks: Marks = Object.fromEntries(wrongNames.map((name) => [name, newMark()]));
const ways = {
  imported: { Layers: clickstack.ExtensionLayers, Observed: clickstack.ObservedFunction },
  "through the plugin": { Layers: RemoteExtensionLayers, Observed: RemoteObservedFunction },
};

describe("secrets that are not valid", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);
  /** Repeats the request's headers, as servers with verbose error messages do. */
  const echo: Server = createServer((request, response) => {
    const { authorization, "x-tenant": tenant } = request.headers;
    response.writeHead(403, { "content-type": "text/plain" });
    response.end(`no such key: ${authorization} of ${tenant}`);
  });
  before((done) => void echo.listen(0, "127.0.0.1", done));
  after((done) => void echo.close(done));

  /** The whole output for the user, and the engine's events, until the operation fails. */
  async function shown(operation: "preview" | "up", make: () => unknown): Promise<string> {
    const stack = await surroundings.stack({
      program: async () => {
        make();
      },
    });
    const printed: string[] = [];
    const note = (text: string) => void printed.push(text);
    const onEvent = (event: EngineEvent) => {
      // Pulumi's own debug lines repeat the engine's whole responses; see secretSearch.test.ts.
      if (String(event.diagnosticEvent?.severity) !== "debug") note(JSON.stringify(event));
    };
    const error: Error = await stack[operation]({ onOutput: note, onError: note, onEvent }).then(
      () => assert.fail("it passed"),
      (reason) => reason,
    );
    return [error.message, ...printed].join("\n");
  }

  function assertHidden(text: string): void {
    const lines = text
      .split("\n")
      .filter((line) => findSecrets(line, { ...marks, ...wrongNumbers }).length > 0);
    assert.deepEqual(lines, []);
  }

  for (const [way, { Layers, Observed }] of Object.entries(ways)) {
    describe(way, () => {
      for (const title of Object.keys(wrongFunctions(marks))) {
        it(`are not shown in the message: ${title}`, async () => {
          const text = await shown(
            "preview",
            () => new Observed("orders", wrongFunctions(marks)[title] ?? {}),
          );
          assert.match(text, /"orders" are not valid/);
          assertHidden(text);
        });
      }

      it("are not shown in the message: an organization", async () => {
        const permissions = { organizationId: pulumi.secret(marks.organization ?? "") };
        const text = await shown(
          "preview",
          () => new Layers("extension", { regions: [region], permissions }),
        );
        assert.match(text, /permissions\.organizationId/);
        assertHidden(text);
      });

      for (const title of Object.keys(undeliverableFunctions(marks, 1))) {
        it(`are not shown when nothing is delivered: ${title}`, async () => {
          const { port } = echo.address() as AddressInfo;
          const args = () => undeliverableFunctions(marks, port)[title] ?? {};
          const text = await shown("up", () => new Observed("orders", args()));
          assert.match(text, /requireDelivery: logs stay in CloudWatch/);
          assertHidden(text);
        });
      }
    });
  }
});
