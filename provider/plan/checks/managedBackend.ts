import { authorizationHeader } from "../arguments/table";
import type { FunctionView } from "../arguments/view";
import { isKnown } from "../known";
import { type Problem, problem } from "../problem";

/** Longest audience, in characters (AWS STS API reference, GetWebIdentityToken). */
const longestAudience = 1000;

/** Problems of the arguments for managed ClickStack. */
export function checkManaged(view: FunctionView): Problem[] {
  if (view.managedClickStack !== true) return [];
  const grpc = view.protocol === "grpc";
  return [
    ...problem(
      "protocol",
      grpc ? "is grpc, but managed ClickStack accepts OTLP over HTTP only: remove this" : undefined,
    ),
    ...problem("managedClickStack", whereElse(view)),
  ];
}

/** Why telemetry does not go to managed ClickStack, according to the arguments. */
function whereElse({
  clickhouse,
  endpoint,
  settings,
  environment,
  envFile,
}: FunctionView): string | undefined {
  if (clickhouse !== undefined) {
    return "managed ClickStack receives OTLP at endpoint, but telemetry is sent to clickhouse. Remove one of them";
  }
  const others = [endpoint, settings, environment, envFile];
  return others.every((other) => other === undefined)
    ? "needs the endpoint of managed ClickStack: set endpoint"
    : undefined;
}

/** Problems of the audience, and of keys that the token replaces. */
export function checkWebIdentity(view: FunctionView): Problem[] {
  const { webIdentityAudience: audience } = view;
  if (audience === undefined) return [];
  const path = "webIdentityAudience";
  const keys = ["authorization", "ingestionKey", "clickhouse"] as const;
  const key = keys.find((one) => view[one] !== undefined) ?? authorizationOf(view);
  const conflict =
    key === "clickhouse"
      ? "the token is sent with OTLP, but telemetry is sent to clickhouse. Remove one of them"
      : `the key is set by ${key} and by ${path}. Remove one of them`;
  const guarded = view.requireDelivery === true;
  const guard = `cannot be used with ${path}: AWS issues the token to the function only, so the deployment cannot send a log record with it. Remove one of them`;
  return [
    ...problem(path, isKnown(audience) ? checkAudience(audience) : undefined),
    ...problem(path, key === undefined ? undefined : conflict),
    ...problem("requireDelivery", guarded ? guard : undefined),
  ];
}

function checkAudience(audience: string): string | undefined {
  if (audience.trim() === "") return "is empty";
  if (audience.length > longestAudience) {
    return `has ${audience.length} characters; AWS STS takes at most ${longestAudience}`;
  }
  const refers = audience.includes("${") || audience.startsWith("secret://");
  return refers
    ? "cannot be a reference: the role's policy names the audience. Write the audience itself"
    : undefined;
}

/** The header that already contains a key. */
function authorizationOf({ headers }: FunctionView): string | undefined {
  if (!isKnown(headers)) return undefined;
  const name = Object.keys(headers).find((one) => one.toLowerCase() === authorizationHeader.toLowerCase());
  return name && `headers["${name}"]`;
}
