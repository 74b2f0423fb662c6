// Stands in for rapid-client.node, the compiled HTTP client of AWS's Node.js runtime interface client: the same three calls
// on node:net. It may not use node:http, because OpenTelemetry's http instrumentation would then see requests that the
// compiled client never makes, and would give every invocation two spans that do not exist on Lambda.

const net = require("node:net");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const root = "/2018-06-01/runtime/invocation/";

/** Splits a complete HTTP/1.1 response (the connection was closed after it) into status, headers and body. */
function parseAnswer(answer) {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("the Runtime API closed the connection without an answer");
  const [statusLine, ...lines] = answer.toString("latin1", 0, end).split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(statusLine.split(" ")[1]), headers, body: answer.toString("utf8", end + 4) };
}

function request(method, path, body = "", extraHeaders = {}) {
  const headers = { Host: `${host}:${port}`, Connection: "close", ...extraHeaders };
  if (method === "POST") {
    headers["Content-Type"] = "application/json";
    headers["Content-Length"] = Buffer.byteLength(body);
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect({ host, port: Number(port), noDelay: true });
    socket.on("error", reject);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => {
      try {
        resolve(parseAnswer(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
    socket.write(`${method} ${root}${path} HTTP/1.1\r\n${head.join("")}\r\n${body}`);
  });
}

// The compiled client posts before it returns; here the request is still in progress, and the next request waits for
// it.
let posted = Promise.resolve();

async function next() {
  await posted;
  const { status, headers, body } = await request("GET", "next");
  if (status !== 200) throw new Error(`Failed to get next invocation, error ${status}`);
  headers["lambda-runtime-deadline-ms"] = Number(headers["lambda-runtime-deadline-ms"]);
  return { bodyJson: body, headers };
}

function done(requestId, response) {
  posted = request("POST", `${requestId}/response`, response);
}

/** Sends no error type header, as the compiled client sends none. */
function error(requestId, response, xrayCause) {
  // The Runtime API accepts no larger cause; the compiled client omits it then.
  const fits = xrayCause && xrayCause.length < 1024 * 1024;
  posted = request(
    "POST",
    `${requestId}/error`,
    response,
    fits ? { "Lambda-Runtime-Function-XRay-Error-Cause": xrayCause } : {},
  );
}

module.exports = { initializeClient() {}, next, done, error };
