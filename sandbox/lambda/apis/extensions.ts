import { randomUUID } from "node:crypto";
import type { ConditionSignal } from "../core/conditionSignal";
import type { ExtensionEvent } from "../core/extensionEvent";
import type { Tracing } from "../core/telemetryEvent";
import { type ApiAnswer, type ApiRequest, PendingAnswer } from "./server";

/** Why the platform shuts an environment's processes down. */
export type ShutdownReason = "spindown" | "timeout" | "failure";

export interface Extension {
  id: string;
  name: string;
  events: ExtensionEvent[];
  /** True for a program in /opt/extensions; the others register from within the runtime's process. */
  external: boolean;
  /** Its pending `/next` request. */
  waiting?: PendingAnswer;
  /** It has requested its first event. */
  ready: boolean;
  /** What it reported by `/init/error` or `/exit/error`. */
  error?: { phase: "init" | "exit"; type: string };
}

export interface ExtensionsApiOptions {
  functionName: string;
  functionVersion: string;
  handler: string;
  accountId: string;
  /** The file names in /opt/extensions. */
  externalNames: string[];
  /** The events that can be registered for. */
  knownEvents: readonly ExtensionEvent[];
  conditions: ConditionSignal;
  emit: (type: string, record: Record<string, unknown>) => void;
}

const ROOT = "/2020-01-01/extension";
/** Lambda's limit on the number of extensions, external and internal together. */
const MAX_EXTENSIONS = 10;

const refusal = (errorType: string, errorMessage: string, status = 403): ApiAnswer => ({
  status,
  body: { errorType, errorMessage },
});
const header = (request: ApiRequest, name: string): string => String(request.headers[name] ?? "");

/** The Extensions API 2020-01-01 of one initialization. */
export class ExtensionsApi {
  private readonly extensions = new Map<string, Extension>();
  private registrationOpen = true;
  private shutdown: { shutdownReason: ShutdownReason; deadlineMs: number } | undefined;

  constructor(private readonly options: ExtensionsApiOptions) {}

  get all(): Extension[] {
    return [...this.extensions.values()];
  }

  get allExternalRegistered(): boolean {
    return this.options.externalNames.every((name) => this.extensions.has(name));
  }

  /** Every extension has requested its next event. */
  get allWaiting(): boolean {
    return this.all.every((extension) => extension.waiting);
  }

  get failed(): Extension | undefined {
    return this.all.find((extension) => extension.error);
  }

  closeRegistration(): void {
    this.registrationOpen = false;
  }

  /** @returns undefined when the request is for another API. */
  handle(request: ApiRequest): ApiAnswer | PendingAnswer | undefined {
    switch (request.path) {
      case `${ROOT}/register`:
        return this.register(request);
      case `${ROOT}/event/next`:
        return this.next(request);
      case `${ROOT}/init/error`:
        return this.reportError(request, "init");
      case `${ROOT}/exit/error`:
        return this.reportError(request, "exit");
      default:
        return undefined;
    }
  }

