import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepared, preparedFiles } from "./prepared";

const root = join(__dirname, "../..");

/** `npm run release:prepare -- VERSION` */
function main(): void {
  const [version] = process.argv.slice(2);
  if (version === undefined) throw new Error("usage: npm run release:prepare -- VERSION");
  const files = Object.fromEntries(
    preparedFiles.map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
  const date = new Date().toISOString().slice(0, 10);
  for (const [path, text] of Object.entries(prepared(files, version, date)))
    writeFileSync(join(root, path), text);
  for (const script of ["schema", "sdk", "docs"])
    execFileSync("npm", ["run", "--silent", script], { cwd: root, stdio: "inherit" });
  console.log(
    `\nPrepared ${version}. Look at \`git diff\`, commit it, and run the workflow Release on main.`,
  );
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
