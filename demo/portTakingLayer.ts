import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "./cleanup";

/**
 * Another vendor's extension, as far as ours would notice it: it listens on the OTLP/HTTP port and does what the
 * Extensions API wants. Its name sorts before ours, and it binds before it registers, so that the port is taken.
 */
const script = `#!/usr/bin/env python3
import json, os, socket, urllib.request
taken = socket.socket()
taken.bind(("127.0.0.1", 4318))
taken.listen()
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2020-01-01/extension/"
def call(path, data=None, **headers):
    request = urllib.request.Request(api + path, data=data, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with urllib.request.urlopen(request) as answer:
        return answer.headers, json.loads(answer.read() or b"{}")
headers, _ = call("register", b'{"events":["SHUTDOWN"]}', Lambda_Extension_Name="another-collector")
call("event/next", Lambda_Extension_Identifier=headers["Lambda-Extension-Identifier"])
`;

/** Makes that layer as a folder. */
export function portTakingLayer(cleanup: Cleanup): string {
  const folder = cleanup.use(mkdtempSync(join(tmpdir(), "clickstack-demo-layer-")), (made) =>
    rmSync(made, { recursive: true, force: true }),
  );
  mkdirSync(join(folder, "extensions"));
  const file = join(folder, "extensions", "another-collector");
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return folder;
}
