/** The replacement for a value that must not be shown in messages. */
export const redacted = "[secret]";

/**
 * A message without secret values: each is replaced wherever it stands alone, as it is or in JSON notation. Parts of it
 * that messages contain on their own are replaced too: the account of an ARN, the host and the credentials of a URL,
 * the token of an authorization header.
 * @param secrets the values; numbers as text.
 */
export function redact(message: string, secrets: Iterable<string>): string {
  const forms = [...new Set([...secrets].flatMap(partsOf))].filter((form) => form.trim() !== "");
  // The longest first, since one value may be part of another.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((text, form) => text.replace(standingAlone(form), redacted), message);
}

function partsOf(secret: string): string[] {
  const trimmed = secret.trim();
  const parts = [secret, trimmed, ...accounts(trimmed), ...urlParts(trimmed), ...tokens(trimmed)];
  return parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part)]);
}

/** The account in any ARN. */
function accounts(text: string): string[] {
  const [, account] = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(text) ?? [];
  return account === undefined ? [] : [account];
}

function urlParts(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { host, hostname } = new URL(text);
  return [host, hostname, ...urlCredentials(text)];
}

/**
 * The token after the scheme of an authorization, such as `Bearer`. Shorter words are probably normal words of the
 * message.
 */
function tokens(text: string): string[] {
  return text.split(/\s+/).filter((word) => word.length >= 8);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Matches the text unless it is part of a longer word or number. */
function standingAlone(text: string): RegExp {
  const before = /^\w/.test(text) ? "(?<!\\w)" : "";
  const after = /\w$/.test(text) ? "(?!\\w)" : "";
  return new RegExp(`${before}${text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}${after}`, "g");
}

/** User and password in a URL. */
export function urlCredentials(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  return [username, password, decoded(username), decoded(password)];
}

/** A URL for messages: without credentials and query, which may contain keys. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname, username, password, search } = new URL(url);
  if (username === "" && password === "" && search === "") return url;
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
