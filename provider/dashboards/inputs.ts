import { isUnknown, type Revealed } from "../pulumi/wire";

/** What the engine hands over of a `LambdaDashboards`, with secrets revealed. */
export type DashboardInputs = Readonly<Record<string, unknown>>;

/** A property that is wrong, and why. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What a program gives. */
export const given = ["url", "apiKey", "webhook"] as const;
/** Besides, what check adds to it. */
const known: readonly string[] = [...given, "content"];

/** What is wrong with inputs as far as they say it themselves. No reason holds a value. */
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
