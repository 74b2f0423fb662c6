import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Words that a reader stumbles over, with what the field says instead. */
const banned: readonly [RegExp, string][] = [
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\bis none of\b/i, "must be one of: …"],
  [/\b(of|than) (ours|yours)\b/i, "the extension's, internal, your own"],
  [/\btakes a text\b|\bis a text\b/i, "must be a string"],
  [/\bit is left out\b/i, "ignored"],
  [/\bno time at all\b/i, "must be longer than zero"],
  [/\bdoes not do\b/i, "does not work"],
  [/\bis no (number|list|URL|header|valid|protobuf)\b/i, "is not a …"],
  [/\bis none that\b/i, "is not a …; must be one of: …"],
  [/\b(can|cannot|to) be had\b/i, "available"],
  [/\b(broke|breaks|break) off\b/i, "was interrupted, is incomplete"],
  [/\bgraver?\b|\bgravest\b/i, "severe, level"],
  [/\bcounts? as not set\b/i, "treated as not set"],
  [/\bmakes no sense\b|\bnot there yet[.;"`]/i, "has no meaning, not supported yet"],
  [/\bwhich this extension does not have\b/i, "which this extension does not support"],
  [/\bwants (Bearer|the bare)\b/i, "expects"],
  [/\bleave out \w+ or leave out\b|\bis added by itself\b/i, "remove; is added automatically"],
  [/\bis no (JSON|zip|loss)\b/i, "is not …"],
  [/\b(without|not) a word\b/i, "silently, without a message"],
  [/\b(taken|takes?) at (its|their) word\b/i, "is not checked, is trusted"],
  [/\bin vain\b/i, "without success"],
  [/\bfor ever\b/i, "forever, unlimited"],
  [/\bgives? way to\b/i, "is replaced by, is overridden by"],
  [/\b(becomes?|became|comes?|came) of\b/i, "the result of, the outcome of"],
  [/\bis known of\b/i, "is known about"],
  [/\bleaves? it at that\b/i, "accept this"],
  [/\b(changed|deleted) meanwhile\b/i, "since then, in the meantime"],
  [/\bnobody can be asked\b|\bcalled wrongly\b/i, "cannot ask for confirmation; usage error"],
  [/\banew\b/i, "again"],
  [/\bunder way\b/i, "running, pending"],
  [/\bwhoever\b/i, "name who does it, or use the passive"],
  [/\bgoes nowhere\b|\bmay read alone\b/i, "has no recipient, is read-only"],
  [/\bso many\b/i, "this number of"],
  [/\bto be seen\b|\bin sight\b/i, "visible"],
  [/\bbrought\b|\bbrings (its|the|their) own\b/i, "includes, contains"],
  [/\bknows nothing of\b/i, "does not depend on, does not know about"],
  [/\b(hitherto|henceforth|thereof|whence|whilst|betimes|findable)\b/i, "so far, from then on, of it, while"],
];

/** Whatever people read here: messages with the code around them, tests' titles, docs. The generated SDKs derive from them. */
const read = /\.(ts|mjs|rs|py|go|md|json|yaml|yml)$/;
const unread =
  /^(sdk|tools\/.*go\.sum|package-lock\.json|examples\/.*\/package-lock\.json)|^tests\/unit\/wording\.test\.ts$/;

describe("the words of the project", () => {
  it("are the field's", () => {
    const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    const files = execFileSync("git", list, { cwd: root, encoding: "utf8" })
      .split("\n")
      .filter((file) => read.test(file) && !unread.test(file) && existsSync(join(root, file)));
    assert.ok(files.length > 300, "files were found");
    const found = files.flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          banned
            .filter(([word]) => word.test(line))
            .map(([word, instead]) => `${file}:${index + 1}: ${word.exec(line)?.[0]} → ${instead}`),
        ),
    );
    assert.deepEqual(found, []);
  });
});
