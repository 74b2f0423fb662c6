// The test extension: registers, subscribes, and reports what it receives to the test. OBSERVER sets its behaviour as JSON.
const http = require("node:http");
const path = require("node:path");

const behaviour = {
  events: ["INVOKE", "SHUTDOWN"],
  port: Number(process.env.OBSERVER_PORT),
  ...JSON.parse(process.env.OBSERVER ?? "{}"),
};
const [apiHost, apiPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const environment = Math.random().toString(36).slice(2);
const agent = new http.Agent({ keepAlive: true });

function call(options, body = "") {
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, ...options }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

const api = (method, path, headers, body) =>
  call({ host: apiHost, port: apiPort, method, path, headers }, body && JSON.stringify(body));

function report(kind, content) {
  const text = JSON.stringify({ kind, environment, content });
  const headers = { "content-length": Buffer.byteLength(text) };
  return call({ host: "127.0.0.1", port: process.env.REPORT_PORT, method: "POST", headers }, text);
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let invocations = 0;

/** Refuses the given number of deliveries, or until the given invocation, then accepts all. */
function listen() {
  let refusals = behaviour.refuse ?? 0;
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const refused = refusals > 0 || invocations < (behaviour.refuseUntilInvocation ?? 0);
      refusals -= 1;
      if (!refused) await report("telemetry", JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(refused ? 500 : 200).end();
    });
  });
  return new Promise((resolve) => server.listen(behaviour.port, "0.0.0.0", resolve));
}

async function main() {
  if (behaviour.exitBeforeRegister !== undefined) process.exit(behaviour.exitBeforeRegister);
  if (behaviour.neverRegister) return setInterval(() => {}, 1000);
  const name = path.basename(process.argv[1]);
  const registered = await api(
    "POST",
    "/2020-01-01/extension/register",
    { "Lambda-Extension-Name": name, "Lambda-Extension-Accept-Feature": "accountId" },
    { events: behaviour.events },
  );
  await report("api", JSON.parse(registered.body));
  const identity = { "Lambda-Extension-Identifier": registered.headers["lambda-extension-identifier"] };
  if (behaviour.initError) {
    const headers = { ...identity, "Lambda-Extension-Function-Error-Type": behaviour.initError };
    await api("POST", "/2020-01-01/extension/init/error", headers, {});
    process.exit(1);
  }
  await listen();
  for (const subscription of behaviour.subscriptions ?? [
    {
      schemaVersion: "2025-01-29",
      types: ["platform", "function", "extension"],
      buffering: { maxItems: 1000, maxBytes: 262144, timeoutMs: 25 },
      destination: { protocol: "HTTP", URI: `http://sandbox.localdomain:${behaviour.port}` },
    },
  ]) {
    const { status, body } = await api("PUT", "/2022-07-01/telemetry", identity, subscription);
    await report("api", { status, body });
  }
  console.log("observer is ready");
  for (;;) {
    const event = JSON.parse((await api("GET", "/2020-01-01/extension/event/next", identity)).body);
    await report("event", event);
    invocations += 1;
    if (event.eventType === "SHUTDOWN") {
      await sleep(behaviour.lingerMs ?? 700); // for pending deliveries
      process.exit(0);
    }
    if (behaviour.exitOnInvoke !== undefined) process.exit(behaviour.exitOnInvoke);
    await sleep(behaviour.workMs ?? 0);
  }
}

main();
