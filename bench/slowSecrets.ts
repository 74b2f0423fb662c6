import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { MeasuredExtension } from "./harness";

const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bench-a1B2c3";
const delayMs = 1000;

/** A stand-in for Secrets Manager on loopback that answers every call after a second. */
export async function startSlowSecrets(): Promise<{ endpoint: string; stop: () => void }> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const body = JSON.stringify({ ARN: secretArn, Name: "bench", SecretString: "key" });
      setTimeout(() => response.end(body), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The same extension with a key that it has to fetch there. */
export function withSlowSecret(extension: MeasuredExtension, endpoint: string): MeasuredExtension {
  return {
    ...extension,
    name: "with a secret that takes 1 s",
    env: {
      ...extension.env,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secretArn}}`,
    },
  };
}
