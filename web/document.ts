import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AboutPage } from "./api/rows";

/** The page as it is served. */
export interface PageDocument {
  /** Its Content-Security-Policy, by which nothing is loaded from elsewhere, framed, or run that is not its own script. */
  policy: string;
  html(about: AboutPage): string;
}

/**
 * Puts the built page into one document, with what there is besides rows: rows are then asked for as soon as it has arrived, and a
 * browser that shares its processors with ClickHouse draws them sooner than with three files (`npm run bench:web`).
 *
 * @param directory of index.html, page.js and style.css
 */
export function pageDocument(directory: string): PageDocument {
  const [page, script, style] = ["index.html", "page.js", "style.css"].map((name) =>
    readFileSync(join(directory, name), "utf8"),
  ) as [string, string, string];
  // Functions, since `$` means something in a replacement.
  const whole = page
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .replace("<!-- script -->", () => `<script>${script}</script>`);
  return {
    policy: `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    html: (about) => whole.replace("<!-- about -->", () => dataBlock(about)),
  };
}

function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}

/** Data in a document; names of functions must not end the element that they are in. */
function dataBlock(about: AboutPage): string {
  return `<script type="application/json" id="about">${JSON.stringify(about).replaceAll("<", "\\u003c")}</script>`;
}
