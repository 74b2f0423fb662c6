import type * as pulumi from "@pulumi/pulumi";
import type { AwsClients } from "./clients";
import type { Validator } from "./validators";
import type { PropertyMap } from "./values";

/** A resource's arguments or state as `@pulumi/aws` types them, without inputs, outputs and promises. */
export type Plain<T> = string extends keyof T ? PropertyMap : pulumi.Unwrap<T>;

/**
 * A resource type as data, and the few calls that make it real. Everything else (checks, names, differences, previews,
 * drift) follows from the data, see plan.ts.
 *
 * @typeParam Args `@pulumi/aws`'s arguments of the resource
 * @typeParam State its state (`XState` in `@pulumi/aws`)
 */
export interface ResourceDefinition<Args, State> {
  /** Type token, `aws:lambda/function:Function`. */
  token: string;
  /** Inputs that are honoured; any other is refused rather than silently forgotten. */
  inputs: readonly (keyof Args & string)[];
  required?: readonly (keyof Args & string)[];
  /** Values the provider itself fills in, as the real one does. */
  defaults?: Partial<Plain<Args>>;
  /** Makes up a `name` when none is given, which must not be longer than this (naming.ts). */
  autoName?: { maxLength: number };
  /** What the provider refuses at preview, by the input's path (validators.ts). */
  validators?: Readonly<Record<string, Validator>>;
  /** Of these inputs one has to be given, and no more. */
  exactlyOneOf?: readonly (keyof Args & string)[];
  /** Inputs whose change replaces the resource ("all": it can't be updated). `region` always does. */
  replaceOn: readonly (keyof Args & string)[] | "all";
  /** Inputs that are JSON documents: objects are taken too, and formatting does not count. */
  json?: readonly (keyof Args & string)[];
  /** Outputs that only AWS knows; inputs among them are optional and take AWS's value when not given. */
  computed: readonly (keyof State & string)[];
  /** Of those, the ones that an update of these inputs changes. */
  recomputed?: (changed: readonly string[], inputs: Plain<Args>) => readonly (keyof State & string)[];
  /** True for resources of a region: they have `region` as input and output. */
  regional: boolean;
  /** Makes the resource and returns its id. */
  create(aws: AwsClients, inputs: Plain<Args>): Promise<string>;
  /**
   * The resource as it is in AWS now, or undefined when it is gone. Properties that AWS does not give back are taken
   * from `known`, the last state; at an import there is none.
   */
  read(
    aws: AwsClients,
    id: string,
    known: Partial<Plain<State>>,
    inputs: Partial<Plain<Args>>,
  ): Promise<Plain<State> | undefined>;
  /** Brings the resource to `inputs`; `changed` names the inputs that differ from `old`. */
  update?(aws: AwsClients, id: string, change: ResourceChange<Args, State>): Promise<void>;
  /** Removes the resource; one that is gone already is no error. */
  delete(aws: AwsClients, id: string, state: Plain<State>): Promise<void>;
}

/** From what to what an update goes. */
export interface ResourceChange<Args, State> {
  inputs: Plain<Args>;
  old: Plain<State>;
  changed: readonly string[];
}

/** A resource type with its own types forgotten, so that all of them fit one table. */
export type ResourceType = ResourceDefinition<PropertyMap, PropertyMap>;

/** Checks a definition against `@pulumi/aws`'s types and puts it into the common form. */
export function defineResource<Args, State>(definition: ResourceDefinition<Args, State>): ResourceType {
  return definition as unknown as ResourceType;
}

/** AWS's error code in an error of an SDK client. */
export function errorCode(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** The result of an AWS call, or undefined when what it asks for does not exist. */
export async function ifFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (/^(ResourceNotFoundException|NoSuchEntity(Exception)?|ParameterNotFound)$/.test(errorCode(error)))
      return undefined;
    throw error;
  }
}

let made = 0;

/** Ends names that have to be new, as `namePrefix` and statement IDs want them: no two are the same in a process. */
export function uniqueSuffix(): string {
  made++;
  return `${Date.now()}${String(made).padStart(6, "0")}`;
}

/** Which tags to set and which to take away to come from one set to another. */
export function tagChanges(old: Record<string, string> = {}, wanted: Record<string, string> = {}) {
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => old[key] !== value)),
    removed: Object.keys(old).filter((key) => !(key in wanted)),
  };
}

/** `{ a: "b" }` as the list of `{ Key, Value }` that most services want. */
export function tagList(tags: Record<string, string> = {}) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The opposite of {@link tagList}. */
export function tagMap(tags: readonly { Key?: string; Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
