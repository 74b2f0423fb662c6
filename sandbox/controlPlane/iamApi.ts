/** Inline policies of roles, by role name, then by policy name. */
export type RoleStore = Map<string, Map<string, string>>;

/** An answer in XML, with its status. */
export interface XmlAnswer {
  status: number;
  body: string;
}

/** Answers a request to IAM's API of inline policies. */
export function answerIam(roles: RoleStore, parameters: URLSearchParams): XmlAnswer {
  const action = parameters.get("Action") ?? "";
  const [role, policy] = [parameters.get("RoleName") ?? "", parameters.get("PolicyName") ?? ""];
  const policies = roles.get(role);
  if (policies === undefined)
    return refused(404, "NoSuchEntity", `The role with name ${role} cannot be found.`);
  switch (action) {
    case "ListRolePolicies": {
      const members = [...policies.keys()].map((name) => `<member>${name}</member>`).join("");
      return result(action, `<PolicyNames>${members}</PolicyNames><IsTruncated>false</IsTruncated>`);
    }
    case "PutRolePolicy":
      policies.set(policy, parameters.get("PolicyDocument") ?? "");
      return result(action, "");
    case "GetRolePolicy":
    case "DeleteRolePolicy": {
      const document = policies.get(policy);
      if (document === undefined) {
        return refused(404, "NoSuchEntity", `The role policy with name ${policy} cannot be found.`);
      }
      if (action === "DeleteRolePolicy") {
        policies.delete(policy);
        return result(action, "");
      }
      const fields = { RoleName: role, PolicyName: policy, PolicyDocument: encodeURIComponent(document) };
      return result(
        action,
        Object.entries(fields)
          .map(([name, value]) => `<${name}>${value}</${name}>`)
          .join(""),
      );
    }
    default:
      return refused(400, "InvalidAction", `${action} is not played`);
  }
}

/** A refusal in IAM's form. */
export function refused(status: number, code: string, message: string): XmlAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>played</RequestId></ErrorResponse>` };
}

function result(action: string, content: string): XmlAnswer {
  const metadata = "<ResponseMetadata><RequestId>played</RequestId></ResponseMetadata>";
  const body = `<${action}Response><${action}Result>${content}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, body };
}
