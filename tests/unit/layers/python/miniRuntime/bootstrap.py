"""Calls a handler as AWS's runtime interface client does, for the invocations in MINI_RUNTIME, and prints how each ended.

The runtime leaves frames of files called bootstrap.py out of what it reports, so this file is called so, too.
"""

import json
import os
import sys
import threading
import time
import traceback

from awslambdaric import bootstrap
from awslambdaric.lambda_context import LambdaContext

options = json.loads(os.environ.pop("MINI_RUNTIME"))
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
exec(options.get("preload", ""))


def context_of(invocation, number):
    bootstrap.update_xray_env_variable(invocation.get("xray"))
    deadline = int(time.time() * 1000) + options["remainingMs"]
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
    client = invocation.get("clientContext")
    return LambdaContext(f"request-{number}", client, None, deadline, arn)


def invoke(handler, invocation, number):
    try:
        return {"response": handler(invocation.get("event"), context_of(invocation, number))}
    except Exception as error:
        frames = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        own = [name for name in frames if "/bootstrap.py" not in name]
        return {"error": {"name": type(error).__name__, "message": str(error)}, "frames": own}


def invoke_all(handler):
    invocations = options["invocations"]
    results = [None] * len(invocations)
    if not options["overlapping"]:
        for number, invocation in enumerate(invocations):
            results[number] = invoke(handler, invocation, number)
        return results

    def one(number):
        results[number] = invoke(handler, invocations[number], number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(invocations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def load():
    try:
        return bootstrap._get_handler(os.environ["_HANDLER"]), None
    except bootstrap.FaultException as fault:
        return None, {"type": fault.exception_type, "message": fault.msg, "trace": fault.trace}
    except Exception:
        return None, bootstrap.build_fault_result(sys.exc_info(), None)


found, failure = load()
said = {"initError": failure} if found is None else {"results": invoke_all(found)}
print("\nMINI_RUNTIME " + json.dumps(said), flush=True)
# An environment continues after an invocation: responses that are still unread at its end would reset the connection.
sys.stdin.read()
