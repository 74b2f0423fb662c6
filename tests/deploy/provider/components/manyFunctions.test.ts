import assert from "node:assert/strict";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as clickstack from "../../../../index";
import { region, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObserveStack } from "../setup/remoteComponents";

const functions = 300;
const roles = 30;
const code = plainCode();

describe(`a stack with ${functions} functions`, () => {
  const surroundings = useSurroundings();

  /** Observed by the program, or through the plugin. */
  const observers = {
    observeStack: (args: clickstack.ObserveStackArgs) => void clickstack.observeStack(args),
    ObserveStack: (args: clickstack.ObserveStackArgs) => new RemoteObserveStack("observed", args),
  };

  for (const [title, observe] of Object.entries(observers)) {
    const program = (settings: Record<string, string>) => async () => {
      const observed = observe({
        extension: {
          layerVersionArn: `arn:aws:lambda:${region}:123456789012:layer:clickstack-extension-amd64:1`,
        },
        authorization: `arn:aws:secretsmanager:${region}:123456789012:secret:key-a1B2c3`,
        settings,
      });
      const made = Array.from(
        { length: roles },
        (_, i) => new Role(`role-${i}`, { assumeRolePolicy: trustPolicy }).arn,
      );
      const options = observed === undefined ? {} : { dependsOn: observed };
      for (let i = 0; i < functions; i++) {
        const role = made[i % roles] ?? "";
        const args = { runtime: "nodejs22.x", handler: "index.handler", code, role };
        new LambdaFunction(`function-${i}`, args, options);
      }
    };

    it(`${title}: one policy for each role, no warning of Node.js's, and nothing said twice`, async () => {
      const warnings: string[] = [];
      const warn = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`);
      process.on("warning", warn);
      try {
        const stack = await surroundings.stack({ program: program({}) });
        const { changeSummary, stdout, stderr } = await stack.preview();
        const others = title === "ObserveStack" ? 2 : 1;
        assert.equal(changeSummary.create, functions + 2 * roles + others);
        const leaks = [...warnings, stdout, stderr].filter((text) => /MaxListeners|warning:/.test(text));
        assert.deepEqual(leaks, []);
      } finally {
        process.off("warning", warn);
      }
    });

    it(`${title}: an argument that is wrong for all functions is one error`, async () => {
      const stack = await surroundings.stack({ program: program({ noSuchSetting: "1" }) });
      await assert.rejects(stack.preview(), (error: Error) => {
        const said = error.message.match(/error: (observeStack|ObserveStack "observed"): these arguments/g);
        assert.equal(said?.length, 1, error.message);
        assert.match(error.message, /settings\.noSuchSetting: there is no setting of this name/);
        return true;
      });
    });
  }
});
