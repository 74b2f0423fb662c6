import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles the page into a folder: index.html, page.js, style.css, which `document.ts` combines into one. */
export async function buildPage(root: string, directory = join(root, "dist", "page")): Promise<string> {
  const source = join(root, "web", "page");
  mkdirSync(directory, { recursive: true });
  await build({
    absWorkingDir: source,
    entryPoints: { page: "main.tsx", style: "page.css" },
    entryNames: "[name]",
    outdir: directory,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "warning",
  });
  copyFileSync(join(source, "index.html"), join(directory, "index.html"));
  return directory;
}
