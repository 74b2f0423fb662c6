import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";
import { answerEventBridge } from "./eventBridge";
import { answerAws, type InvokeByName, type InvokeLater } from "./lambdaApi";
import type { Router } from "./router";
import { answerSns } from "./sns";
import { answerSqs, type DeliverToQueue } from "./sqs";

/** The functions of a project, as targets of AWS calls. */
export interface PlayedFunctions {
  invoke: InvokeByName;
  invokeLater: InvokeLater;
  deliver: DeliverToQueue;
  router: Pick<Router, "publish" | "put">;
}

/** Answers the AWS calls of functions with the functions of the project. */
export class PlayedAws {
  private readonly told = new Set<string>();

  /** @param tell reports messages and events without a recipient, each kind once. */
  constructor(
    private readonly functions: PlayedFunctions,
    private readonly tell: (notice: string) => void,
  ) {}

  async answer(call: AwsCall): Promise<AwsAnswer> {
    const { invoke, invokeLater, deliver, router } = this.functions;
    return (
      answerSqs(call, deliver, Date.now) ??
      answerEventBridge(
        call,
        (bus, event) =>
          this.counted(router.put(bus, event), `"${event["detail-type"]}" events of the bus ${bus}`),
        Date.now,
      ) ??
      answerSns(
        call,
        (topic, message) => this.counted(router.publish(topic, message), `messages of the topic ${topic}`),
        Date.now,
      ) ??
      answerAws(call, invoke, invokeLater)
    );
  }

  /** AWS does not report a message without recipients to its sender. */
  private counted(receivers: number, what: string): void {
    if (receivers > 0 || this.told.has(what)) return;
    this.told.add(what);
    this.tell(`no function of the project receives ${what}, or a filter rejects them`);
  }
}
