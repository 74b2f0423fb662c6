import { type Known, UNKNOWN } from "../known";
import type { Problem } from "../problem";

/** Who may use a layer version besides the publishing account. */
export interface LayerPermissions<T = Known<string>> {
  accountIds?: readonly string[];
  organizationId?: T;
  public?: boolean;
}

/** A statement of a layer version's resource policy (Lambda's AddLayerVersionPermission). */
export interface LayerStatement<T> {
  /** Name of the statement, unique in the policy. */
  statementId: string;
  /** An account, or `*` for all of them. */
  principal: string;
  /** Restricts `*` to the accounts of an organization. */
  organizationId?: T;
}

/** The statements that give these permissions: one for each account, one for an organization, one for all. */
export function layerStatements<T>(permissions: LayerPermissions<T> = {}): LayerStatement<T>[] {
  if (permissions.public) return [{ statementId: "public", principal: "*" }];
  const accounts = (permissions.accountIds ?? []).map((id) => ({
    statementId: `account-${id}`,
    principal: id,
  }));
  const { organizationId } = permissions;
  if (organizationId === undefined || organizationId === null) return accounts;
  return [...accounts, { statementId: "organization", principal: "*", organizationId }];
}

/** Problems of the permissions; an unknown organization is left to {@link checkOrganizationId}. */
export function checkLayerPermissions(permissions: LayerPermissions | undefined): Problem[] {
  if (permissions === undefined || permissions === null) return [];
  const { accountIds = [], organizationId } = permissions;
  if (!Array.isArray(accountIds)) {
    const reason = "must be a plain list of account IDs, not the output of a resource";
    return [{ propertyPath: "permissions.accountIds", reason }];
  }
  const problems = accountIds.flatMap((id, index) => checkAccountId(id, index, accountIds));
  if (organizationId !== undefined && organizationId !== null && organizationId !== UNKNOWN) {
    problems.push(...checkOrganizationId(organizationId));
  }
  if (permissions.public && (accountIds.length > 0 || (organizationId ?? undefined) !== undefined)) {
    const reason = "already allows every account: remove accountIds and organizationId, or remove public";
    problems.push({ propertyPath: "permissions.public", reason });
  }
  return problems;
}

/** Problems of an organization's ID. */
export function checkOrganizationId(id: string): Problem[] {
  if (/^o-[a-z0-9]{10,32}$/.test(id)) return [];
  const reason = `"${id}" is not the ID of an AWS organization: write o- followed by 10 to 32 lowercase letters and digits`;
  return [{ propertyPath: "permissions.organizationId", reason }];
}

function checkAccountId(id: unknown, index: number, all: readonly unknown[]): Problem[] {
  const propertyPath = `permissions.accountIds[${index}]`;
  if (typeof id !== "string" || !/^\d{12}$/.test(id)) {
    const reason = `${JSON.stringify(id)} is not an AWS account ID: write its 12 digits as a string, including leading zeros`;
    return [{ propertyPath, reason }];
  }
  if (all.indexOf(id) === index) return [];
  return [{ propertyPath, reason: `${id} is listed twice` }];
}
