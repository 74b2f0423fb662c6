import * as pulumi from "@pulumi/pulumi";

/**
 * How Pulumi finds where a program makes a resource, since 3.195. It is private there: without it, or found another way,
 * resources keep their positions, and nothing else changes.
 */
interface PositionFinder {
  stackTrace?: unknown;
}

const finder = pulumi.Resource as unknown as PositionFinder;
const none = () => [];

/**
 * Makes a part of a component without the stack trace that Pulumi would keep in its state. The trace of a part is of the
 * package's own code, the component says where the program made it, and each write of the state would carry it along.
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

/** The same for everything that this process makes from here on. */
export function omitPositions(): void {
  if (typeof finder.stackTrace === "function") finder.stackTrace = none;
}
