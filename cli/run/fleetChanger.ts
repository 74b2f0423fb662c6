import type { FunctionState } from "../plan/functionState";
import { changeFleet, type FleetOptions, type FunctionResult, type Planner, planFleet } from "./changeFleet";
import type { ControlPlane } from "./controlPlane";

/** Options for changing functions as they are read. */
export interface ChangerOptions extends FleetOptions {
  /** Called with the number of changes that were planned for a part of the functions. */
  planned?: (changes: number) => void;
}

interface Part {
  planned: Promise<FunctionResult[]>;
  changed: Promise<FunctionResult[]>;
}

/** Plans and changes the functions of a region as soon as they are read, while those of others are still being read. */
export class FleetChanger {
  private readonly parts: Part[] = [];
  /** The last started work in each region: further functions of it wait, so that `concurrency` is respected. */
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(
    private readonly plane: ControlPlane,
    private readonly planner: Planner,
    private readonly options: ChangerOptions,
  ) {}

  /** Starts with functions of one region. Errors are those of {@link planned} and {@link changed}. */
  begin(functions: readonly FunctionState[]): void {
    const [first] = functions;
    if (first === undefined) return;
    const planned = planFleet(this.plane, functions, this.planner);
    const changed = this.change(planned, this.last.get(first.region));
    this.last.set(first.region, changed);
    for (const begun of [planned, changed]) begun.catch(() => {});
    this.parts.push({ planned, changed });
  }

  /** The plans of all started functions. */
  async planned(): Promise<FunctionResult[]> {
    return (await Promise.all(this.parts.map(({ planned }) => planned))).flat();
  }

  /** The results of all started functions. */
  async changed(): Promise<FunctionResult[]> {
    return (await Promise.all(this.parts.map(({ changed }) => changed))).flat();
  }

  /** Waits until nothing is in progress, whatever the results. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.parts.map(({ changed }) => changed));
  }

  private async change(
    planned: Promise<FunctionResult[]>,
    earlier: Promise<unknown> | undefined,
  ): Promise<FunctionResult[]> {
    const results = await planned;
    this.options.planned?.(results.filter(({ plan }) => plan !== undefined).length);
    await earlier;
    return changeFleet(this.plane, results, this.options);
  }
}

/** Results in the order of these functions. */
export function inOrder(
  results: readonly FunctionResult[],
  functions: readonly Pick<FunctionState, "name" | "region">[],
): FunctionResult[] {
  const keyOf = ({ name, region }: Pick<FunctionState, "name" | "region">) => `${region} ${name}`;
  const found = new Map(results.map((result) => [keyOf(result.function), result]));
  return functions.flatMap((of) => found.get(keyOf(of)) ?? []);
}