  /** The extension that sent a request, or the answer that rejects it. */
  identify(request: ApiRequest): Extension | ApiAnswer {
    const id = header(request, "lambda-extension-identifier");
    if (id === "") {
      return refusal("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
    }
    const known = this.all.find((extension) => extension.id === id);
    return known ?? refusal("Extension.UnknownExtensionIdentifier", `Unknown extension ${id}`);
  }

  /** Delivers the invocation to every extension that registered for it. */
  deliverInvoke(invocation: {
    requestId: string;
    deadlineMs: number;
    invokedFunctionArn: string;
    tracing: Tracing;
  }): void {
    const { tracing, ...rest } = invocation;
    this.deliver("INVOKE", { ...rest, tracing: { type: tracing.type, value: tracing.value } });
  }

  /** @param deadlineMs when what still runs is killed, in milliseconds since 1970. */
  deliverShutdown(shutdownReason: ShutdownReason, deadlineMs: number): void {
    this.shutdown = { shutdownReason, deadlineMs };
    this.deliver("SHUTDOWN", this.shutdown);
  }

  private deliver(eventType: ExtensionEvent, content: Record<string, unknown>): void {
    for (const extension of this.all) {
      if (!extension.events.includes(eventType) || !extension.waiting) continue;
      const { waiting } = extension;
      extension.waiting = undefined;
      waiting.answer({
        status: 200,
        body: { eventType, ...content },
        headers: { "Lambda-Extension-Event-Identifier": randomUUID() },
      });
    }
  }

  private register(request: ApiRequest): ApiAnswer {
    const name = header(request, "lambda-extension-name");
    if (name === "") return refusal("Extension.InvalidExtensionName", "Empty extension name");
    const external = this.options.externalNames.includes(name);
    const events = parseEvents(request.body);
    const refused = this.refuseRegistration(name, external, events);
    if (refused) return refused;
    const id = randomUUID();
    this.extensions.set(name, { id, name, events: events as ExtensionEvent[], external, ready: false });
    this.options.conditions.notify();
    const { functionName, functionVersion, handler, accountId } = this.options;
    const features = header(request, "lambda-extension-accept-feature").split(",");
    const withAccount = features.some((feature) => feature.trim() === "accountId");
    return {
      status: 200,
      body: { functionName, functionVersion, handler, ...(withAccount ? { accountId } : {}) },
      headers: { "Lambda-Extension-Identifier": id },
    };
  }

  private refuseRegistration(
    name: string,
    external: boolean,
    events: string[] | undefined,
  ): ApiAnswer | undefined {
    if (!this.registrationOpen) {
      return refusal("Extension.RegistrationClosed", "Extension registration closed already");
    }
    if (!events) return refusal("InvalidRequestFormat", 'The body is not {"events":[…]}');
    const known: readonly string[] = this.options.knownEvents;
    const unknown = events.find((event) => !known.includes(event));
    if (unknown !== undefined) {
      return refusal("Extension.InvalidEventType", `ExtensionError: invalid event: ${unknown}`);
    }
    if (!external && events.includes("SHUTDOWN")) {
      return refusal(
        "ShutdownEventNotSupportedForInternalExtension",
        `Extension ${name}: an internal extension cannot register for SHUTDOWN`,
      );
    }
    if (this.extensions.has(name)) {
      return refusal("Extension.InvalidExtensionState", `Extension ${name} is registered already`);
    }
    if (this.extensions.size >= MAX_EXTENSIONS) {
      return refusal("Extension.TooManyExtensions", `Extension limit (${MAX_EXTENSIONS}) reached`);
    }
    return undefined;
  }

  private next(request: ApiRequest): ApiAnswer | PendingAnswer {
    const extension = this.identify(request);
    if ("status" in extension) return extension;
    const waiting = new PendingAnswer();
    extension.waiting = waiting;
    if (!extension.ready) {
      extension.ready = true;
      const { name, events } = extension;
      this.options.emit("platform.extension", { name, state: "Ready", events });
    }
    // An extension that was still busy when the shutdown began receives the event at its next request.
    if (this.shutdown) this.deliver("SHUTDOWN", this.shutdown);
    this.options.conditions.notify();
    return waiting;
  }

  private reportError(request: ApiRequest, phase: "init" | "exit"): ApiAnswer {
    const extension = this.identify(request);
    if ("status" in extension) return extension;
    const type = header(request, "lambda-extension-function-error-type");
    if (type === "") {
      return refusal("Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header");
    }
    extension.error = { phase, type };
    this.options.conditions.notify();
    return { status: 202, body: { status: "OK" } };
  }
}

function parseEvents(body: Buffer): string[] | undefined {
  try {
    const { events = [] } = JSON.parse(body.toString("utf8")) as { events?: unknown };
    return Array.isArray(events) ? events.map(String) : undefined;
  } catch {
    return undefined;
  }
}
