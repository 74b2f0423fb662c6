import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  type FunctionResponseType,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import type { EventSourceMappingArgs, EventSourceMappingState } from "@pulumi/aws/lambda";
import { defineResource, ifFound, type Plain } from "../base/resource";

/** `aws.lambda.EventSourceMapping`, of queues. */
export const eventSourceMapping = defineResource<EventSourceMappingArgs, EventSourceMappingState>({
  token: "aws:lambda/eventSourceMapping:EventSourceMapping",
  inputs: ["batchSize", "enabled", "eventSourceArn", "functionName", "functionResponseTypes"],
  required: ["functionName"],
  defaults: { enabled: true },
  replaceOn: ["eventSourceArn"],
  computed: ["arn", "batchSize", "functionArn", "lastModified", "state", "uuid"],
  regional: true,
  async create(aws, inputs) {
    const EventSourceArn = inputs.eventSourceArn;
    const settings = settingsOf(inputs);
    const created = await aws.lambda.send(
      new CreateEventSourceMappingCommand({ EventSourceArn, ...settings }),
    );
    return created.UUID ?? "";
  },
  async read(aws, UUID, known, inputs) {
    const found = await ifFound(aws.lambda.send(new GetEventSourceMappingCommand({ UUID })));
    return (
      found &&
      ({
        arn: found.EventSourceMappingArn ?? known.arn,
        batchSize: found.BatchSize,
        enabled: known.enabled ?? inputs.enabled ?? true,
        eventSourceArn: found.EventSourceArn,
        functionArn: found.FunctionArn,
        functionName: known.functionName ?? inputs.functionName ?? found.FunctionArn,
        functionResponseTypes: known.functionResponseTypes,
        state: found.State,
        uuid: UUID,
      } as Plain<EventSourceMappingState>)
    );
  },
  async update(aws, UUID, { inputs }) {
    await aws.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...settingsOf(inputs) }));
  },
  async delete(aws, UUID) {
    await ifFound(aws.lambda.send(new DeleteEventSourceMappingCommand({ UUID })));
  },
});

function settingsOf(inputs: Plain<EventSourceMappingArgs>) {
  return {
    FunctionName: String(inputs.functionName),
    BatchSize: inputs.batchSize,
    Enabled: inputs.enabled,
    FunctionResponseTypes: inputs.functionResponseTypes as FunctionResponseType[] | undefined,
  };
}
