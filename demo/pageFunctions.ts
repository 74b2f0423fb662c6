import type { Sandbox } from "../sandbox";
import type { FunctionDefinition } from "../sandbox/lambda/function/definition";
import type { PageFunction, PageInvocation } from "../web/api/rows";
import type { PageFunctions } from "../web/functions";

/** The demo's functions as the page invokes them: each is started again for its first event. */
export class DemoFunctions implements PageFunctions {
  private readonly known = new Map<string, { runtime: string; start: () => Promise<Sandbox> }>();
  private readonly running = new Map<string, Promise<Sandbox>>();

  /** @param start runs a function until the demo ends. */
  add({ name, runtime }: FunctionDefinition, start: () => Promise<Sandbox>): void {
    this.known.set(name, { runtime, start });
  }

  list(): PageFunction[] {
    return [...this.known].map(([name, { runtime }]) => ({ name, runtime }));
  }

  async invoke(name: string, event: unknown): Promise<PageInvocation> {
    const starting = this.running.get(name) ?? this.known.get(name)?.start();
    if (starting === undefined) throw new Error(`there is no function ${name}`);
    this.running.set(name, starting);
    const sandbox = await starting.catch((error: Error) => {
      this.running.delete(name);
      throw error;
    });
    return sandbox.invoke(event);
  }
}
