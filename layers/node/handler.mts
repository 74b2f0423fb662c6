// What the runtime loads instead of the function's handler: the function's handler, traced. An ES module, because the
// runtime reads the handler's parameters and marks right after it was loaded, and loading the function's may take a promise.
import { createRequire } from "node:module";

const { tracedHandler } = createRequire(import.meta.url)("./layer.cjs") as typeof import("./main.ts");

export const handler = await tracedHandler();
