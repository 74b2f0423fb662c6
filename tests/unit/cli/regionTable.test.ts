import assert from "node:assert/strict";
import type { Publication } from "../../../cli/run/publishLayers";
import { RegionTable, rowText } from "../../../cli/terminal/regionTable";

const planned = ["eu-west-1", "eu-west-1", "us-east-1"].map((region) => ({ region }));
const publication = (region: string, result: Publication["result"], reason?: string) =>
  ({ layer: { region }, layerName: "own", result, ...(reason && { reason }) }) as Publication;

/** The output to a stream of this kind. */
function writtenTo(stream: { isTTY?: boolean; rows?: number; columns?: number }): string {
  let text = "";
  const output = { ...stream, write: (part: string) => (text += part) };
  const terminal = { out: output, err: output, input: process.stdin, environment: { NO_COLOR: "1" } };
  const table = new RegionTable(terminal, planned);
  table.step(publication("eu-west-1", "published"));
  table.step(publication("us-east-1", "failed", "ServiceException: away"));
  table.step(publication("eu-west-1", "there"));
  table.end();
  return text;
}

describe("the table of regions", () => {
  it("is redrawn on a terminal, and gone at the end", () => {
    const frames = writtenTo({ isTTY: true, columns: 45 }).split("\u001b[2A\u001b[J");
    assert.deepEqual(frames, [
      "eu-west-1        0/2\nus-east-1        0/1\n",
      "eu-west-1        1/2  1 published\nus-east-1        0/1\n",
      "eu-west-1        1/2  1 published\nus-east-1        1/1  1 failed  ServiceExcep\n",
      "eu-west-1        2/2  1 published, 1 there\nus-east-1        1/1  1 failed  ServiceExcep\n",
      "",
    ]);
  });

  it("is a line per finished region elsewhere, and if it is wider than the terminal", () => {
    const lines =
      "us-east-1        1/1  1 failed  ServiceException: away\neu-west-1        2/2  1 published, 1 there\n";
    assert.equal(writtenTo({}), lines);
    assert.equal(writtenTo({ isTTY: true, rows: 2 }), lines);
  });

  it("counts layer versions by their results", () => {
    const done = [{ result: "planned" as const }, { result: "planned" as const }];
    assert.equal(rowText("ap-southeast-5", { total: 3, done }), "ap-southeast-5   2/3  2 planned");
  });
});
