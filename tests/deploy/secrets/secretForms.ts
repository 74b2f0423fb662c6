import { randomBytes } from "node:crypto";

/** The marks inside the secret values of a program, by argument. */
export type Marks = Readonly<Record<string, string>>;

/** A secret value that was found in the wrong place. */
export interface Finding {
  /** Name of the mark in {@link Marks}. */
  secret: string;
  /** The encoding of the value there, such as `base64`. */
  form: string;
}

/** A text that does not appear by chance and is not changed by quoting, escaping or lower case. */
export function newMark(): string {
  return `s${randomBytes(10).toString("hex")}`;
}

/** The secrets in a text, in plain form, base64 or hexadecimal. */
export function findSecrets(text: string, marks: Marks): Finding[] {
  return Object.entries(marks).flatMap(([secret, mark]) => {
    const found = formsOf(mark).find(({ encoded }) => text.includes(encoded));
    return found === undefined ? [] : [{ secret, form: found.form }];
  });
}

/** Of the marks that have been searched for: an engine's log is searched in many thousands of parts. */
const known = new Map<string, { form: string; encoded: string }[]>();

function formsOf(mark: string): { form: string; encoded: string }[] {
  const forms = known.get(mark) ?? [
    { form: "plain", encoded: mark },
    { form: "base64", encoded: base64Core(mark, 0) },
    { form: "base64 (1)", encoded: base64Core(mark, 1) },
    { form: "base64 (2)", encoded: base64Core(mark, 2) },
    { form: "hexadecimal", encoded: Buffer.from(mark).toString("hex") },
  ];
  known.set(mark, forms);
  return forms;
}

/** The part of base64 that is common to all texts with the mark at this offset after a multiple of three bytes. */
function base64Core(mark: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(mark)]);
  const whole = bytes.subarray(offset === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
  // The same in base64url: the mark has only letters and digits, whose base64 contains neither + nor /.
  return whole.toString("base64");
}
