"""AWS calls through botocore, on which boto3 is built: named by service and operation, with their resources."""

from .aws_attributes import call_attributes
from .aws_context import inject
from .calls import begin, wrap


def patch(layer, module):
    def describe(client, args, named):
        operation = args[0] if args else named["operation_name"]
        parameters = args[1] if len(args) > 1 else named["api_params"]
        service = str(client.meta.service_model.service_id)
        region = client.meta.region_name
        attributes = {
            "rpc.system": "aws-api",
            "rpc.service": service,
            "rpc.method": operation,
            "cloud.region": region,
            **call_attributes(service, operation, parameters),
        }
        call = begin(layer, f"{service}.{operation}", "botocore", attributes, covers=True)
        if call is None:
            return None
        inject(service, operation, parameters, call.headers, layer.settings.injected)
        return call, lambda response: _describe(call, response)

    wrap(module.BaseClient, "_make_api_call", describe)


def _describe(call, response):
    metadata = response.get("ResponseMetadata") or {}
    if "RequestId" in metadata:
        call.put({"aws.request_id": metadata["RequestId"]})
    if "HTTPStatusCode" in metadata:
        call.status(metadata["HTTPStatusCode"])
    failed = response.get("Failed") or response.get("FailedEntryCount") or response.get("FailedRecordCount")
    if failed:
        call.put({"aws.failed_entries": failed if isinstance(failed, int) else len(failed)})
    if response.get("FunctionError"):
        call.put({"error.type": response["FunctionError"]})
        call.span.put_status(2, f"the invoked function failed ({response['FunctionError']})")
