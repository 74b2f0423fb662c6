import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { failConstruction } from "./ownFailures";
import { answersAreThere } from "./perProvider";

/**
 * Ends the preview or update if a promise is rejected that resources wait for.
 *
 * Its own rejection, which describes the problem, is not enough in a program that runs inside another (Automation API):
 * there, whatever waits for a resource that is never registered waits forever, and so does the update. A resource whose
 * parent does not exist makes the engine stop at once. In the plugin, the component's construction fails instead.
 * @param name the component's name in the program.
 * @returns the same promise.
 */
export function orStopUpdate<T>(name: string, promise: Promise<T>): Promise<T> {
  promise.catch(async (error: unknown) => {
    // The engine informs the program, and other components are completed.
    if (failConstruction(error)) return;
    // The problem has to be reported first: by Pulumi for the waiting resources, and by the engine to the user.
    await setImmediate();
    await answersAreThere();
    await pulumi.log.debug(`${name} is not valid`);
    const [stack, project] = [pulumi.getStack(), pulumi.getProject()];
    const type = "clickstack-lambda:index:UpdateStopped";
    // The engine prints this URN; there is no way to end a deployment from its program without such a line.
    const said = `this line only ends the update, what is wrong with "${name}" is in its own error`;
    const parent = new pulumi.DependencyResource(`urn:pulumi:${stack}::${project}::${type}::${said}`);
    new pulumi.ComponentResource(type, name, {}, { parent });
  });
  return promise;
}
