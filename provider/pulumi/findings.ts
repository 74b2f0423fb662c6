import type * as pulumi from "@pulumi/pulumi";

/** What the package's provider determines before it creates a component, so that the component need not do it again. */
export interface Findings {
  /** Whether a log record has been delivered with the component's arguments. */
  delivered?: boolean;
  /** Whether the state was refreshed before the program ran; absent if that is not known. */
  refreshed?: boolean;
}

const findings: unique symbol = Symbol("findings");

/** A component's options with these findings: a component receives nothing besides its arguments and options. */
export function withFindings<O extends pulumi.ComponentResourceOptions>(options: O, found: Findings): O {
  return { ...options, [findings]: found };
}

/** The findings for a component; none if a program created it. */
export function findingsOf(options: (object & { [findings]?: Findings }) | undefined): Findings {
  return options?.[findings] ?? {};
}
