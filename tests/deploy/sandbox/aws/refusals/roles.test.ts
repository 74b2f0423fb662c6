import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { allow, trustPolicy } from "../../../surroundings";
import { policyOf, refused, useRefusing } from "./refusing";

describe("roles and policies that the embedded AWS refuses", () => {
  const aws = useRefusing();
  const { role } = aws;

  it("names with other characters, too long or already used in any case", async () => {
    const invalid =
      /value for roleName is invalid. It must contain only alphanumeric characters and\/or the following: \+=,\.@_-$/;
    for (const name of ["GET /orders", "shop:orders", "röle"])
      await refused(role(name), "ValidationError", invalid);
    await refused(role("x".repeat(65)), "ValidationError", /'roleName' .*less than or equal to 64/);
    await refused(role("Somebody"), "EntityAlreadyExistsException", /Somebody already exists/);
    const policy = { RoleName: "somebody", PolicyDocument: allow("s3:Get") };
    await refused(
      aws.iam.send(new PutRolePolicyCommand({ ...policy, PolicyName: "a/b" })),
      "ValidationError",
      /value for policyName is invalid/,
    );
    await refused(
      aws.iam.send(new PutRolePolicyCommand({ ...policy, PolicyName: "x".repeat(129) })),
      "ValidationError",
      /'policyName' .*128/,
    );
  });

  it("trust policies over 2,048 characters, not counting white space", async () => {
    const trust = (characters: number) => {
      const policy = JSON.parse(trustPolicy);
      policy.Statement[0].Sid = "x";
      policy.Statement[0].Sid = "x".repeat(characters - JSON.stringify(policy).length + 1);
      return JSON.stringify(policy, undefined, 4);
    };
    await role("trusting", trust(2048));
    await refused(role("too-trusting", trust(2049)), "LimitExceededException", /ACLSizePerRole: 2048/);
    await refused(
      aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "trusting", PolicyDocument: trust(2049) })),
      "LimitExceededException",
      /ACLSizePerRole: 2048/,
    );
  });

  it("inline policies that sum up to over 10,240 characters, not counting white space", async () => {
    await role("inline");
    const put = (PolicyName: string, characters: number) =>
      aws.iam.send(
        new PutRolePolicyCommand({
          RoleName: "inline",
          PolicyName,
          PolicyDocument: policyOf(characters),
        }),
      );
    await put("one", 5000);
    await put("two", 5240);
    const message = /Maximum policy size of 10240 bytes exceeded for role inline/;
    await refused(put("three", 200), "LimitExceededException", message);
    await refused(put("two", 5241), "LimitExceededException", message);
    await put("one", 4000);
    await put("three", 1000);
  });

  it("managed policies over 6,144 characters, and more than ten at a role", async () => {
    const make = (PolicyName: string, characters: number) =>
      aws.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: policyOf(characters) }));
    await refused(make("large", 6145), "LimitExceededException", /Cannot exceed quota for PolicySize: 6144/);
    await role("attached");
    const arns: string[] = [];
    for (let i = 0; i < 11; i++) arns.push((await make(`p${i}`, i === 0 ? 6144 : 200)).Policy?.Arn ?? "");
    const attach = (PolicyArn = "") =>
      aws.iam.send(new AttachRolePolicyCommand({ RoleName: "attached", PolicyArn }));
    for (const arn of arns.slice(0, 10)) await attach(arn);
    await attach(arns[0]);
    await refused(attach(arns[10]), "LimitExceededException", /quota for PoliciesPerRole: 10/);
    await refused(
      aws.iam.send(new CreatePolicyVersionCommand({ PolicyArn: arns[1], PolicyDocument: policyOf(6145) })),
      "LimitExceededException",
      /PolicySize/,
    );
  });

  it("the deletion of roles with policies, and of policies at roles", async () => {
    const conflict = "DeleteConflictException";
    await role("deleted");
    const remove = () => aws.iam.send(new DeleteRoleCommand({ RoleName: "deleted" }));
    const policy = { PolicyName: "kept", PolicyDocument: allow("s3:Get") };
    const { Policy: { Arn: PolicyArn = "" } = {} } = await aws.iam.send(new CreatePolicyCommand(policy));
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName: "deleted", PolicyArn }));
    await refused(remove(), conflict, /must detach all policies first/);
    await refused(
      aws.iam.send(new DeletePolicyCommand({ PolicyArn })),
      conflict,
      /Cannot delete a policy attached to entities/,
    );
    await aws.iam.send(new DetachRolePolicyCommand({ RoleName: "deleted", PolicyArn }));
    await aws.iam.send(new PutRolePolicyCommand({ RoleName: "deleted", ...policy }));
    await refused(remove(), conflict, /must delete policies first/);
    await aws.iam.send(new DeletePolicyCommand({ PolicyArn }));
  });
});
