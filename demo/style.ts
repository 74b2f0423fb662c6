import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Text in a style for a stream; plain if the stream is not a terminal or NO_COLOR is set. */
export function style(stream: NodeJS.WriteStream, format: Format, text: string): string {
  return stream.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;
}
