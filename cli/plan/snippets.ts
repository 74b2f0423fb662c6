import type { Addition } from "./addition";
import { secretsPolicyName } from "./policies";
import { UsageError } from "./usageError";

/** The infrastructure tools for which there are snippets. */
export const snippetFormats = {
  sam,
  cdk,
  terraform,
  serverless,
  sst,
  cli,
  console: consoleSteps,
  "pulumi-yaml": pulumiYaml,
} as const;

/** A snippet to paste. @throws UsageError for an unknown format. */
export function snippetOf(format: string, addition: Addition): string {
  const write = snippetFormats[format as keyof typeof snippetFormats];
  if (write !== undefined) return write(addition);
  throw new UsageError(
    `--format: must be one of: ${Object.keys(snippetFormats).join(", ")} (got "${format}")`,
  );
}

function sam({ name, layers, variables, statements }: Addition): string {
  const policies = statements.length === 0 ? {} : { Policies: [{ Statement: statements }] };
  const Properties = { Layers: layers, Environment: { Variables: variables }, ...policies };
  return `# ${name}: template.yaml, below the function's Properties (AWS::Serverless::Function)\n${yaml(Properties)}`;
}

function cdk({ name, addedLayers, variables, statements }: Addition): string {
  const lines = [
    ...addedLayers.map(
      (arn, index) =>
        `fn.addLayers(lambda.LayerVersion.fromLayerVersionArn(fn, "ObservedLayer${index}", ${text(arn)}));`,
    ),
    ...Object.entries(variables).map(([key, value]) => `fn.addEnvironment(${text(key)}, ${text(value)});`),
    ...statements.map((one) => `fn.addToRolePolicy(iam.PolicyStatement.fromJson(${JSON.stringify(one)}));`),
  ];
  return `// ${name}: fn is the lambda.Function\n${lines.join("\n")}\n`;
}

function terraform({ name, region, layers, variables, statements }: Addition): string {
  const list = layers.map((arn) => `    ${text(arn)},`).join("\n");
  const set = Object.entries(variables)
    .map(([key, value]) => `      ${key} = ${literal(text(value))}`)
    .join("\n");
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements }, undefined, 2);
  const role = `
resource "aws_iam_role_policy" "clickstack_${identifier(name)}" {
  name   = ${text(secretsPolicyName({ region, name }))}
  role   = aws_iam_role.${identifier(name)}.id # the function's role
  policy = <<-JSON
${literal(policy.replace(/^/gm, "    "))}
  JSON
}
`;
  return `# ${name}: in resource "aws_lambda_function"
  layers = [
${list}
  ]
  environment {
    variables = {
${set}
    }
  }
${statements.length === 0 ? "" : role}`;
}

/** In Terraform ${ begins an expression and %{ a directive; doubled, they stand for themselves (Strings and Templates). */
function literal(template: string): string {
  return template.replace(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}

function serverless({ name, layers, variables, statements }: Addition): string {
  // ${ begins a variable of the framework unless a backslash precedes it. After another $, the backslash would be kept in the value.
  const escaped = Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, value.replace(/(?<!\$)\$\{/g, () => "\\${")]),
  );
  const functions = { [name]: { layers, environment: escaped } };
  // All functions share the role's policy, in which Sids must be unique.
  const shared = statements.map(({ Sid: _, ...statement }) => statement);
  const provider = statements.length === 0 ? {} : { provider: { iam: { role: { statements: shared } } } };
  return `# serverless.yml: merge into the existing file\n${yaml({ functions, ...provider })}`;
}

function sst({ name, layers, variables, statements }: Addition): string {
  const permissions = statements.map(({ Action, Resource, Effect, Condition }) => ({
    effect: Effect.toLowerCase(),
    actions: Action,
    resources: Resource,
    ...(Condition && {
      conditions: Object.entries(Condition).flatMap(([test, keys]) =>
        Object.entries(keys).map(([variable, values]) => ({ test, variable, values })),
      ),
    }),
  }));
  const args = { layers, environment: variables, permissions };
  // Without its condition, the statement would allow the role to use the key for anything (https://github.com/anomalyco/sst/issues/6015).
  const version = permissions.some(({ conditions }) => conditions)
    ? ", from 3.18.9 on for its conditions"
    : "";
  return `// ${name}: in the arguments of sst.aws.Function${version}\n${JSON.stringify(args, undefined, 2).slice(2, -2)},\n`;
}

function cli({ name, region, layers, variables, statements }: Addition): string {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const role = `aws iam put-role-policy --policy-name ${secretsPolicyName({ region, name })} --policy-document ${quoted(policy)} --role-name "$(
  aws lambda get-function-configuration --region ${region} --function-name ${name} --query Role --output text | sed 's|.*/||')"\n`;
  return `# ${name}: its existing variables are kept
aws lambda get-function-configuration --region ${region} --function-name ${name} --query 'Environment.Variables || \`{}\`' |
  jq --argjson added ${quoted(JSON.stringify(variables))} '{Variables: (. + $added)}' > environment.json
aws lambda update-function-configuration --region ${region} --function-name ${name} \\
  --layers ${layers.join(" ")} --environment file://environment.json
${statements.length === 0 ? "" : role}`;
}

function consoleSteps({ name, region, addedLayers, variables, statements }: Addition): string {
  const set = Object.entries(variables).map(([key, value]) => `   ${key} = ${value}`);
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements }, undefined, 2);
  const steps = [
    `1. Lambda, ${region}, ${name}, Code, Layers, Add a layer, Specify an ARN, in this order:\n${addedLayers.map((arn) => `   ${arn}`).join("\n")}`,
    `2. Configuration, Environment variables, Edit, add:\n${set.join("\n")}`,
    ...(statements.length === 0
      ? []
      : [`3. Configuration, Permissions, the role, Add permissions, Create inline policy, JSON:\n${policy}`]),
  ];
  return `${steps.join("\n")}\n`;
}

function pulumiYaml({ name, layers, variables, statements }: Addition): string {
  // In Pulumi YAML ${ begins an expression, and $$ is one $.
  const escaped = Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, value.replace(/\$(?=[${])/g, () => "$$")]),
  );
  const properties = { layers, environment: { variables: escaped } };
  const policy = {
    type: "aws:iam:RolePolicy",
    properties: {
      role: `\${${name}-role.id}`,
      policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    },
  };
  const resources = {
    [name]: { type: "aws:lambda:Function", properties },
    ...(statements.length > 0 && { [`${name}-clickstack`]: policy }),
  };
  return `# Pulumi.yaml: merge into the existing file; the component ObservedFunction does this automatically\n${yaml({ resources })}`;
}

function text(value: string): string {
  return JSON.stringify(value);
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

/** YAML of plain data: block form for maps and lists, every string in double quotes. */
function yaml(value: unknown, indent = ""): string {
  if (Array.isArray(value))
    return value.map((one) => `${indent}- ${yaml(one, `${indent}  `).trimStart()}`).join("");
  if (typeof value !== "object" || value === null) return `${indent}${JSON.stringify(value)}\n`;
  return Object.entries(value)
    .map(([key, one]) => {
      const isBlock = typeof one === "object" && one !== null && Object.keys(one).length > 0;
      return isBlock
        ? `${indent}${key}:\n${yaml(one, `${indent}  `)}`
        : `${indent}${key}: ${JSON.stringify(one)}\n`;
    })
    .join("");
}
