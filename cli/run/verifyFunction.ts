import { lookup } from "node:dns/promises";
import { probeDelivery } from "../../provider/delivery/probe";
import { type DeliveryTarget, targetOf } from "../../provider/plan/delivery/target";
import { redact } from "../../provider/plan/redaction";
import { logsDestinations } from "../../provider/plan/telemetry/logsDestination";
import { simulateAccess } from "../aws/access";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { invokeFunction } from "../aws/invocation";
import { readLayer } from "../aws/layers";
import { countStreams } from "../aws/logStreams";
import { readRoutes } from "../aws/routes";
import { type ArrivalSelection, readArrivals } from "../clickhouse/arrivals";
import type { RowReader } from "../clickhouse/connection";
import { deniesLogs, neededAccess } from "../plan/access";
import { type Arrivals, checkArrivals, checkCloudWatch } from "../plan/arrivals";
import type { EnvFileView } from "../plan/envFile";
import type { FunctionState } from "../plan/functionState";
import { checkRoute, isPrivate } from "../plan/route";
import { extensionLayerOf } from "../plan/status";
import {
  type Check,
  checkLayer,
  checkPermissions,
  checkSecrets,
  checkSettings,
  checkWrapper,
  fault,
  passed,
  skipped,
} from "../plan/verification";
import type { ControlPlane } from "./controlPlane";
import { readSettings } from "./functionSettings";
import { type ReadSecrets, readSecrets } from "./readSecrets";

/** Options for verifying a function. */
export interface VerifyOptions {
  /** ClickHouse to search for rows; without it they are not searched for. */
  reader?: RowReader;
  /** Event to run the function with; without it, rows of earlier invocations are used. */
  payload?: string;
  /** Milliseconds since 1970: rows from then on are used if the function is not run. */
  since: number;
  /** Milliseconds to wait for the rows of the invocation. */
  timeoutMs: number;
}

/** The result of the checks. */
export interface Verified {
  checks: Check[];
  requestId?: string;
  traceId?: string;
  /** Milliseconds since 1970: when the function was run. */
  invokedAt?: number;
}

/** Checks every step from the layer to ClickHouse. Rows are only searched for if no earlier check failed. */
export async function verifyFunction(
  clients: AwsClients,
  plane: Pick<ControlPlane, "policies">,
  configured: FunctionState,
  options: VerifyOptions,
): Promise<Verified> {
  const { of, envFile } = await readSettings(clients, configured);
  const arn = extensionLayerOf(of);
  const layer = arn === undefined ? undefined : await readLayer(clients, of.region, arn);
  const secrets = await readSecrets(clients, of.variables);
  const access = await simulateAccess(
    clients,
    { arn: of.role, region: of.region },
    neededAccess(of, secrets.views),
  );
  const role = of.role.split("/").at(-1) ?? of.role;
  const checks = [
    checkLayer(of, layer),
    checkWrapper(of),
    checkSettings(of, envFile),
    checkSecrets(secrets.views),
    checkPermissions(role, access),
  ];
  if (!hasFault(checks)) checks.push(...(await checkDelivery(clients, of, secrets, envFile)));
  if (hasFault(checks)) return { checks };
  const found = await lookForRows(clients, of, options);
  const isDenied = deniesLogs(await plane.policies(of), of);
  const streams =
    isDenied && found.invokedAt !== undefined
      ? await countStreams(clients, of.region, of.logGroup, found.invokedAt)
      : 0;
  return { ...found, checks: [...checks, ...found.checks, checkCloudWatch(isDenied, streams)] };
}

function hasFault(checks: readonly Check[]): boolean {
  return checks.some(({ result }) => result === "fault");
}

/** The network of the function, then a log record as the function would send it. */
async function checkDelivery(
  clients: AwsClients,
  of: FunctionState,
  secrets: ReadSecrets,
  envFile: EnvFileView | undefined,
): Promise<Check[]> {
  const { subnetIds = [], variables, name } = of;
  const destinations = logsDestinations(variables);
  if (envFile?.unread !== undefined) {
    return [
      skipped("delivery", "the env file, which cannot be read from here, may say where telemetry goes"),
    ];
  }
  const resolve = (text: string) => secrets.fillIn(text);
  const hide = (text: string) => redact(text, secrets.values.values());
  const checks: Check[] = [];
  for (const destination of destinations) {
    if ("webIdentity" in destination) {
      checks.push(skipped("delivery", "the key is a token that AWS issues to the function's role alone"));
      continue;
    }
    let target: DeliveryTarget;
    try {
      target = await targetOf(destination, resolve);
    } catch (error) {
      checks.push(skipped("delivery", hide((error as Error).message)));
      continue;
    }
    if (subnetIds.length > 0) checks.push(await checkWayOut(clients, of, target.endpoint));
    if (!hasFault(checks)) checks.push(await probe(target, name, subnetIds.length > 0, hide));
  }
  return checks;
}

