import type { InvocationResult, InvokeOptions, Sandbox } from "../../sandbox";

/** A function that can be restarted: running invocations finish with the code that they started with. */
export class DevFunction {
  /** Its current sandbox; undefined before the first start. */
  sandbox: Sandbox | undefined;
  private current: Promise<Sandbox>;
  private readonly ending = new Set<Promise<void>>();
  private stopped = false;

  /** @param start creates a sandbox of the function's current code. */
  constructor(private readonly start: () => Promise<Sandbox>) {
    this.current = this.started();
  }

  /** @throws the error of a failed start, until a restart succeeds. */
  async invoke(payload: unknown, options: InvokeOptions): Promise<InvocationResult> {
    return (await this.current).invoke(payload, options);
  }

  /** The next invocation runs in a new environment, unless the function was stopped. */
  async restart(): Promise<void> {
    // A file may change while `dev` is stopping.
    if (this.stopped) return;
    this.end(this.current);
    this.current = this.started();
    await this.current.catch(() => {});
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.end(this.current);
    await Promise.all(this.ending);
  }

  private started(): Promise<Sandbox> {
    const starting = this.start().then((sandbox) => {
      this.sandbox = sandbox;
      return sandbox;
    });
    // The next invocation reports it.
    starting.catch(() => {});
    return starting;
  }

  private end(sandbox: Promise<Sandbox>): void {
    const ending = sandbox
      .then((running) => running.shutdown())
      .catch(() => {})
      .finally(() => this.ending.delete(ending));
    this.ending.add(ending);
  }
}
