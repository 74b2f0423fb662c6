import type * as pulumi from "@pulumi/pulumi";

/** What the package's provider finds out before it makes a component, so that the component need not look again. */
export interface Findings {
  /** Whether a log record has been delivered with the component's arguments. */
  delivered?: boolean;
  /** Whether the state was refreshed before the program ran; absent where nothing tells. */
  refreshed?: boolean;
}

const findings: unique symbol = Symbol("findings");

/** A component's options with what is known: they are all that reaches a component besides its arguments. */
export function withFindings<O extends pulumi.ComponentResourceOptions>(options: O, found: Findings): O {
  return { ...options, [findings]: found };
}

/** What is known of a component; nothing where a program made it. */
export function findingsOf(options: (object & { [findings]?: Findings }) | undefined): Findings {
  return options?.[findings] ?? {};
}
