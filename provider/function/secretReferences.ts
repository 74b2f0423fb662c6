import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { readEnvFile } from "../check/codeArchive";
import { type Argument, telemetryPaths, valueAt } from "../plan/arguments/table";
import { redacted } from "../plan/redaction";
import { envFileVariables } from "../plan/telemetry/envFile";
import {
  mayRefer,
  parseReference,
  parseReferences,
  referenceText,
  type SecretReference,
} from "../plan/telemetry/references";
import { findSetting, settingAmong, variableOf } from "../plan/telemetry/settings";
import { combined, isPlain } from "../pulumi/inputs";
import { secretValues } from "../pulumi/secretValues";
import { originOf } from "../pulumi/valueOrigin";
import { variablesOf } from "./environment";

/** The secrets and parameters that a function's extension will read. */
export interface FunctionReferences {
  /**
   * Whether there may be any, judging by the arguments without their values: an argument whose value is not known yet
   * may turn out to contain references, whatever it is in a preview.
   */
  any: boolean;
  /** The references: ARNs, which are secret only if the program marks the text that contains them as secret. */
  references: SecretReference[] | pulumi.Output<SecretReference[]>;
  /**
   * What the references and keys come from, without values that only the update knows; undefined if that is not known.
   */
  origin: () => Promise<string | undefined>;
  /** ARNs of the customer managed keys that the secrets are encrypted with. */
  kmsKeyArns: pulumi.Input<pulumi.Input<string>[]>;
  /** Audience of the web identity tokens that are sent instead of a key. */
  audience: pulumi.Input<string | undefined>;
}

type StringSource = pulumi.Input<string | undefined> | pulumi.Output<string[]>;

/** Collects the references in everything that the extension reads as its settings. */
export function functionReferences(name: string, args: ObservedFunctionArgs): FunctionReferences {
  const { addresses, carriers } = settingStrings(name, args);
  const sources = [...addresses, ...carriers];
  const plain = sources.filter((source): source is string => typeof source === "string");
  const { secretArns } = args;
  const arns = telemetryPaths.flatMap(({ path, argument }) => {
    const value = argument.reference ? valueAt(args, path) : undefined;
    return value === undefined ? [] : [value as pulumi.Input<string>];
  });
  const audience = webIdentityAudience(args);
  const certain =
    arns.length > 0 ||
    (isPlain(secretArns) && secretArns.length > 0) ||
    plain.some((text) => parseReferences(text).length > 0);
  const references = combined([secretArns, sources, ...arns], ([others = [], texts, ...keys]) =>
    [
      ...[...keys, ...others].flatMap((arn) => (arn ? [referenceText(arn)] : [])),
      ...texts.flat().filter((text) => typeof text === "string"),
    ].flatMap(parseReferences),
  );
  const open = sources.length > plain.length || (secretArns !== undefined && !isPlain(secretArns));
  return {
    any: certain || open || audience !== undefined,
    references: pulumi.Output.isInstance(references)
      ? secretWhereFound(references, [...arns, secretArns, sources])
      : references,
    origin: async () => {
      const found = await origin([...arns, secretArns, addresses], carriers, args.secretKmsKeyArns);
      if (found === undefined || audience === undefined) return found;
      return JSON.stringify([found, await originOf(audience)]);
    },
    kmsKeyArns: args.secretKmsKeyArns ?? [],
    audience,
  };
}

/** The audience, from its argument, or from a setting or variable. */
function webIdentityAudience(args: ObservedFunctionArgs): pulumi.Input<string | undefined> {
  if (args.webIdentityAudience !== undefined) return args.webIdentityAudience;
  const [settings, own] = [args.settings ?? {}, variablesOf(args.environment)];
  return settingAmong("webIdentityAudience", isPlain(settings) ? settings : {}, isPlain(own) ? own : {});
}

/**
 * The references, secret if one of them is in a secret text. A secret without a reference has no influence, and
 * readable policies should not be hidden because of it.
 */
function secretWhereFound(
  references: pulumi.Output<SecretReference[]>,
  sources: pulumi.Input<unknown>[],
): pulumi.Output<SecretReference[]> {
  const marked = pulumi.unsecret(references).apply(async (found) => {
    if (found.length === 0 || !(await pulumi.isSecret(references))) return found;
    const secrets = await secretValues({ sources });
    const hidden = found.some(({ arn }) => secrets.some((text) => text.includes(arn)));
    return hidden ? pulumi.secret(found) : found;
  });
  // An output within an output is flattened, which these types do not express.
  return marked as unknown as pulumi.Output<SecretReference[]>;
}

