import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AboutPage } from "./api/rows";

/** The served page. */
export interface PageDocument {
  /** Its Content-Security-Policy: nothing is loaded from elsewhere or framed, and only its own script runs. */
  policy: string;
  html(about: AboutPage): string;
}

/**
 * Combines the built page and all data besides rows into one document. Rows are then requested as soon as the document arrives,
 * and a browser on the same machine as ClickHouse draws them sooner than with three files (`npm run bench:web`).
 *
 * @param directory of index.html, page.js and style.css
 */
export function pageDocument(directory: string): PageDocument {
  const [page, script, style] = ["index.html", "page.js", "style.css"].map((name) =>
    readFileSync(join(directory, name), "utf8"),
  ) as [string, string, string];
  // Functions, since `$` is special in a replacement string.
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

/** Data in a document; function names must not be able to close the element that contains them. */
function dataBlock(about: AboutPage): string {
  return `<script type="application/json" id="about">${JSON.stringify(about).replaceAll("<", "\\u003c")}</script>`;
}
