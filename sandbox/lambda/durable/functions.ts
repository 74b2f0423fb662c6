import { type ApiAnswer, type ApiRequest, ApiServer } from "../apis/server";
import type { InvocationResult, InvokeOptions } from "../environment/invocation";
import type { Sandbox } from "../sandbox";
import { DurableExecution, type Operation, type OperationUpdate } from "./execution";

const PATH = /^\/2025-12-01\/durable-executions\/(.+)\/(checkpoint|state)$/;

/** The response of the SDK's handler to an invocation. */
interface Answer {
  Status?: "SUCCEEDED" | "FAILED" | "PENDING";
  Result?: string;
  Error?: { ErrorType?: string; ErrorMessage?: string };
}

/** How an execution ended. */
export interface ExecutionResult {
  arn: string;
  status: "SUCCEEDED" | "FAILED";
  /** What the handler returned. */
  result?: unknown;
  error?: Answer["Error"];
  /** One for each run of the function. */
  invocations: InvocationResult[];
}

export interface ExecuteOptions extends InvokeOptions {
  /** The function's ARN with its version. */
  functionArn: string;
  /** Name of the execution. */
  name: string;
}

/**
 * Lambda's part of durable functions: it stores the checkpoints of their executions, suspends them, and runs the
 * function again. Waits take no time here.
 */
export class DurableFunctions {
  private readonly executions = new Map<string, DurableExecution>();

  private constructor(private server: ApiServer | undefined) {}

  static async start(): Promise<DurableFunctions> {
    const functions = new DurableFunctions(undefined);
    functions.server = await ApiServer.start((request) => functions.handle(request));
    return functions;
  }

  /** For the sandbox's `hostPorts`. */
  get port(): number {
    return this.server?.port ?? 0;
  }

  /** Environment variables through which the SDK finds this server. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${this.port}` };
  }

  /**
   * Runs an execution to its end.
   * @param payload the event: any JSON value.
   * @throws when the function fails other than by its SDK, or waits for something that the sandbox cannot complete.
   */
  async execute(sandbox: Sandbox, payload: unknown, options: ExecuteOptions): Promise<ExecutionResult> {
    const { functionArn, name, ...invokeOptions } = options;
    const execution = new DurableExecution(functionArn, name, JSON.stringify(payload ?? null), Date.now());
    this.executions.set(execution.arn, execution);
    const invocations: InvocationResult[] = [];
    let updated: string[] = [];
    for (;;) {
      const event = {
        DurableExecutionArn: execution.arn,
        CheckpointToken: execution.nextToken(),
        UpdatedOperationIds: updated,
        InitialExecutionState: {
          Operations: execution.operations.map((operation) => withTimes(operation, isoTime)),
        },
      };
      const invocation = await sandbox.invoke(event, invokeOptions);
      invocations.push(invocation);
      const answer = invocation.payload as Answer;
      if (invocation.status !== "success" || answer?.Status === undefined) {
        throw new Error(`execution ${execution.arn}: ${JSON.stringify(invocation.payload)}`);
      }
      if (answer.Status !== "PENDING") {
        const result = answer.Result ? (JSON.parse(answer.Result) as unknown) : undefined;
        return { arn: execution.arn, status: answer.Status, result, error: answer.Error, invocations };
      }
      updated = execution.resume(Date.now());
      if (updated.length === 0) {
        throw new Error(`execution ${execution.arn}: waits for something that the sandbox can't end`);
      }
    }
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private handle({ path, body }: ApiRequest): ApiAnswer {
    const [, arn = "", action] = PATH.exec(path) ?? [];
    const execution = this.executions.get(decodeURIComponent(arn));
    if (!execution) return failed(404, `ResourceNotFoundException: ${path}`);
    if (action === "state") return { status: 200, body: { Operations: stored(execution.operations) } };
    const { CheckpointToken, Updates = [] } = JSON.parse(body.toString("utf8")) as {
      CheckpointToken?: string;
      Updates?: OperationUpdate[];
    };
    try {
      const changed = execution.checkpoint(CheckpointToken, Updates, Date.now());
      return {
        status: 200,
        body: { CheckpointToken: execution.nextToken(), NewExecutionState: { Operations: stored(changed) } },
      };
    } catch (error) {
      return failed(400, (error as Error).message);
    }
  }
}

function failed(status: number, text: string): ApiAnswer {
  const [type = "", message = ""] = text.split(": ", 2);
  return { status, body: { Message: message }, headers: { "x-amzn-ErrorType": type } };
}

const isoTime = (time: number): string => new Date(time).toISOString();

/** As the API answers: seconds since 1970. */
const stored = (operations: readonly Operation[]): Record<string, unknown>[] =>
  operations.map((operation) => withTimes(operation, (time) => time / 1_000));

/** The operation with its times as the receiver reads them. */
function withTimes(operation: Operation, write: (time: number) => unknown): Record<string, unknown> {
  const text = JSON.stringify(operation, (key, value: unknown) =>
    key.endsWith("Timestamp") && typeof value === "number" ? write(value) : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
