import { randomUUID } from "node:crypto";
import { type PlayedFunction, Refusal, type StoredFunction } from "./playedFunction";

/** A parsed request to Lambda's API. */
export interface LambdaRequest {
  method: string;
  region: string;
  url: URL;
  body: Record<string, unknown>;
}

/** What the API needs from the control plane. */
export interface LambdaStore {
  functions: Map<string, StoredFunction>;
  now(): number;
  /** Duration of an update in milliseconds; with 0 it is complete when it is answered. */
  updateMs: number;
}

const pageSize = 50;

/** Name of the operation of a request, as the SDK calls it. */
export function operationOf({ method, url }: Pick<LambdaRequest, "method" | "url">): string {
  if (url.pathname.endsWith("/configuration"))
    return method === "PUT" ? "UpdateFunctionConfiguration" : "GetFunctionConfiguration";
  return /\/functions\/?$/.test(url.pathname) ? "ListFunctions" : "GetFunction";
}

/** Answers a request. @throws Refusal if Lambda would reject it. */
export function answerLambda(store: LambdaStore, request: LambdaRequest): unknown {
  switch (operationOf(request)) {
    case "ListFunctions":
      return listFunctions(store, request);
    case "UpdateFunctionConfiguration":
      return update(store, request);
    case "GetFunction": {
      const { configuration, tags } = found(store, request);
      return { Configuration: configuration, Tags: tags };
    }
    default:
      return found(store, request).configuration;
  }
}

function listFunctions({ functions }: LambdaStore, { region, url }: LambdaRequest) {
  const all = [...functions.values()].filter((one) => one.region === region);
  const start = Number(url.searchParams.get("Marker") ?? 0);
  const page = all.slice(start, start + pageSize).map(({ configuration }) => {
    const { State: _state, LastUpdateStatus: _status, ...listed } = configuration;
    return listed;
  });
  const next = start + pageSize;
  return { Functions: page, ...(next < all.length && { NextMarker: String(next) }) };
}

function found(store: LambdaStore, { region, url }: LambdaRequest): StoredFunction {
  const name = decodeURIComponent(url.pathname.split("/")[3] ?? "");
  const stored = store.functions.get(`${region}/${name}`);
  if (stored === undefined)
    throw new Refusal(404, "ResourceNotFoundException", `Function not found: ${name}`);
  if (stored.settledAt !== undefined && stored.settledAt <= store.now()) {
    stored.settledAt = undefined;
    stored.configuration = { ...stored.configuration, LastUpdateStatus: "Successful" };
  }
  return stored;
}

function update(store: LambdaStore, request: LambdaRequest): PlayedFunction {
  const stored = found(store, request);
  const { Layers, Environment, RevisionId } = request.body as {
    Layers?: string[];
    Environment?: { Variables: Record<string, string> };
    RevisionId?: string;
  };
  if (stored.settledAt !== undefined) {
    throw new Refusal(
      409,
      "ResourceConflictException",
      "The operation cannot be performed at this time. An update is in progress for resource",
    );
  }
  if (RevisionId !== undefined && RevisionId !== stored.configuration.RevisionId) {
    throw new Refusal(
      412,
      "PreconditionFailedException",
      "The RevisionId provided does not match the latest RevisionId.",
    );
  }
  if (Layers !== undefined && Layers.length > 5) {
    throw new Refusal(400, "InvalidParameterValueException", "Layers list must have at most 5 elements");
  }
  const {
    Layers: _layers,
    Environment: _environment,
    LastUpdateStatusReason: _reason,
    ...others
  } = stored.configuration;
  // An empty list and an empty environment are absent afterwards.
  const layers = Layers ?? stored.configuration.Layers?.map(({ Arn }) => Arn) ?? [];
  const variables = Environment?.Variables ?? stored.configuration.Environment?.Variables ?? {};
  stored.configuration = {
    ...others,
    ...(layers.length > 0 && { Layers: layers.map((Arn) => ({ Arn })) }),
    ...(Object.keys(variables).length > 0 && { Environment: { Variables: variables } }),
    RevisionId: randomUUID(),
    LastModified: new Date().toISOString().replace("Z", "+0000"),
    LastUpdateStatus: store.updateMs === 0 ? "Successful" : "InProgress",
  };
  if (store.updateMs > 0) stored.settledAt = store.now() + store.updateMs;
  return stored.configuration;
}
