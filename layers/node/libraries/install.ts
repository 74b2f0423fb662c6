import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import { traceFetch } from "./fetch";
import { traceHttp } from "./http";

/** Hooks of libraries, by the names that `CLICKSTACK_TRACING_DISABLED` takes. */
const libraries: Readonly<Record<string, (layer: Layer) => void>> = { fetch: traceFetch, http: traceHttp };

/** A library whose hook fails is not traced; the others are. */
export function installLibraries(layer: Layer): void {
  for (const [name, install] of Object.entries(libraries)) {
    if (!layer.settings.disabledLibraries.has(name)) safely(() => install(layer));
  }
}