async function checkWayOut(clients: AwsClients, of: FunctionState, endpoint: string): Promise<Check> {
  try {
    const { address } = await lookup(new URL(endpoint).hostname.replace(/^\[|\]$/g, ""));
    if (isPrivate(address)) return passed("network", "the endpoint is inside of a network");
  } catch {
    // Its name may only resolve inside the VPC; a wrong name is reported where it is used.
  }
  try {
    return checkRoute(await readRoutes(clients, of.region, of.subnetIds ?? []));
  } catch (error) {
    return skipped("network", `the routes cannot be read: ${describeError(error)}`);
  }
}

async function probe(
  target: DeliveryTarget,
  name: string,
  isInVpc: boolean,
  hide: (text: string) => string,
): Promise<Check> {
  const body = `clickstack-lambda verifies that logs of ${name} arrive`;
  try {
    await probeDelivery(target, { serviceName: name, body, time: Date.now() });
    return passed("delivery", "a log record was accepted");
  } catch (error) {
    const reason = hide((error as Error).message);
    if (!/ could not be reached \(/.test(reason)) {
      return fault(
        "delivery",
        reason,
        "Store the right ingestion key in the secret, or fix the endpoint and `instrument` again.",
      );
    }
    if (isInVpc) return skipped("delivery", `${reason}; the function may reach it from its VPC`);
    return fault("network", reason, "Check the endpoint's address and port, and that it is up.");
  }
}

async function lookForRows(
  clients: AwsClients,
  of: FunctionState,
  options: VerifyOptions,
): Promise<Verified> {
  const { reader, payload, since, timeoutMs } = options;
  const selection: ArrivalSelection = { name: of.name, region: of.region, since };
  const checks: Check[] = [];
  if (payload !== undefined) {
    const invokedAt = Date.now();
    try {
      const { requestId, errorType } = await invokeFunction(clients, of, payload);
      if (errorType !== undefined && /^Extension\./.test(errorType)) {
        const fix = "Look for the reason in the extension's lines in CloudWatch Logs.";
        return { checks: [fault("invocation", `Lambda reports ${errorType}`, fix)], requestId, invokedAt };
      }
      const failed = errorType === undefined ? "" : `; the function itself failed (${errorType})`;
      checks.push(passed("invocation", `request id ${requestId}${failed}`));
      // Clocks differ slightly.
      Object.assign(selection, { requestId, since: invokedAt - 60_000 });
    } catch (error) {
      return {
        checks: [
          fault("invocation", describeError(error), "Allow lambda:InvokeFunction, or leave out --invoke."),
        ],
      };
    }
    const rows = await rowsOf(reader, selection, timeoutMs);
    return {
      checks: [...checks, ...rows.checks],
      requestId: selection.requestId,
      traceId: rows.traceId,
      invokedAt,
    };
  }
  return rowsOf(reader, selection, 0);
}

/** Milliseconds between two queries. */
const pollMs = 1000;

async function rowsOf(
  reader: RowReader | undefined,
  selection: ArrivalSelection,
  timeoutMs: number,
): Promise<Verified> {
  if (reader === undefined) return { checks: [skipped("rows", "--clickhouse says where to look for them")] };
  const deadline = Date.now() + timeoutMs;
  const isComplete = ({ logs, spans }: Arrivals) => logs > 0 && spans > 0;
  let arrivals = await readArrivals(reader, selection);
  while (!isComplete(arrivals) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    arrivals = await readArrivals(reader, selection);
  }
  const within =
    selection.requestId === undefined
      ? `since ${new Date(selection.since).toISOString()}`
      : `of the invocation within ${Math.round(timeoutMs / 1000)} s`;
  return { checks: checkArrivals(arrivals, within), traceId: arrivals.traceId };
}
