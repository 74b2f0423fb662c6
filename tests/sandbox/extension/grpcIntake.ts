import * as grpc from "@grpc/grpc-js";

const services = {
  "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
  "opentelemetry.proto.collector.trace.v1.TraceService": "traces",
  "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
} as const;

const codes: Record<number, grpc.status> = {
  400: grpc.status.INVALID_ARGUMENT,
  401: grpc.status.UNAUTHENTICATED,
  503: grpc.status.UNAVAILABLE,
};

/** OTLP/gRPC as in ClickStack's collector on 4317, in front of an OTLP/HTTP intake: messages and headers pass unchanged. */
export class GrpcIntake {
  private constructor(
    private readonly server: grpc.Server,
    readonly port: number,
  ) {}

  /** @param otlpUrl base URL of the OTLP/HTTP intake that processes requests. */
  static async start(otlpUrl: string): Promise<GrpcIntake> {
    const server = new grpc.Server();
    const pass = (bytes: Buffer): Buffer => bytes;
    for (const [service, signal] of Object.entries(services)) {
      const path = `/${service}/Export`;
      const codec = {
        requestSerialize: pass,
        requestDeserialize: pass,
        responseSerialize: pass,
        responseDeserialize: pass,
      };
      const definition = { path, requestStream: false, responseStream: false, ...codec } as const;
      server.addService({ export: definition }, { export: relay(`${otlpUrl}/v1/${signal}`) });
    }
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return new GrpcIntake(server, port);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

function relay(url: string): grpc.handleUnaryCall<Buffer, Buffer> {
  return (call, answer) => {
    const authorization = call.metadata.get("authorization").join();
    const headers = { "content-type": "application/x-protobuf", authorization };
    fetch(url, { method: "POST", headers, body: new Uint8Array(call.request) }).then(
      async (response) => {
        if (response.ok) return answer(null, Buffer.from(await response.arrayBuffer()));
        const details = `the intake answered ${response.status}`;
        answer({ code: codes[response.status] ?? grpc.status.UNKNOWN, details });
      },
      (error: Error) => answer({ code: grpc.status.UNAVAILABLE, details: error.message }),
    );
  };
}
