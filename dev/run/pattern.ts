import { listOf, mapOf } from "../project/values";

/**
 * Whether an event matches a pattern of EventBridge, or a message matches a filter policy of SNS (EventBridge user guide, "Comparison
 * operators for use in event patterns"; SNS developer guide, "Filter policies").
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  return Object.entries(mapOf(pattern)).every(([key, wanted]) => {
    if (key === "$or" && Array.isArray(wanted)) return wanted.some((one) => matchesPattern(one, event));
    const value = mapOf(event)[key];
    if (!Array.isArray(wanted)) {
      // In a list of objects, one object must match.
      if (Array.isArray(value)) return value.some((one) => matchesPattern(wanted, one));
      return matchesPattern(wanted, value);
    }
    const values = value === undefined ? [] : [value].flat();
    return wanted.some((condition) => matchesValues(condition, values));
  });
}

/** Whether one of a field's values meets a condition; a missing field has no values. */
function matchesValues(condition: unknown, values: readonly unknown[]): boolean {
  const [name, argument] = Object.entries(mapOf(condition))[0] ?? [];
  if (name === "exists") return values.length > 0 === argument;
  if (name === undefined) return values.some((value) => value === condition);
  const operator = operators[name];
  return operator !== undefined && values.some((value) => operator(value, argument));
}

type Operator = (value: unknown, argument: unknown) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  prefix: onText((text, wanted) => text.startsWith(wanted)),
  suffix: onText((text, wanted) => text.endsWith(wanted)),
  "equals-ignore-case": onText((text, wanted) => text.toLowerCase() === wanted.toLowerCase()),
  wildcard: onText((text, wanted) => wildcard(wanted).test(text)),
  numeric: (value, argument) => typeof value === "number" && isInRange(value, listOf(argument)),
  cidr: (value, argument) => isInNetwork(String(value), String(argument)),
  "anything-but": (value, argument) => {
    const [name, inner] = Object.entries(mapOf(argument))[0] ?? [];
    if (name === undefined) return ![argument].flat().includes(value);
    const operator = operators[name];
    return operator !== undefined && ![inner].flat().some((one) => operator(value, one));
  },
};

/** An operator on strings; its argument may be `{ "equals-ignore-case": … }`. */
function onText(test: (text: string, wanted: string) => boolean): Operator {
  return (value, argument) => {
    if (typeof value !== "string") return false;
    const ignoring = mapOf(argument)["equals-ignore-case"];
    return ignoring === undefined
      ? test(value, String(argument))
      : test(value.toLowerCase(), String(ignoring).toLowerCase());
  };
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

/** `[">=", 1, "<", 5]` */
function isInRange(value: number, conditions: readonly unknown[]): boolean {
  const tests: Readonly<Record<string, (limit: number) => boolean>> = {
    "=": (limit) => value === limit,
    "<": (limit) => value < limit,
    "<=": (limit) => value <= limit,
    ">": (limit) => value > limit,
    ">=": (limit) => value >= limit,
  };
  return conditions.every(
    (operator, index) => index % 2 === 1 || tests[String(operator)]?.(Number(conditions[index + 1])) === true,
  );
}

/** Whether an IPv4 address is in a network such as `10.0.0.0/24`. */
function isInNetwork(address: string, network: string): boolean {
  const [base = "", length = "32"] = network.split("/");
  const size = 2 ** (32 - Number(length));
  const [one, other] = [address, base].map(numberOfAddress);
  return one !== undefined && other !== undefined && Math.floor(one / size) === Math.floor(other / size);
}

function numberOfAddress(address: string): number | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1);
  return parts?.reduce((number, part) => number * 256 + Number(part), 0);
}
