"""Applies the rules before moto: each call is checked before moto answers it."""

from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.responses import ActionResult, BaseResponse
from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model

from . import functions, layers, roles, stored
from .call import Call, Refusal
from .model import ERROR_CODES, refuse_by_model

RULES = {
    "lambda": (layers.refuse, functions.refuse),
    "iam": (roles.refuse,),
    "logs": (stored.refuse,),
    "secretsmanager": (stored.refuse,),
    "ssm": (stored.refuse,),
}


def install() -> None:
    answer = BaseResponse.call_action

    def judged(self: BaseResponse) -> Any:
        try:
            _judge(self)
        except Refusal as refusal:
            return _refused(self, refusal)
        return answer(self)

    BaseResponse.call_action = judged


def _judge(response: BaseResponse) -> None:
    service = response.boto3_service_name
    if service not in ERROR_CODES:
        return
    operation = response._get_action()
    model = get_service_model(service)
    if operation not in model.operation_names:
        return
    operation_model = model.operation_model(operation)
    call = Call(service, operation, _params(response, operation_model), response.current_account, response.region)
    refuse_by_model(call, operation_model.input_shape)
    for rule in RULES[service]:
        rule(call)


def _params(response: BaseResponse, operation_model: Any) -> dict[str, Any]:
    request = response.normalized_request
    protocol = determine_request_protocol(operation_model.service_model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation_model, map_type=dict)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
    )


def _refused(response: BaseResponse, refusal: Refusal) -> Any:
    status, headers, body = response.serialized(ActionResult(refusal))
    return (status, *response._enrich_response({**headers, "status": str(status)}, body))
