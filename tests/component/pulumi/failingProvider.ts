// A provider of components that fail while others are created, served like the package's own; it prints its port.
import type * as pulumi from "@pulumi/pulumi";
import { serveApart } from "../../../provider/pulumi/ownFailures";

const later = (milliseconds: number) => new Promise((come) => setTimeout(come, milliseconds));
/** Ends after the failure has been reported, whenever that is. */
let failed = () => {};
const failure = new Promise<void>((come) => {
  failed = come;
});

const provider: pulumi.provider.Provider = {
  version: "1.0.0",
  async construct(name) {
    if (name === "failing") {
      await later(10);
      // Nothing handles this rejection, and requests that wait for it never get a response.
      void later(0).then(() => {
        throw new Error("failing: the log group could not be read");
      });
      setTimeout(failed, 100);
      return new Promise(() => {});
    }
    if (name === "answered") {
      setTimeout(() => void Promise.reject(new Error("answered: too late")), 50);
    } else await failure;
    return { urn: `urn:pulumi:stack::project::test:index:Component::${name}`, state: {} };
  },
};

void serveApart(provider, process.argv.slice(2));
