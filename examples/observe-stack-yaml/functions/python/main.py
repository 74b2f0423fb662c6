"""Writes what the event asks for and returns how many log calls it made:
{"scenario": "plain", "lines": 3} | "json" | "error" | "stackTrace"
"""

import json
import logging


def handler(event, context):
    scenario = event.get("scenario", "plain")
    if scenario == "plain":
        lines = event.get("lines", 3)
        for line in range(1, lines + 1):
            print(f"plain line {line} of {lines}")
        return {"linesWritten": lines}
    if scenario == "json":
        print(json.dumps({"level": "warn", "message": "stock is low", "sku": "A-17", "left": 2}))
        return {"linesWritten": 1}
    if scenario == "error":
        raise RuntimeError("the order could not be placed")
    if scenario == "stackTrace":
        try:
            place_order()
        except ValueError:
            logging.exception("the order has no customer")
        return {"linesWritten": 1}
    raise ValueError(f"unknown scenario {scenario}")


def place_order():
    raise ValueError("no customer")
