def handler(event, context):
    if "Records" not in event:
        raise ValueError("no order in " + event.get("detail-type", event.get("sku", "?")))
    print("audited " + event["Records"][0]["body"])
