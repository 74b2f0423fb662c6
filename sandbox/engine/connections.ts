import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";

/** What runs a program. */
export const operations = ["up", "preview", "refresh", "destroy"] as const;

/**
 * The connections that the runs of inline programs make to the engines they talk with.
 *
 * Pulumi leaves them open. One that has met an engine which was gone goes on trying to reach its port, and since gRPC's
 * channels to the same address share one connection, a later engine that is given this port by chance is then
 * unreachable for its program. Pulumi takes that for an engine which is shutting down: the program ends without an
 * error and without having registered anything, and the update deletes the stack's resources.
 */
export class EngineConnections {
  readonly #ended = new Set<{ close(): void }>();

  /**
   * Makes a stack of which every operation first closes what ended ones left open. Not at their own end: messages that
   * the engine did not wait for are tried then, and a closed connection is printed for each.
   *
   * @param make makes the stack with the program that it is given
   */
  async closing(program: PulumiFn, make: (program: PulumiFn) => Promise<Stack>): Promise<Stack> {
    const current = new Set<{ close(): void }>();
    const stack = await make(async () => {
      for (const client of [pulumi.runtime.getMonitor(), pulumi.runtime.getEngine()]) {
        if (isClosable(client)) current.add(client);
      }
      return program();
    });
    for (const name of operations) {
      const operation = stack[name].bind(stack) as (options?: object) => Promise<never>;
      const closing = (options?: object) => {
        this.close();
        return operation(options).finally(() => {
          for (const client of current) this.#ended.add(client);
          current.clear();
        });
      };
      Object.assign(stack, { [name]: closing });
    }
    return stack;
  }

  /** Closes what ended operations left open. */
  close(): void {
    for (const client of this.#ended) client.close();
    this.#ended.clear();
  }
}

function isClosable(client: object | undefined): client is { close(): void } {
  return client !== undefined && "close" in client;
}
