import type * as pulumi from "@pulumi/pulumi";
import type { AwsClients } from "./clients";
import type { Validator } from "./validators";
import type { PropertyMap } from "./values";

/** A resource's arguments or state as `@pulumi/aws` types them, without inputs, outputs and promises. */
export type Plain<T> = string extends keyof T ? PropertyMap : pulumi.Unwrap<T>;

/**
 * A resource type as data, with the few calls that access AWS. Everything else (checks, names, differences, previews,
 * drift) follows from the data, see plan.ts.
 *
 * @typeParam Args `@pulumi/aws`'s arguments of the resource
 * @typeParam State its state (`XState` in `@pulumi/aws`)
 */
export interface ResourceDefinition<Args, State> {
  /** Type token, `aws:lambda/function:Function`. */
  token: string;
  /** Inputs that are supported; any other is rejected rather than silently ignored. */
  inputs: readonly (keyof Args & string)[];
  required?: readonly (keyof Args & string)[];
  /** Values the provider itself fills in, as the real one does. */
  defaults?: Partial<Plain<Args>>;
  /** Generates a `name` if none is given, with this maximum length (naming.ts). */
  autoName?: { maxLength: number };
  /** What the provider rejects at preview, by the input's path (validators.ts). */
  validators?: Readonly<Record<string, Validator>>;
  /** Exactly one of these inputs has to be given. */
  exactlyOneOf?: readonly (keyof Args & string)[];
  /** Inputs whose change replaces the resource ("all": it can't be updated). `region` always does. */
  replaceOn: readonly (keyof Args & string)[] | "all";
  /** Inputs that are JSON documents: objects are accepted too, and formatting is ignored. */
  json?: readonly (keyof Args & string)[];
  /** Outputs that AWS determines; inputs among them are optional and default to AWS's value. */
  computed: readonly (keyof State & string)[];
  /** Of those, the ones that an update of these inputs changes. */
  recomputed?: (changed: readonly string[], inputs: Plain<Args>) => readonly (keyof State & string)[];
  /** True for resources of a region: they have `region` as input and output. */
  regional: boolean;
  /** Creates the resource and returns its id. */
  create(aws: AwsClients, inputs: Plain<Args>): Promise<string>;
  /**
   * The resource as it is in AWS now, or undefined when it is gone. Properties that AWS does not return are taken from
   * `known`, the last state; an import has none.
   */
  read(
    aws: AwsClients,
    id: string,
    known: Partial<Plain<State>>,
    inputs: Partial<Plain<Args>>,
  ): Promise<Plain<State> | undefined>;
  /** Brings the resource to `inputs`; `changed` names the inputs that differ from `old`. */
  update?(aws: AwsClients, id: string, change: ResourceChange<Args, State>): Promise<void>;
  /** Removes the resource; it is not an error if it is already gone. */
  delete(aws: AwsClients, id: string, state: Plain<State>): Promise<void>;
}

/** The old and the new inputs of an update. */
export interface ResourceChange<Args, State> {
  inputs: Plain<Args>;
  old: Plain<State>;
  changed: readonly string[];
}

/** A resource type with its own types erased, so that all of them fit one table. */
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

/**
 * A suffix for names that have to be unique, as for `namePrefix` and statement IDs: no two are the same in a process.
 */
export function uniqueSuffix(): string {
  made++;
  return `${Date.now()}${String(made).padStart(6, "0")}`;
}

/** Which tags to set and which to remove to change one set into another. */
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
