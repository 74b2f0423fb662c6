import { mayRefer, parseReferences, resolveReferences } from "../../provider/plan/telemetry/references";
import type { AwsClients } from "../aws/clients";
import { readSecret } from "../aws/secrets";
import type { SecretView } from "../plan/verification";

/** The secrets that a function's variables refer to, as far as they could be read here. */
export interface ReadSecrets {
  /** Their descriptions. */
  views: SecretView[];
  /** Their values, by reference. */
  values: ReadonlyMap<string, string>;
  /** A text with references replaced by values. @throws if one of them could not be read. */
  fillIn(text: string): Promise<string>;
}

/** Reads the secrets with the permissions of the caller. */
export async function readSecrets(
  clients: AwsClients,
  variables: Readonly<Record<string, string>>,
): Promise<ReadSecrets> {
  const texts = Object.entries(variables).flatMap(([name, value]) => (mayRefer(name) ? [value] : []));
  const references = new Map(
    texts.flatMap(parseReferences).map((one) => [`${one.arn}#${one.jsonKey ?? ""}`, one] as const),
  );
  const values = new Map<string, string>();
  const views: SecretView[] = [];
  for (const [key, reference] of references) {
    const { view, value } = await readSecret(clients, reference);
    views.push(view);
    if (value !== undefined) values.set(key, value);
  }
  const fillIn = (text: string) =>
    resolveReferences(text, async ({ arn, jsonKey }) => {
      const value = values.get(`${arn}#${jsonKey ?? ""}`);
      if (value !== undefined) return value;
      throw new Error(`${arn} cannot be read from here`);
    });
  return { views, values, fillIn };
}
