import { chmodSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { frameworks, type Workshop } from "./tools";

/** Versions that `sst` looks for and would download. Neither runs: `sst install` only queries them, and lets Bun fetch packages. */
const tools = { pulumi: "v3.215.0", bun: "1.2.1" };

/**
 * Makes `sst` read the folder's sst.config.ts and write its platform, the sources of its components, beside it:
 * `.sst/platform`. `sst` includes these sources.
 */
export async function installPlatform(workshop: Workshop): Promise<void> {
  for (const [name, version] of Object.entries(tools)) {
    const path = `.config/sst/bin/${name}`;
    workshop.write({ [path]: `#!/bin/sh\ncase "$1" in *version) echo ${version} ;; esac\n` });
    chmodSync(join(workshop.directory, path), 0o755);
  }
  const sst = join(frameworks, "node_modules", `sst-linux-${process.arch}`, "bin", "sst");
  await workshop.run(sst, ["install", "--stage", "dev"], { SST_TELEMETRY_DISABLED: "1", CI: "1" });
}

/** Packages besides Pulumi's and AWS's that SST's components import and a function uses: the zip, and a key for its links. */
const stubs: Readonly<Record<string, string>> = {
  archiver: `module.exports = () => {
    let zip;
    return { on() {}, file() {}, append() {}, pipe(to) { zip = to; }, finalize: async () => zip.end() };
  };`,
  "@pulumi/random": `exports.RandomBytes = class { base64 = "key"; };`,
};

/** Packages that this checkout lacks are empty: the components of a function do not run them. */
const packages: Plugin = {
  name: "packages",
  setup(bundle) {
    bundle.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === packages) return undefined;
      const found = await bundle.resolve(path, { kind, resolveDir, pluginData: packages });
      if (stubs[path] === undefined && found.errors.length === 0) return { path, external: true };
      return { path, namespace: packages.name };
    });
    bundle.onLoad({ filter: /./, namespace: packages.name }, ({ path }) => ({ contents: stubs[path] ?? "" }));
  },
};

/** Bundles sst.config.ts with SST's own components, as SST does, into `program.cjs`; it exports `load`. */
export async function bundleProgram({ directory }: Workshop): Promise<string> {
  const outfile = join(directory, "program.cjs");
  const contents = `
import { Function } from "./.sst/platform/src/components/aws/function";
Object.assign(globalThis, { sst: { aws: { Function } } });
export const load = async () => (await import("./sst.config")).default;
`;
  await build({
    ...{
      stdin: { contents, resolveDir: directory, loader: "ts" },
      outfile,
      bundle: true,
      logLevel: "silent",
    },
    ...{ platform: "node", format: "cjs", plugins: [packages] },
    // SST's global functions.
    inject: [join(directory, ".sst", "platform", "src", "shim", "run.js")],
  });
  return outfile;
}
