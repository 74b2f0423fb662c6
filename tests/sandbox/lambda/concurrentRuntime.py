"""A runtime for Managed Instances: AWS_LAMBDA_MAX_CONCURRENCY threads, each of which asks for its own invocations.

The event says what an invocation does:
  together  how many invocations wait for each other between their lines, so that they all run at the same time
  lines     JSON lines with the request id
  plain     lines without it
  sleepMs   how long it takes after its lines
  fail      message of the error to answer with
  exit      code that the whole runtime ends with
"""

import http.client
import json
import os
import threading
import time

ROOT = "/2018-06-01/runtime/invocation/"
barriers = {}
lock = threading.Lock()


def write(text):
    # In one write, so that lines of several threads do not mix.
    os.write(1, f"{text}\n".encode())


def barrier(round_name, count):
    with lock:
        return barriers.setdefault(round_name, threading.Barrier(count))


def handle(event, request_id):
    name = event.get("name", "")
    count = event.get("together", 1)
    for line in range(event.get("lines", 0)):
        barrier(f"{event.get('round')} {line}", count).wait(20)
        write(json.dumps({"level": "INFO", "message": f"{name} line {line}", "requestId": request_id}))
    for line in range(event.get("plain", 0)):
        write(f"{name} plain {line}")
    time.sleep(event.get("sleepMs", 0) / 1000)
    if "exit" in event:
        os._exit(event["exit"])
    if "fail" in event:
        raise ValueError(event["fail"])
    return {"name": name, "requestId": request_id, "variables": dict(os.environ)}


def answer(connection, request_id, kind, body, headers):
    connection.request("POST", f"{ROOT}{request_id}/{kind}", json.dumps(body), headers)
    response = connection.getresponse()
    response.read()
    if response.status != 202:
        write(f"answer refused {response.status}")


def work():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", f"{ROOT}next")
        response = connection.getresponse()
        event = json.loads(response.read())
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            answer(connection, request_id, "response", handle(event, request_id), {})
        except ValueError as error:
            body = {"errorType": "ValueError", "errorMessage": str(error)}
            headers = {"Lambda-Runtime-Function-Error-Type": "Runtime.ValueError"}
            answer(connection, request_id, "error", body, headers)


for _ in range(int(os.environ["AWS_LAMBDA_MAX_CONCURRENCY"])):
    threading.Thread(target=work).start()
