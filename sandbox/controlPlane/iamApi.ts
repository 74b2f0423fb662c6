/** Inline policies of roles, by role name, then by policy name. */
export type RoleStore = Map<string, Map<string, string>>;

/** A change of a policy that IAM does not show everywhere yet. */
export interface RecentChange {
  role: string;
  policy: string;
  /** The policy's document before it; undefined where there was none. */
  before: string | undefined;
  at: number;
}

/** What the API needs from the control plane. */
export interface IamStore {
  roles: RoleStore;
  /** The last changes, oldest first. */
  recentChanges: RecentChange[];
  now(): number;
  /** Milliseconds until a change is visible to reads. */
  iamLagMs: number;
}

/** An answer in XML, with its status. */
export interface XmlAnswer {
  status: number;
  body: string;
}

/** Answers a request to IAM's API of inline policies. */
export function answerIam(store: IamStore, parameters: URLSearchParams): XmlAnswer {
  const action = parameters.get("Action") ?? "";
  const [role, policy] = [parameters.get("RoleName") ?? "", parameters.get("PolicyName") ?? ""];
  const policies = store.roles.get(role);
  if (policies === undefined)
    return refused(404, "NoSuchEntity", `The role with name ${role} cannot be found.`);
  const missing = () => refused(404, "NoSuchEntity", `The role policy with name ${policy} cannot be found.`);
  const change = (): void => {
    store.recentChanges.push({ role, policy, before: policies.get(policy), at: store.now() });
  };
  switch (action) {
    case "ListRolePolicies": {
      const members = [...shown(store, role).keys()].map((name) => `<member>${name}</member>`).join("");
      return result(action, `<PolicyNames>${members}</PolicyNames><IsTruncated>false</IsTruncated>`);
    }
    case "PutRolePolicy":
      change();
      policies.set(policy, parameters.get("PolicyDocument") ?? "");
      return result(action, "");
    case "DeleteRolePolicy":
      if (!policies.has(policy)) return missing();
      change();
      policies.delete(policy);
      return result(action, "");
    case "GetRolePolicy": {
      const document = shown(store, role).get(policy);
      if (document === undefined) return missing();
      const fields = { RoleName: role, PolicyName: policy, PolicyDocument: encodeURIComponent(document) };
      return result(
        action,
        Object.entries(fields)
          .map(([name, value]) => `<${name}>${value}</${name}>`)
          .join(""),
      );
    }
    default:
      return refused(400, "InvalidAction", `${action} is not supported by the fake`);
  }
}

/**
 * A role's policies as IAM shows them: without the most recent changes, since IAM is eventually consistent
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, "Changes that I make are not always immediately
 * visible").
 */
function shown(store: IamStore, role: string): ReadonlyMap<string, string> {
  const since = store.now() - store.iamLagMs;
  store.recentChanges = store.recentChanges.filter(({ at }) => at > since);
  const policies = new Map(store.roles.get(role));
  for (const change of store.recentChanges.filter((one) => one.role === role).reverse()) {
    if (change.before === undefined) policies.delete(change.policy);
    else policies.set(change.policy, change.before);
  }
  return policies;
}

/** An error in IAM's format. */
export function refused(status: number, code: string, message: string): XmlAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>played</RequestId></ErrorResponse>` };
}

function result(action: string, content: string): XmlAnswer {
  const metadata = "<ResponseMetadata><RequestId>played</RequestId></ResponseMetadata>";
  const body = `<${action}Response><${action}Result>${content}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, body };
}
