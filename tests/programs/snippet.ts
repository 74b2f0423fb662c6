import { type Addition, planAddition } from "../../cli/plan/addition";
import type { Telemetry } from "../../cli/plan/change";
import { snippetOf } from "../../cli/plan/snippets";
import { layerAccount, region, telemetry } from "./telemetry";

export const ownLayer = `arn:aws:lambda:${region}:${layerAccount}:layer:own:1`;
export const functionName = "shop-orders";

/** Text that begins an expression in some tools, or needs quotes or escapes in others. */
const awkward = {
  QUOTES: `it's "so" \\ \\n $5 \`date\``,
  EXPRESSIONS: "${x} %{if} $${y} \\${z} {{a}} ${self:service} !Ref #{b} <<-END",
  LIKE_A_NUMBER: "0123",
  LIKE_A_BOOLEAN: "yes",
};

/** The addition for a function with its own layer and variable, with variables that are hard to quote. */
export function addition(): Addition {
  const planned = planAddition(
    {
      ...{
        name: functionName,
        arn: `arn:aws:lambda:${region}:123456789012:function:${functionName}`,
        region,
      },
      ...{ runtime: "nodejs22.x", architectures: ["x86_64"], packageType: "Zip" },
      ...{ role: "arn:aws:iam::123456789012:role/orders", logGroup: `/aws/lambda/${functionName}` },
      ...{ layers: [ownLayer], variables: { STAGE: "live" } },
    },
    telemetry as Telemetry,
  );
  if ("kind" in planned) throw new Error(JSON.stringify(planned.reasons));
  return { ...planned, variables: { ...planned.variables, ...awkward } };
}

/** The function's snippet as `clickstack-lambda snippet --format` prints it. */
export function snippetFor(format: string): string {
  return snippetOf(format, addition());
}
