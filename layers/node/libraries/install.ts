import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import { awsSdkHooks } from "./awsSdk";
import { ioredisHooks, mongodbHooks, mysqlHooks, pgHooks, redisHooks } from "./databases";
import { traceFetch } from "./fetch";
import { traceHttp } from "./http";
import { type ModuleHook, watchModules } from "./modules";

/**
 * Libraries that publish their requests through channels, or are part of Node.js, by their names in
 * `CLICKSTACK_TRACING_DISABLED`.
 */
const libraries: Readonly<Record<string, (layer: Layer) => void>> = { fetch: traceFetch, http: traceHttp };

/** Libraries whose files are hooked, by the same names. */
const hooked: Readonly<Record<string, (layer: Layer) => ModuleHook[]>> = {
  "aws-sdk": awsSdkHooks,
  pg: pgHooks,
  mysql2: mysqlHooks,
  redis: redisHooks,
  ioredis: ioredisHooks,
  mongodb: mongodbHooks,
};

/** A library whose hook fails is not traced; the others are. */
export function installLibraries(layer: Layer): void {
  const isWanted = ([name]: [string, unknown]): boolean => !layer.settings.disabledLibraries.has(name);
  for (const [, install] of Object.entries(libraries).filter(isWanted)) safely(() => install(layer));
  const hooks = Object.entries(hooked).filter(isWanted);
  safely(() => watchModules(hooks.flatMap(([, made]) => made(layer))));
}
