import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/** A server's key and certificate, and the authority that signed it. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  /** Path of the authority's certificate, PEM. */
  readonly caFile: string;
}

const HOUR = 3_600_000;
const VALID_DAYS = 7;

/**
 * The certificate for localhost and 127.0.0.1 in a directory. It is created on first use by an authority whose key is
 * discarded. A server that is restarted in the directory uses the same certificate, so that clients still trust it.
 */
export async function serverCertificate(directory: string): Promise<ServerCertificate> {
  const file = (name: string): string => path.join(directory, name);
  const [caFile, certFile, keyFile] = [file("ca.pem"), file("server.pem"), file("server-key.pem")];
  if (!existsSync(keyFile)) {
    const { ca, cert, key } = await makeCertificates(Date.now());
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(caFile, ca);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key, { mode: 0o600 });
  }
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8"), caFile };
}

async function makeCertificates(now: number): Promise<{ ca: string; cert: string; key: string }> {
  // Takes longer to load than the rest of the server, and only TLS needs it.
  const { generate } = await import("selfsigned");
  const options = {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - HOUR),
    notAfterDate: new Date(now + VALID_DAYS * 24 * HOUR),
  } as const;
  const authority = await generate([{ name: "commonName", value: "clickstack sandbox authority" }], {
    ...options,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
