// Calls a handler as AWS's runtime interface clients do, for the invocations in MINI_RUNTIME, and prints their outcomes.
const {
  entry,
  invocations,
  style,
  overlapping = false,
  remainingMs = 10_000,
} = JSON.parse(process.env.MINI_RUNTIME);
delete process.env.MINI_RUNTIME;

const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[streaming] = "response";
    return handler;
  },
  HttpResponseStream: { from: (stream, prelude) => Object.assign(stream, { prelude }) },
};

const { handler } = await import(entry);

function contextOf({ context, xray }, number) {
  if (xray === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = xray;
  const deadline = Date.now() + remainingMs;
  return {
    functionName: "orders",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:orders",
    awsRequestId: `request-${number}`,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    ...context,
  };
}

/** Version 3 passes a callback and waits for it unless the handler returns a promise; version 4 supports only promises. */
function call({ event }, context) {
  if (handler[streaming]) {
    const stream = { written: [], write: (chunk) => stream.written.push(chunk) };
    return Promise.resolve(handler(event, stream, context)).then(() => ({
      written: stream.written,
      prelude: stream.prelude,
    }));
  }
  if (style === "promise") return (async () => handler(event, context))();
  return new Promise((resolve, reject) => {
    const callback = (error, response) => (error == null ? resolve(response) : reject(error));
    Object.assign(context, { succeed: resolve, fail: reject, done: callback });
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

async function invoke(invocation, number) {
  try {
    return { response: await call(invocation, contextOf(invocation, number)) };
  } catch (error) {
    return { error: { name: error?.name, message: error?.message ?? typeof error } };
  }
}

const results = [];
if (overlapping) results.push(...(await Promise.all(invocations.map(invoke))));
else for (const [number, invocation] of invocations.entries()) results.push(await invoke(invocation, number));
console.log(`MINI_RUNTIME ${JSON.stringify({ results, parameters: handler.length, name: handler.name })}`);
// An environment continues after an invocation: responses that are still unread at its end would reset the connection.
await new Promise((resolve) => process.stdin.on("end", resolve).resume());
