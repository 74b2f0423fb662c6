import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { failConstruction } from "./ownFailures";
import { answersAreThere } from "./perProvider";

/**
 * Ends the preview or update if a promise is rejected that resources wait for.
 *
 * Their own rejection, which says what is wrong, is not enough in a program that runs inside of another (Automation API):
 * what waits for a resource that is never registered waits for ever there, and the update with it. A resource whose
 * parent does not exist makes the engine end at once. In the plugin the component's construction fails instead.
 * @param name the component's name in the program.
 * @returns the same promise.
 */
export function orStopUpdate<T>(name: string, promise: Promise<T>): Promise<T> {
  promise.catch(async (error: unknown) => {
    // The program is told by the engine, and the components beside this one are finished.
    if (failConstruction(error)) return;
    // First what is wrong has to be said: by Pulumi, of the resources that wait, and by the engine, to the user.
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
