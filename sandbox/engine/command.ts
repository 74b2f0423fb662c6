import { existsSync } from "node:fs";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";

/** Older engines are not supported; scripts/setup/pulumiEngine.mjs uses the same bound. */
const oldest = "3.200.0";

const found = new Map<string, Promise<PulumiCommand>>();

/**
 * The Pulumi engine: `pulumi` on PATH if it is new enough, otherwise the one that the set-up installed in `.cache`.
 * @throws if neither exists.
 */
export function findCommand(root: string): Promise<PulumiCommand> {
  const known = found.get(root) ?? search(root);
  found.set(root, known);
  return known;
}

async function search(root: string): Promise<PulumiCommand> {
  const onPath = await PulumiCommand.get().catch(() => undefined);
  if (onPath && (onPath.version?.compare(oldest) ?? -1) >= 0) return onPath;
  const cached = join(root, ".cache/pulumi");
  if (existsSync(join(cached, "bin/pulumi"))) return PulumiCommand.get({ root: cached });
  const instead = onPath
    ? `pulumi on PATH is ${onPath.version}, older than ${oldest}`
    : "there is no pulumi on PATH";
  throw new Error(
    `no Pulumi engine: ${instead}, and none in ${cached}: run \`npm run setup\` in the checkout`,
  );
}
