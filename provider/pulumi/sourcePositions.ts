import * as pulumi from "@pulumi/pulumi";

/**
 * How Pulumi determines where a program creates a resource, since 3.195. It is private there: if it does not exist, or
 * is found differently, resources keep their positions, and nothing else changes.
 */
interface PositionFinder {
  stackTrace?: unknown;
}

const finder = pulumi.Resource as unknown as PositionFinder;
const none = () => [];

/**
 * Creates a child resource of a component without the stack trace that Pulumi would store in its state. That trace only
 * contains the package's own code, the component records where the program created it, and each write of the state
 * would include it.
 */
export function withoutPositions<Made>(make: () => Made): Made {
  const own = finder.stackTrace;
  if (typeof own !== "function") return make();
  finder.stackTrace = none;
  try {
    return make();
  } finally {
    finder.stackTrace = own;
  }
}

/** The same for everything that this process creates from here on. */
export function omitPositions(): void {
  if (typeof finder.stackTrace === "function") finder.stackTrace = none;
}
