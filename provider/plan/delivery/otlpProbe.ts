/** A log record that tests whether a backend accepts any. */
export interface Probe {
  serviceName: string;
  /** Text of the record. */
  body: string;
  /** When it is sent, in milliseconds since 1970. */
  time: number;
}

/**
 * The probe as a protobuf message `ExportLogsServiceRequest`
 * (opentelemetry-proto: collector/logs/v1/logs_service.proto, logs/v1/logs.proto, common/v1/common.proto).
 */
export function otlpLogsRequest({ serviceName, body, time }: Probe): Buffer {
  const text = (value: string) => field(1, Buffer.from(value));
  const nanoseconds = Buffer.alloc(8);
  nanoseconds.writeBigUInt64LE(BigInt(time) * 1_000_000n);
  const attribute = Buffer.concat([text("service.name"), field(2, text(serviceName))]);
  const record = Buffer.concat([
    Buffer.from([fixed64(1)]),
    nanoseconds,
    Buffer.from([0x10, infoSeverity]),
    field(3, Buffer.from("INFO")),
    field(5, text(body)),
    Buffer.from([fixed64(11)]),
    nanoseconds,
  ]);
  const scope = text("clickstack-lambda");
  const scopeLogs = Buffer.concat([field(1, scope), field(2, record)]);
  return field(1, Buffer.concat([field(1, field(1, attribute)), field(2, scopeLogs)]));
}

/** The probe as a row of ClickStack's table of logs, in the form JSONEachRow. */
export function clickHouseLogRow({ serviceName, body, time }: Probe): string {
  return JSON.stringify({
    Timestamp: (time / 1000).toFixed(3),
    ServiceName: serviceName,
    SeverityText: "INFO",
    SeverityNumber: infoSeverity,
    Body: body,
  });
}

/** A gRPC message: uncompressed, prefixed with its length. */
export function grpcFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const infoSeverity = 9;

/** A length-delimited field. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
}

function fixed64(number: number): number {
  return (number << 3) | 1;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
