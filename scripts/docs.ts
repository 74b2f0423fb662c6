import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { settings as allSettings, type Setting } from "../provider/plan/telemetry/settings";
import { cliPagePath, makeCliPage } from "./cliPage";
import { dashboardFiles } from "./dashboardFiles";
import { conventionsPath, withImports } from "./importsTable";
import { logsPagePath, makeLogsPage } from "./logsPage";
import { makeRotelPage, rotelPagePath } from "./rotelPage";

const root = join(__dirname, "..");

/** Where the settings are described. */
export const configurationPath = join(root, "docs", "configuration.md");

/** A part of the page: the settings whose variable or pattern is of this form, unless an earlier part has them. */
interface Group {
  title: string;
  form: RegExp;
  about: string;
}

/** Settings without effect come first, see `groupOf`. Those that match no form are in the last group. */
const groups: Group[] = [
  {
    title: "ClickHouse",
    form: /^ROTEL_CLICKHOUSE_EXPORTER_/,
    about: "Export directly into ClickStack's tables, with `ROTEL_EXPORTER=clickhouse`.",
  },
  {
    title: "TLS, keys and proxies",
    form: /TLS_|CERTIFICATE|CLIENT_KEY|AUTHENTICATOR|BASIC_AUTH|_PROXY$/,
    about:
      "Which certificates are trusted, which are sent, how requests are authenticated, and which proxies they use.",
  },
  {
    title: "Sending",
    form: /RETRY|TIMEOUT|^CLICKSTACK_(FLUSH|BUFFER)/,
    about: "When telemetry is sent, how long a request may take, and how failed requests are retried.",
  },
  {
    title: "Secrets",
    form: /SECRETS/,
    about:
      "`${arn:…}` anywhere in a `ROTEL_*` value, or `secret://arn:…` as the whole value, stands for a secret of Secrets Manager or a parameter of Parameter Store; `#key` or a JSON pointer after the ARN selects a part of a JSON document. They are fetched after the init phase, while the function is running.",
  },
  {
    title: "Receivers",
    form: /^ROTEL_(TELEMETRY_ENDPOINT|OTLP_(HTTP|GRPC|RECEIVER)_)/,
    about: "Where the extension listens for Lambda and for the function's own OpenTelemetry SDK.",
  },
  {
    title: "Destination and protocol",
    form: /EXPORTER/,
    about: "Where telemetry is sent. `OTEL_EXPORTER_OTLP_*` are used only if `ROTEL_*` set no endpoint.",
  },
  {
    title: "Tracing layer",
    form: /^CLICKSTACK_TRACING/,
    about:
      "What the [light tracing layers](traces.md) for Node.js and Python do; the extension does not read these.",
  },
  {
    title: "What is collected, and the extension itself",
    form: /./,
    about: "What is collected, and under which names.",
  },
];

const order = [
  "Destination and protocol",
  "TLS, keys and proxies",
  "ClickHouse",
  "Receivers",
  "Sending",
  "Secrets",
  "What is collected, and the extension itself",
  "Tracing layer",
];

const intro = `# Configuration

<!-- Generated from settings.json by \`npm run docs\`; change it there. -->

The extension reads these environment variables of the function, or a file with them (\`ROTEL_ENV_FILE\`), which takes
precedence. \`ObservedFunction\` accepts them by name in \`settings\`. For an invalid value, the function's log contains a warning,
and the default is used. An unknown \`ROTEL_\` or \`CLICKSTACK_\` name causes a warning with the nearest known name.

Durations are written \`500ms\`, \`5s\` or \`1m30s\`; lists of keys and values \`key=value,key=value\`, with double quotes around
values that contain commas. \`{A|B}\` in a variable stands for one of these words, \`{NAME}\` for a name of your choice.
`;

const unsupported = `## Rotel settings without effect

They are accepted, so that a function with Rotel's settings needs no change, but have no meaning here or belong to parts of
Rotel that the extension does not include ([by reason](rotel.md#settings-without-effect)). One warning lists those that are set.
`;

const typeNames: Partial<Record<Setting["type"], string>> = {
  enum: "one of",
  keyValueList: "list of keys and values",
  url: "URL",
};

/** Names in code, with the cell's own separator escaped. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function variableOf(setting: Setting): string {
  const name = setting.variable ?? setting.pattern;
  if (name === undefined) throw new Error(`settings.json: ${setting.name} has neither variable nor pattern`);
  return name;
}

function typeOf(setting: Setting): string {
  const name = typeNames[setting.type] ?? setting.type;
  const values = setting.values === undefined ? "" : ` ${setting.values.map(code).join(", ")}`;
  return `${name}${values}${setting.secret ? ", secret" : ""}`;
}

function row(setting: Setting): string {
  const { aliases = [], doc } = setting;
  const names = [variableOf(setting), ...aliases].map(code).join(" or ");
  const preset = setting.default === undefined ? "–" : code(String(setting.default));
  const name = setting.variable === undefined ? "–" : code(setting.name);
  return `| ${names} | ${name} | ${typeOf(setting)} | ${preset} | ${doc.replaceAll("|", "\\|")} |`;
}

function groupOf(setting: Setting): string | undefined {
  const name = variableOf(setting);
  return groups.find(({ form }) => form.test(name))?.title;
}

function section(title: string, about: string, settings: readonly Setting[]): string {
  const head = "| variable | name in `settings` | type | default | meaning |\n|---|---|---|---|---|";
  return `## ${title}\n\n${about}\n\n${head}\n${settings.map(row).join("\n")}\n`;
}

/** Generates docs/configuration.md's text from these settings. */
export function makeConfiguration(settings: readonly Setting[] = allSettings): string {
  const supported = settings.filter((setting) => setting.supported);
  const sections = order.map((title) => {
    const about = groups.find((group) => group.title === title)?.about ?? "";
    return section(
      title,
      about,
      supported.filter((setting) => groupOf(setting) === title),
    );
  });
  const others = settings
    .filter((setting) => !setting.supported)
    .map((s) => `- ${code(variableOf(s)).replaceAll("\\|", "|")}: ${s.doc}`);
  return `${[intro, ...sections, `${unsupported}\n${others.join("\n")}`].join("\n")}\n`;
}

if (require.main === module) {
  writeFileSync(configurationPath, makeConfiguration());
  writeFileSync(logsPagePath, makeLogsPage());
  writeFileSync(rotelPagePath, makeRotelPage());
  writeFileSync(conventionsPath, withImports());
  writeFileSync(cliPagePath, makeCliPage());
  const dashboards = dashboardFiles(root);
  for (const [path, text] of Object.entries(dashboards)) writeFileSync(path, text);
  const written = [
    cliPagePath,
    configurationPath,
    logsPagePath,
    rotelPagePath,
    conventionsPath,
    ...Object.keys(dashboards),
  ];
  console.log(`wrote ${written.join(", ")}`);
}