/**
 * Resources that the references come from, and the references that come from none.
 * @returns undefined if the resources do not determine the references: texts of one resource may contain some or not.
 */
async function origin(arns: unknown, texts: unknown, kmsKeyArns: unknown): Promise<string | undefined> {
  const [named, found, keys] = await Promise.all([arns, texts, kmsKeyArns].map(originOf));
  if (named === undefined || found === undefined || found.urns.length > 0) return undefined;
  const references = [...named.texts, ...found.texts].flatMap((text) => [
    ...parseReferences(text),
    ...[parseReference(text) ?? []].flat(),
  ]);
  const known = [...new Set(references.map(({ arn }) => arn))].sort();
  return JSON.stringify([known, named.urns, keys?.texts, keys?.urns]);
}

/** Values that the extension looks for references in: one text, or those of a map or file that is not known yet. */
interface SettingStrings {
  /** Where telemetry goes and what it describes: outputs among them hardly contain references. */
  addresses: StringSource[];
  /** Headers, settings and variables, which are where keys are referred to. */
  carriers: StringSource[];
}

function settingStrings(name: string, args: ObservedFunctionArgs): SettingStrings {
  const own = variablesOf(args.environment);
  const stringsOf = (kind: "addresses" | "carriers") =>
    telemetryPaths.flatMap(({ path, argument }): StringSource[] => {
      const value = valueAt(args, path);
      const holder = typeof value === "string" && isResolved(argument) ? "addresses" : undefined;
      if (value === undefined || (argument.refers ?? holder) !== kind) return [];
      return argument.kind === "map" ? stringsIn(value as pulumi.Input<StringMap>) : [value as StringSource];
    });
  const refersAsSetting = (setting: string) => mayRefer(findSetting(setting)?.variable ?? setting);
  const settings = args.settings === undefined ? [] : stringsIn(args.settings, refersAsSetting);
  const ownFile = isPlain(own) ? own[variableOf("envFile")] : undefined;
  const envFile = args.envFile ?? ownFile;
  const fileStrings = envFile ? [envFileStrings(name, envFile, args)] : [];
  return {
    addresses: stringsOf("addresses"),
    carriers: [...stringsOf("carriers"), ...settings, ...stringsIn(own, mayRefer), ...fileStrings],
  };
}

/** Whether the extension resolves references in the variable that an argument becomes, or becomes part of. */
function isResolved({ setting, entry }: Argument): boolean {
  const holder = telemetryPaths.find(({ path }) => path === entry?.of);
  const name = setting ?? holder?.argument.setting;
  return name !== undefined && mayRefer(variableOf(name));
}

type StringMap = Record<string, pulumi.Input<string>>;

function stringsIn(
  map: pulumi.Input<StringMap>,
  wanted: (name: string) => boolean = () => true,
): (pulumi.Input<string> | pulumi.Output<string[]>)[] {
  return isPlain(map) ? select(map, wanted) : [pulumi.output(map).apply((values) => select(values, wanted))];
}

/** The values with the selected names. */
function select<T>(values: Record<string, T> | undefined, wanted: (name: string) => boolean): T[] {
  return Object.entries(values ?? {}).flatMap(([name, value]) => (wanted(name) ? [value] : []));
}

/** The values in the env file, if that is in the function's code and can be read here. */
function envFileStrings(
  name: string,
  envFile: pulumi.Input<string>,
  { code, secretArns }: ObservedFunctionArgs,
): pulumi.Output<string[]> {
  return pulumi.output(envFile).apply(async (path) => {
    if (!path) return [];
    const text = await readEnvFile(code, path);
    if (text !== undefined) return select(envFileVariables(text, {}), mayRefer);
    if (secretArns === undefined) {
      const file = (await pulumi.isSecret(pulumi.output(envFile))) ? redacted : path;
      const reason = `${file} cannot be read here; name the secrets and parameters that it refers to in secretArns, so that the role may read them`;
      void pulumi.log.warn(`ObservedFunction "${name}", envFile: ${reason}`);
    }
    return [];
  });
}
