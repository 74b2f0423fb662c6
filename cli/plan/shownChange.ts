import { shownUrl } from "../../provider/plan/redaction";
import { keyValuePairs } from "../../provider/plan/telemetry/keyValueList";
import { findSetting, type Setting } from "../../provider/plan/telemetry/settings";
import type { PlannedChange, PolicyChange } from "./change";
import { recordVariable } from "./record";

/** One line of a diff. */
export interface DiffLine {
  sign: "+" | "-" | "~";
  /** Its subject: `layer`, `variable` or `policy`. */
  subject: string;
  text: string;
}

/**
 * The effect of a change, line by line. No value that may be a key is shown, and no value that this tool did not set.
 */
export function diffOf(change: PlannedChange): DiffLine[] {
  return [...layerLines(change), ...variableLines(change), ...policyLines(change)];
}

function layerLines({ before, after }: PlannedChange): DiffLine[] {
  const added = after.layers.filter((arn) => !before.layers.includes(arn));
  const removed = before.layers.filter((arn) => !after.layers.includes(arn));
  const lines = [
    ...removed.map((text): DiffLine => ({ sign: "-", subject: "layer", text })),
    ...added.map((text): DiffLine => ({ sign: "+", subject: "layer", text })),
  ];
  const moved = lines.length === 0 && before.layers.join() !== after.layers.join();
  return moved ? [{ sign: "~", subject: "layer", text: "the order of the layers" }] : lines;
}

function variableLines({ before, after }: PlannedChange): DiffLine[] {
  const names = [...new Set([...Object.keys(before.variables), ...Object.keys(after.variables)])].sort();
  return names.flatMap((name): DiffLine[] => {
    const [old, now] = [before.variables[name], after.variables[name]];
    if (old === now || name === recordVariable) return [];
    if (now === undefined) return [{ sign: "-", subject: "variable", text: name }];
    return [
      { sign: old === undefined ? "+" : "~", subject: "variable", text: `${name}=${shownValue(name, now)}` },
    ];
  });
}

function policyLines({ policies, obsolete }: PlannedChange): DiffLine[] {
  const visible = [...policies, ...obsolete].filter(({ before, after }) => (before ?? after) !== undefined);
  return visible.map(({ name, before, after }: PolicyChange): DiffLine => {
    const sign = after === undefined ? "-" : before === undefined ? "+" : "~";
    return { sign, subject: "policy", text: after === undefined ? name : `${name}: ${actionsOf(after)}` };
  });
}

/**
 * A variable's value, as far as it may be shown. For a list the names are shown, and the values if none can be a key.
 */
export function shownValue(name: string, value: string): string {
  const setting = findSetting(name)?.setting;
  if (isReference(value)) return value;
  if (setting?.type === "keyValueList") {
    return keyValuePairs(value)
      .map(({ key, value: of }) => `${key ?? ""}=${isReference(of) || isPlain(setting) ? of : "…"}`)
      .join(",");
  }
  if (setting === undefined || setting.secret) return "…";
  return setting.type === "url" ? shownUrl(value) : value;
}

function isReference(value: string): boolean {
  return /^\$\{arn:[^}]*\}$|^secret:\/\/arn:/.test(value.trim());
}

/** Attributes are shown, headers are not. */
function isPlain({ name }: Setting): boolean {
  return name === "resourceAttributes";
}

function actionsOf(document: string): string {
  const { Statement } = JSON.parse(document) as { Statement: { Effect: string; Action: string[] }[] };
  return Statement.map(({ Effect, Action }) => `${Effect} ${[Action].flat().join(", ")}`).join("; ");
}
