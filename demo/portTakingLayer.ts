import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "../dev/cleanup";
import { extensionName } from "../layers/compile";

/**
 * Takes the port first and then becomes the extension: simulates an extension of another vendor that starts faster.
 * (Ours is ready within milliseconds and would win a real race, which is not the case to be shown.)
 */
const script = `#!/bin/sh
python3 -c '
import socket, time
taken = socket.socket()
taken.bind(("127.0.0.1", 4318))
taken.listen()
open("/tmp/port-is-taken", "w").close()
time.sleep(3600)
' &
while [ ! -e /tmp/port-is-taken ]; do sleep 0.01; done
rm /tmp/port-is-taken
exec /opt/original/${extensionName}
`;

/**
 * Creates a layer, as a folder, that comes after the deployed one and replaces the extension by the script.
 *
 * @param extensionLayer the unpacked layer of the extension
 */
export function portTakingLayer(extensionLayer: string, cleanup: Cleanup): string {
  const folder = cleanup.use(mkdtempSync(join(tmpdir(), "clickstack-demo-layer-")), (made) =>
    rmSync(made, { recursive: true, force: true }),
  );
  mkdirSync(join(folder, "extensions"));
  cpSync(join(extensionLayer, "extensions"), join(folder, "original"), { recursive: true });
  const file = join(folder, "extensions", extensionName);
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return folder;
}
