import json
import logging
import os

import boto3

logger = logging.getLogger("fulfilment")
logger.setLevel(logging.INFO)
payments = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        logger.info("order %s: %s of %s", order["id"], order["amount"], order["sku"])
        charge(order)


def charge(order):
    answer = payments.invoke(FunctionName=os.environ["PAYMENT_FUNCTION"], Payload=json.dumps(order))
    if "FunctionError" in answer:
        reason = json.load(answer["Payload"])["errorMessage"]
        logger.error("order %s was not paid: %s", order["id"], reason)
