import { isUnknown, type Revealed } from "../pulumi/wire";

/** The inputs of a `LambdaDashboards` from the engine, with secrets revealed. */
export type DashboardInputs = Readonly<Record<string, unknown>>;

/** An invalid property, and the reason. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Inputs set by a program. */
export const given = ["url", "apiKey", "webhook"] as const;
/** All inputs, including those that `check` adds. */
const known: readonly string[] = [...given, "content"];

/** The problems of inputs that can be found without HyperDX. No reason contains a value. */
export function checkInputs(inputs: Revealed): Failure[] {
  const failures: Failure[] = [];
  for (const name of given) {
    const value = inputs[name];
    if (isUnknown(value) || (name === "webhook" && (value === undefined || value === null))) continue;
    if (typeof value !== "string" || value.trim() === "")
      failures.push({ property: name, reason: "must be a non-empty string" });
    else if (name === "url" && !isHttp(value))
      failures.push({
        property: name,
        reason: "must be an http or https URL, such as http://localhost:8000",
      });
  }
  for (const name of Object.keys(inputs))
    if (!known.includes(name) && !name.startsWith("__"))
      failures.push({
        property: name,
        reason: `is not a property of LambdaDashboards, which has ${given.join(", ")}`,
      });
  return failures;
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
