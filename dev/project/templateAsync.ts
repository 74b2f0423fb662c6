import { type AsyncSettings, asyncSettingsOf, eventInvokeSettings } from "./asyncSettings";
import { resolveIntrinsics, type TemplateContext, type TemplateResource } from "./intrinsics";
import { mapOf, textOf } from "./values";

/**
 * A template's settings of a function's asynchronous invocations: its own properties, and an EventInvokeConfig.
 * @param names of the function: the values of references to it, and its logical id.
 */
export function templateAsync(
  names: readonly string[],
  properties: Readonly<Record<string, unknown>>,
  resources: Readonly<Record<string, TemplateResource>>,
  context: TemplateContext,
): { asynchronous?: AsyncSettings } {
  const plain = (value: unknown) => mapOf(resolveIntrinsics(value, context).value);
  const configs = Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    if (Type !== "AWS::Lambda::EventInvokeConfig") return [];
    const config = plain(Properties);
    return names.includes(textOf(config.FunctionName)?.split(":").at(-1) ?? "") ? [config] : [];
  });
  // In SAM it is a property of the function, with another name for the queue.
  const own = eventInvokeSettings(configs[0] ?? plain(properties.EventInvokeConfig));
  const letters = plain(properties.DeadLetterConfig ?? properties.DeadLetterQueue).TargetArn;
  return asyncSettingsOf({ ...own, deadLetter: letters });
}
