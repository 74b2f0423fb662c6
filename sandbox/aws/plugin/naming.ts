import { createHash, randomBytes } from "node:crypto";

/** What the stack's configuration `pulumi:autonaming` means for one resource; the engine fills patterns in. */
export interface AutoNaming {
  /** `propose`: the type's own limit holds; `enforce`: the name and nothing else; `disable`: no name is generated. */
  mode: "propose" | "enforce" | "disable";
  proposedName: string;
}

/** Characters behind the hyphen. */
const randomLength = 7;

/**
 * The name of a resource for which the program sets none: `<logical name>-<7 hexadecimal digits>`, or what the stack's
 * configuration defines. The digits are derived from the engine's seed, if it sends one.
 * @throws where the real provider does: if the name is longer than the type allows, or none may be generated.
 */
export function autoName(
  logicalName: string,
  maxLength: number,
  { seed, naming }: { seed: Uint8Array; naming?: AutoNaming },
): string {
  if (naming?.mode === "disable")
    throw new Error("automatic naming is disabled but no explicit name was provided");
  if (naming?.mode === "enforce") return naming.proposedName;
  if (naming) {
    if (naming.proposedName.length <= maxLength) return naming.proposedName;
    throw new Error(`calculated name '${naming.proposedName}' exceeds maximum length of ${maxLength}`);
  }
  const prefix = `${logicalName}-`;
  if (prefix.length + randomLength > maxLength) {
    throw new Error(
      `name '${prefix}' plus ${randomLength} random chars is longer than maximum length ${maxLength}`,
    );
  }
  const bytes =
    seed.length > 0 ? createHash("sha256").update(seed).update(logicalName).digest() : randomBytes(4);
  return prefix + bytes.toString("hex").slice(0, randomLength);
}
