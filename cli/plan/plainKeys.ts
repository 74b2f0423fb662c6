import { urlCredentials } from "../../provider/plan/redaction";
import { keyValuePairs } from "../../provider/plan/telemetry/keyValueList";
import { holdsReference } from "../../provider/plan/telemetry/references";
import { findSetting } from "../../provider/plan/telemetry/settings";

/** Names of headers that carry keys for backends and proxies. */
const keyHeader = /^(proxy-)?authorization$|^cookie$|key|token|secret|password|credential/i;

/** Options whose values would be readable to everybody who may see a function's configuration. */
export interface PlainOptions {
  headers?: Readonly<Record<string, string>>;
  settings?: Readonly<Record<string, string>>;
  /** URLs by their options. */
  urls: Readonly<Record<string, string | undefined>>;
}

/** Problems for keys in plain text, each with how to store it; without its value. */
export function plainKeys({ headers = {}, settings = {}, urls }: PlainOptions): string[] {
  return [
    ...Object.entries(headers).flatMap(([name, value]) =>
      isPlainKey(name, value) ? [refusal(`--header ${name}`, `--header '${name}=\${<ARN>}'`)] : [],
    ),
    ...Object.entries(settings).flatMap(([name, value]) =>
      isPlainSetting(name, value) ? [refusal(`--setting ${name}`, `--setting '${name}=…\${<ARN>}'`)] : [],
    ),
    ...Object.entries(urls).flatMap(([option, url = ""]) =>
      urlCredentials(url).some((part) => part !== "") ? [refusal(option, "--secret <ARN>")] : [],
    ),
  ];
}

function refusal(what: string, instead: string): string {
  return `${what} holds a key in plain text, which everybody could read who may see the function: store it in Secrets Manager or Parameter Store, and pass ${instead}`;
}

function isPlainKey(name: string, value: string): boolean {
  return keyHeader.test(name) && !holdsReference(value);
}

function isPlainSetting(name: string, value: string): boolean {
  const found = findSetting(name);
  if (found === undefined || !found.setting.secret || holdsReference(value)) return false;
  if (found.setting.type === "keyValueList")
    return keyValuePairs(value).some(({ key = "", value: text }) => isPlainKey(key, text));
  if (/PROXY$/i.test(found.variable)) return urlCredentials(value).some((part) => part !== "");
  return /(PASSWORD|KEY_PEM|API_KEY)$/.test(found.variable);
}
