import { join } from "node:path";
import { settings as allSettings, type Setting } from "../provider/plan/telemetry/settings";

/** The page about the effect of the Rotel extension's settings. */
export const rotelPagePath = join(__dirname, "..", "docs", "rotel.md");

/**
 * Why settings have no effect, by words in their descriptions; settings that match none are implemented differently.
 */
const reasons: readonly { title: string; words: RegExp }[] = [
  { title: "Not supported yet", words: /not supported yet/i },
  { title: "No meaning in Lambda", words: /no meaning in Lambda/i },
  { title: "Parts of Rotel that are not included", words: /not part of this extension/i },
  { title: "Implemented differently", words: /./ },
];

function nameOf({ name, variable = "", pattern = variable }: Setting): string {
  if (pattern === "") throw new Error(`settings.json: ${name} has neither variable nor pattern`);
  return pattern;
}

function rotelSettings(settings: readonly Setting[]): Setting[] {
  return settings.filter((setting) => nameOf(setting).startsWith("ROTEL_"));
}

/**
 * The number of Rotel's settings that work, in one sentence that the README also contains; a name with `{…}` counts
 * once.
 */
export function rotelCount(settings: readonly Setting[] = allSettings): string {
  const rotel = rotelSettings(settings);
  const without = rotel.filter(({ supported }) => !supported);
  return `of its ${rotel.length} \`ROTEL_*\` settings, ${rotel.length - without.length} mean the same here and ${without.length} have no effect`;
}

const intro = (count: string): string => `# Coming from the Rotel Lambda Extension

<!-- Generated from settings.json by \`npm run docs\`; change it there, or in scripts/rotelPage.ts. -->

Replace the layer and keep the environment:
${count}.

The \`OTEL_*\` variables that Rotel reads, \`RUST_LOG\` and the proxies' variables also work. A name with \`{…}\` counts as one
setting. If a function has settings without effect, one warning lists them:

    these settings of Rotel have no effect in this version: …

\`CLICKSTACK_COMPAT=rotel\` keeps the Rotel extension's format of logs, for queries that depend on it.

## What differs

| | Rotel Lambda Extension 0.1.3 | this extension |
|---|---|---|
| an invalid setting, a missing secret, a port in use | the function does not start | one warning; the function runs |
| \`SeverityText\` | \`SEVERITY_NUMBER_WARN\` | \`WARN\` |
| fields of JSON logs | message, level, time and request id are kept | all are kept, as attributes |
| plain-text lines | body only | invocation id, trace id, span id; a stack trace is one record |
| the platform's events | not exported | spans, metrics, and records of timeouts and crashes |
| database of the ClickHouse exporter, if none is set | \`otel\` | \`default\`, which is ClickStack's |
| when telemetry is sent | after the invocation, then every 20 s | the same, or as set by \`CLICKSTACK_FLUSH_MODE\` |
| secrets | fetched before the init phase ends | fetched after it, and again when they are rotated |
`;

const outside = `## Values without effect

\`ROTEL_EXPORTER\`: \`datadog\`, \`awsxray\` and \`awsemf\` are parts of Rotel that are not included in this extension;
telemetry is dropped, with a warning. \`ROTEL_OTLP_EXPORTER_AUTHENTICATOR\`: only \`basic\` is supported, \`sigv4auth\` is ignored with a
warning.
`;

function withoutEffect(settings: readonly Setting[]): string {
  const left = new Set(settings);
  const parts = reasons.map(({ title, words }) => {
    const found = [...left].filter(({ doc }) => words.test(doc));
    for (const setting of found) left.delete(setting);
    return found.length === 0
      ? ""
      : `### ${title}\n\n${found.map((one) => `- \`${nameOf(one)}\`: ${one.doc}`).join("\n")}\n`;
  });
  return parts.filter(Boolean).join("\n");
}

/** Generates docs/rotel.md's text from these settings. */
export function makeRotelPage(settings: readonly Setting[] = allSettings): string {
  const rotel = rotelSettings(settings);
  const without = rotel.filter(({ supported }) => !supported);
  const working = rotel.filter(({ supported }) => supported).map((one) => `- \`${nameOf(one)}\``);
  return [
    intro(rotelCount(settings)),
    `## Settings without effect\n\n${without.length} settings:\n`,
    withoutEffect(without),
    outside,
    `## Settings that mean the same\n\nWhat each does is in [configuration.md](configuration.md). ${working.length} settings:\n`,
    `${working.join("\n")}\n`,
  ].join("\n");
}
