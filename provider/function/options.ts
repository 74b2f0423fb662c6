import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../plan/names/resourceUrn";

/** Resource options of an `ObservedFunction`: those of a component, and those that apply to its function. */
export interface ObservedFunctionOptions extends pulumi.ComponentResourceOptions {
  /**
   * Names of outputs of the function that are secrets.
   */
  additionalSecretOutputs?: string[];
  /**
   * Whether the function is deleted before its replacement is created.
   */
  deleteBeforeReplace?: boolean;
}

type EveryOption = keyof pulumi.CustomResourceOptions | keyof pulumi.ComponentResourceOptions;

/**
 * What each of Pulumi's resource options applies to: the component with all its child resources, its function, or
 * neither. A missing option does not compile, and fails a test that reads the declarations of the installed Pulumi.
 * - `both`: it applies to the component, and also to the function, as a child of the component or directly.
 * - `function`: only to the function; for the component it would run twice, or replace the component.
 * - `none`: it concerns providers, or how an existing resource is looked up.
 */
export const optionOwners: Readonly<Record<EveryOption, "component" | "function" | "both" | "none">> = {
  additionalSecretOutputs: "function",
  aliases: "component",
  customTimeouts: "both",
  deleteBeforeReplace: "function",
  deletedWith: "both",
  dependsOn: "component",
  envVarMappings: "none",
  hideDiffs: "function",
  hooks: "function",
  id: "none",
  ignoreChanges: "both",
  import: "none",
  parent: "component",
  pluginDownloadURL: "component",
  protect: "component",
  provider: "component",
  providers: "component",
  replaceOnChanges: "both",
  replaceWith: "function",
  replacementTrigger: "function",
  retainOnDelete: "both",
  transformations: "component",
  transforms: "component",
  urn: "component",
  version: "component",
};

/**
 * The options of the component itself.
 * @throws Error for `import`, which would have to match the function that the component creates.
 */
export function componentOptions(name: string, opts: object = {}): pulumi.ComponentResourceOptions {
  if ("import" in opts && opts.import) {
    throw new Error(
      `ObservedFunction "${name}": components do not support the resource option import. Import the function with \`pulumi import aws:lambda/function:Function\`, then take it over with functionAlias`,
    );
  }
  return pick(opts, ["component", "both", "none"]);
}

/** The options of the function, with the same meaning as for the plain resource. */
export function functionOptions(
  opts: object = {},
  functionAlias: string | undefined,
): pulumi.CustomResourceOptions {
  const alias = functionAlias?.startsWith("urn:")
    ? functionAlias
    : { name: functionAlias, parent: pulumi.rootStackResource };
  return { ...pick(opts, ["function", "both"]), aliases: functionAlias === undefined ? undefined : [alias] };
}

/**
 * Names in the program that the function had before, as far as its options show: its automatic name began with one of
 * them.
 */
export function formerNames(functionAlias: string | undefined, opts: object = {}): string[] {
  const { aliases = [] } = opts as pulumi.ComponentResourceOptions;
  const given: unknown[] = Array.isArray(aliases) ? [functionAlias, ...aliases] : [functionAlias];
  return given.flatMap((alias) => {
    const name = typeof alias === "object" && alias !== null && "name" in alias ? alias.name : alias;
    return typeof name === "string" ? [name.startsWith("urn:") ? nameOf(name) : name] : [];
  });
}

function pick(opts: object, owners: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(opts).filter(([option]) => {
      const owner = (optionOwners as Readonly<Record<string, string>>)[option];
      // An option of a later Pulumi is the component's, as with any component.
      return owners.includes(owner ?? "component");
    }),
  );
}
