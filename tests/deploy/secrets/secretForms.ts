import { randomBytes } from "node:crypto";

/** What the secret values of a program are made around, by the argument that holds each. */
export type Marks = Readonly<Record<string, string>>;

/** A secret value that was found where it does not belong. */
export interface Finding {
  /** Name of the mark in {@link Marks}. */
  secret: string;
  /** How the value is written there, such as `base64`. */
  form: string;
}

/** A text that appears nowhere by chance, and that no way of quoting, escaping or writing in small letters changes. */
export function newMark(): string {
  return `s${randomBytes(10).toString("hex")}`;
}

/** The secrets that a text holds, as they are, in base64 or in hexadecimal. */
export function findSecrets(text: string, marks: Marks): Finding[] {
  return Object.entries(marks).flatMap(([secret, mark]) => {
    const found = Object.entries(formsOf(mark)).find(([, form]) => text.includes(form));
    return found === undefined ? [] : [{ secret, form: found[0] }];
  });
}

function formsOf(mark: string): Record<string, string> {
  const [first, second, third] = [0, 1, 2].map((offset) => base64Core(mark, offset));
  return {
    plain: mark,
    base64: first ?? "",
    "base64 (1)": second ?? "",
    "base64 (2)": third ?? "",
    hexadecimal: Buffer.from(mark).toString("hex"),
  };
}

/** What base64 has in it of any text that holds the mark so many bytes after a multiple of three. */
function base64Core(mark: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(mark)]);
  const whole = bytes.subarray(offset === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
  // The same in base64url: the mark has letters and digits alone, whose base64 holds neither + nor /.
  return whole.toString("base64");
}
