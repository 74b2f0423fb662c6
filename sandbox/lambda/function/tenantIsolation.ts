/**
 * What is different for functions with tenant isolation. Source: "Tenant isolation" in the Lambda Developer Guide, with its
 * pages on invoking and monitoring.
 */

/** What the Invoke API accepts as a tenant's id (`TenantId` of Lambda's service model). */
const TENANT_ID = /^[a-zA-Z0-9._:/=+\-@ ]{1,256}$/;

/** The properties of a function that these rules check. */
interface TenantFunction {
  name: string;
  tenantIsolation?: boolean;
  initializationType?: string;
}

/**
 * @throws an error that names the property, if the definition combines tenant isolation with something incompatible.
 */
export function checkTenantIsolation({ tenantIsolation, initializationType }: TenantFunction): void {
  if (!tenantIsolation) return;
  if ((initializationType ?? "on-demand") !== "on-demand") {
    throw new Error(
      `function.tenantIsolation: not available with ${initializationType}; remove initializationType`,
    );
  }
}

/** @throws the Invoke API's error if the function and the invocation do not match. */
export function checkTenantId(definition: TenantFunction, tenantId: string | undefined): void {
  if (definition.tenantIsolation && tenantId === undefined) {
    throw new Error(
      `InvalidParameterValueException: function ${definition.name} has tenant isolation; add a tenant id to the invocation`,
    );
  }
  if (tenantId === undefined) return;
  if (!definition.tenantIsolation) {
    throw new Error(
      `InvalidParameterValueException: function ${definition.name} has no tenant isolation; remove the tenant id`,
    );
  }
  if (!TENANT_ID.test(tenantId)) {
    throw new Error(
      `ValidationException: tenantId: ${JSON.stringify(tenantId)} must be 1 to 256 letters, digits, spaces or ._:/=+-@`,
    );
  }
}

/** The field of a platform event that contains the tenant. */
export const tenantField = (tenantId: string | undefined): { tenantId?: string } =>
  tenantId === undefined ? {} : { tenantId };
