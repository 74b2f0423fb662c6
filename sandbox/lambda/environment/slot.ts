/** The right to run an environment on this machine's own loopback, which only one environment has at a time. */
export interface EnvironmentSlot {
  /** Ends the environment if it is idle. @returns whether it did. */
  evict: () => Promise<boolean>;
  /** To be called after each invocation, so that another function can run. */
  becameIdle: () => void;
  release: () => void;
}

let owner: EnvironmentSlot | undefined;
const queue: (() => void)[] = [];

/** Takes the slot as soon as its owner is idle or gone: as on Lambda, an idle environment may end at any time. */
export async function takeSlot(): Promise<EnvironmentSlot> {
  while (owner !== undefined) {
    if (await owner.evict()) continue;
    await new Promise<void>((resolve) => queue.push(resolve));
  }
  const slot: EnvironmentSlot = {
    evict: async () => false,
    becameIdle: () => queue.shift()?.(),
    release: () => {
      if (owner === slot) owner = undefined;
      queue.shift()?.();
    },
  };
  owner = slot;
  return slot;
}
