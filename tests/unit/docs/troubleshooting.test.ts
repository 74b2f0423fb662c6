import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  explained,
  extensionStrings,
  type Found,
  isSentence,
  normal,
  packageStrings,
  rustStrings,
  typeScriptStrings,
} from "./messages";

const root = join(__dirname, "..", "..", "..");
const page = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8");
const folders = ["provider", "layers", "publish", "clickstack", "observed", "cli"].filter((folder) =>
  existsSync(join(root, folder)),
);
const sources = [...extensionStrings(), ...packageStrings(folders)];
const places = (found: readonly Found[]): string[] =>
  found.map(({ file, line, text }) => `${file}:${line}: ${text}`);

/** Strings that are not messages, by file or by words, each with the reason. Every exception must be needed. */
const exceptions: readonly { why: string; file?: RegExp; text?: RegExp }[] = [
  {
    why: "what is recognised in the function's own lines",
    file: /convert\/((stack|exception|level)\/|text\.rs)/,
  },
  { why: "descriptions of metrics", file: /convert\/platform\/metrics\.rs$/ },
  { why: "what is recognised in answers of backends", file: /\/size\.rs$/ },
  {
    why: "what is recognised in answers of backends",
    text: /^(ax query size exceeded|single INSERT block|invalid HTTP version|unexpected message)$/,
  },
  {
    why: "queries and types of ClickHouse",
    text: /^(SELECT |INSERT INTO |Map\(|Array\(|ServiceName LIKE |countIf\(|ResourceAttributes\[|Timestamp >= fromUnix| AND \{\}\[)/,
  },
  { why: "what other protocols prescribe", text: /^application\/x-www-form|^\{ALGORITHM\} Credential=/ },
  { why: "values that are stored", text: /^json: unsupported value: / },
  {
    why: "names that protocols and APIs prescribe",
    file: /layers\/node\/(core\/|tracing\/(context|sender|layer)\.ts)/,
  },
  {
    why: "what AWS's runtime says without the tracing layer, in the same words",
    file: /layers\/node\/tracing\/loadHandler\.ts/,
  },
  { why: "names, conditions and columns in HyperDX", file: /clickstack\/content\// },
  { why: "names of events on spans", text: /^batch item failure$/ },
  { why: "what is recognised in events", text: /^Scheduled Event$/ },
  { why: "reasons for code", text: /^Linux delays acknowledgements/ },
  {
    why: "parts of messages that are explained as a whole",
    text: /^(the backend| of another kind|an object|a JSON (object|value)|a value of \{\}|the value of \{\} does not fit|next event|subscribe to telemetry|the \{kind\} exporter \{name\}|the setting's text|durable execution)$/,
  },
  {
    why: "parts of messages that are explained as a whole",
    text: /^(RSA, ECDSA with P-256 or P-384, Ed25519|ECDSA with P-521|the algorithm with the identifier \{hex\} \(DER\))$/,
  },
  {
    why: "parts of messages that are explained as a whole",
    text: /^(this stack|the code|Remove it|13, the number of a layer version|, of which the telemetry's settings take \{\}| \(\{\} s on Managed Instances\)|the extension's( layer)?|autoInstrumentation's layer|light tracing|exit code \{\})$/,
  },
  {
    why: "names and descriptions of what is made",
    text: /^(clickstack-lambda (checks|verifies) that logs|ClickStack \{\}, sha256|(Ingestion key|ClickHouse password)$|Every Lambda function of the stack|urn:pulumi:)/,
  },
  {
    why: "what to do about a fault, which the page says beside the fault",
    file: /^cli\/plan\/(arrivals|route|verification)\.ts$|^cli\/run\/verifyFunction\.ts$/,
    text: /^(Run `|Publish the layer|Create it, or|Add a route|Look for |Something between|Check |IAM takes|Store the right|Allow lambda:|Add the file to)/,
  },
  {
    why: "what `verify` says of checks that found no fault",
    file: /^cli\/plan\/(arrivals|route|verification)\.ts$|^cli\/run\/verifyFunction\.ts$/,
    text: /^(log record$|\{\} (and|subnets with|allowed to|for|read)|disabled, and nothing|not disabled|no tracing inside|valid|none are |a log record was|request id|the endpoint is inside|since \{\}|of the invocation)/,
  },
  {
    why: "parts of programs and templates that are printed",
    file: /^cli\/plan\/snippets\.ts$/,
    text: /^(?!--format)/,
  },
  {
    why: "what `status --cost` says of its figures",
    text: /^(Bytes are the metric|Price of a GB|AWS's list price|as given|The price of|CloudWatch Logs took|In ClickHouse Cloud: |ClickHouse Cloud would take )/,
  },
  { why: "what products are called in AWS's price list", file: /^cli\/aws\/prices\.ts$/ },
  { why: "what is recognised in Lambda's own lines", file: /^cli\/plan\/history\.ts$/ },
  { why: "parts of messages that are explained as a whole", text: /^to send$/ },
  { why: "what --help and docs/cli.md say", file: /^cli\/(commands\/|program\.ts|plan\/exitCodes\.ts)/ },
  {
    why: "parts of messages that are explained as a whole",
    text: /^( \(request id \{\}\)|clickstack-lambda: \{\}\n|the (CloudFormation stack|SST app) \{\}|it is not JSON|it gave no reason|the order of the layers|no functions|container image|failed \{\} .*|\{\} of \{\} functions are observed|\{\}; \{\}|v1 layers=.*|\{\} \{\}(, |\/| )\{\}.*|\{\}: \{\}.*|.*\[y\/N\] )$/s,
  },
  {
    why: "what the project's own tools say, not the package",
    text: /^(\{\} {2}\{\} \(\{\} unzipped|cargo build|no package\.json above|the first argument must be one of|unpacking Debian's Rust|compiling for Python|#!\/bin\/sh|the zip would contain|settings\.json has no setting|esbuild made nothing of)/,
  },
];

function isException(
  { file, text }: Found,
  { file: files, text: words }: (typeof exceptions)[number],
): boolean {
  return (files?.test(file) ?? true) && (words?.test(text) ?? true);
}

describe("docs/troubleshooting.md", () => {
  const known = new Set(explained(page).map(normal));

  it("explains every message of the extension and of the package", () => {
    const messages = sources.filter(
      (found) => isSentence(found.text) && !exceptions.some((exception) => isException(found, exception)),
    );
    assert.ok(messages.length > 250, `${messages.length} messages`);
    const missing = messages.filter(({ text }) => !known.has(normal(text)));
    assert.deepEqual(places(missing), [], "explain them in docs/troubleshooting.md, under their words");
  });

  it("explains only messages that there are", () => {
    const strings = new Set(sources.map(({ text }) => normal(text)));
    const gone = explained(page).filter((text) => !strings.has(normal(text)));
    assert.deepEqual(gone, []);
  });

  it("needs all of its exceptions", () => {
    const unused = exceptions.filter(
      (one) => !sources.some((found) => isSentence(found.text) && isException(found, one)),
    );
    assert.deepEqual(unused, []);
  });
});

describe("messages of the sources", () => {
  it("are found in Rust, whole and without comments", () => {
    const source = `// "not this"\nwarn!("the first {reason}; \\\n     goes on"); let c = '"'; let raw = r#"a "raw" one"#; // "nor this"\n`;
    assert.deepEqual(
      rustStrings(source).map(({ text }) => text),
      ["the first {reason}; goes on", 'a "raw" one'],
    );
  });

  it("are found in TypeScript, with sums and values", () => {
    const source = "f(`one ${x ? 'in here' : y} and ` + `two`, 'three four');";
    assert.deepEqual(
      typeScriptStrings(source).map(({ text }) => text),
      ["one {} and two", "in here", "three four"],
    );
  });

  it("are the same whatever their values are called", () => {
    assert.equal(normal("<variable>: is not\n  set<hint> <advice>"), normal("{name}: is not set{} {}"));
    assert.deepEqual(
      explained("### `a <b> c`\n\n| message | fix |\n| `` run `x` `` | do |\n| plain | no |\n"),
      ["a <b> c", "run `x`"],
    );
  });
});
