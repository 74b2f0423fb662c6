"""The embedded AWS: moto as a server process, with additions that the tests of a Lambda extension need.

Every change of moto's answers is in this file, each with its reason; what has to be rejected is in `refusals/`, and
how servers start and end in `forks.py`.
"""

import gc
import hashlib
import json
import logging
import os
from typing import Any, Optional
from urllib.parse import parse_qs, urlparse

# Until all is loaded (loading.py).
gc.disable()
# Read while moto is imported: without it AWS's managed policies (AWSLambdaBasicExecutionRole) do not exist.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.awslambda import models, responses  # noqa: E402
from moto.awslambda.exceptions import LambdaClientError  # noqa: E402
from moto.core.models import default_user_config  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.sqs.models import sqs_backends  # noqa: E402
from forks import Forks  # noqa: E402
from loading import do_less, keep_what_is_loaded  # noqa: E402
from refusals import install, layers  # noqa: E402
from werkzeug.serving import BaseWSGIServer, make_server  # noqa: E402
from werkzeug.test import Client  # noqa: E402

CONTENT_PATH = "/embedded-aws/contents/"
MAX_PAGE = 50
# A call of each service that the tests use and that only reads: its name, its target or its action.
FIRST_REQUESTS = (
    ("iam", None, "ListRoles"),
    ("sts", None, "GetCallerIdentity"),
    ("ec2", None, "DescribeRegions"),
    ("lambda", None, None),
    ("logs", "Logs_20140328.DescribeLogGroups", None),
    ("secretsmanager", "secretsmanager.ListSecrets", None),
    ("ssm", "AmazonSSM.DescribeParameters", None),
)
# Parts of a function's configuration that moto accepts but does not store.
KEPT_SETTINGS = (
    *("LoggingConfig", "DeadLetterConfig", "FileSystemConfigs", "DurableConfig", "TenancyConfig"),
    "CapacityProviderConfig",
)


class Contents:
    """Zips by their SHA-256, so that a Location that was returned once always downloads the same bytes."""

    def __init__(self) -> None:
        self.base_url = ""
        self._zips: dict[str, bytes] = {}

    def location(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._zips[digest] = content
        return f"{self.base_url}{CONTENT_PATH}{digest}.zip"

    def get(self, path: str) -> Optional[bytes]:
        return self._zips.get(path.removeprefix(CONTENT_PATH).removesuffix(".zip"))


contents = Contents()


class EmbeddedFunction(models.LambdaFunction):
    """A function that keeps all settings, whose code can be downloaded, and whose changes are in progress until their
    state is requested."""

    __module__ = models.__name__  # moto assigns instances to the service that their class's module names

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spec: dict[str, Any] = kwargs["spec"]
        self.kept = {name: spec[name] for name in KEPT_SETTINGS if spec.get(name)}
        self.snap_start = spec.get("SnapStart", {}).get("ApplyOn", "None")
        self.pending: Optional[str] = "Pending"

    def _get_layers_data(self, arns: list[str]) -> list[Any]:
        # moto looks layers up by name and version only, regardless of the account and region in the ARN. A layer of
        # another account may not exist here: then its ARN is accepted unchecked.
        versions = [(arn, layers.layer_version(arn)) for arn in arns]
        return [{"Arn": arn, "CodeSize": version.code_size if version else 1} for arn, version in versions]

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        config = super().get_configuration(on_create)
        config.update(self.kept)
        config.setdefault("LoggingConfig", {"LogFormat": "Text"})
        config["LoggingConfig"] = {"LogGroup": self.logs_group_name, **config["LoggingConfig"]}
        config["SnapStart"] = {"ApplyOn": self.snap_start, "OptimizationStatus": "Off"}
        return config

    def get_code(self) -> dict[str, Any]:
        described = super().get_code()
        if self.package_type == "Zip":
            described["Code"] = {"RepositoryType": "S3", "Location": contents.location(self.code_bytes)}
        return described

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.kept.update({name: config_updates[name] for name in KEPT_SETTINGS if name in config_updates})
        if "SnapStart" in config_updates:
            self.snap_start = config_updates["SnapStart"]["ApplyOn"]
        if "TracingConfig" in config_updates:
            self.tracing_config = config_updates["TracingConfig"]
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        if "KMSKeyArn" in config_updates:
            self.kms_key_arn = config_updates["KMSKeyArn"]
        self.pending = "InProgress"
        return super().update_configuration(config_updates)

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        if updated_spec.get("Architectures"):
            self.architectures = updated_spec["Architectures"]
        self.pending = "InProgress"
        return super().update_function_code(updated_spec)


class EmbeddedLayerVersion(models.LayerVersion):
    """A layer version whose content can be downloaded."""

    __module__ = models.__name__

    def get_layer_version(self) -> dict[str, Any]:
        described = super().get_layer_version()
        described["Content"]["Location"] = contents.location(self.code_bytes)
        return described


def get_layer_version_by_arn(self: responses.LambdaResponse) -> str:
    """Missing from moto; the only way to read a layer of another account."""
    arn = parse_qs(urlparse(self.uri).query)["Arn"][0]
    version = layers.layer_version(arn)
    if not version:
        raise models.UnknownLayerVersionException([arn])
    return json.dumps(version.get_layer_version())


def list_functions(self: responses.LambdaResponse) -> str:
    """moto returns all functions at once; AWS returns pages of at most fifty."""
    everything = json.loads(moto_list_functions(self))["Functions"]
    everything.sort(key=lambda function: function["FunctionArn"])
    start = int(self.querystring.get("Marker", ["0"])[0] or 0)
    end = start + min(int(self.querystring.get("MaxItems", [MAX_PAGE])[0]), MAX_PAGE)
    page = {"Functions": everything[start:end]}
    if end < len(everything):
        page["NextMarker"] = str(end)
    return json.dumps(page)


def invoke(self: responses.LambdaResponse) -> str:
    """Without containers moto would answer every invocation with a fake success."""
    raise LambdaClientError("ServiceException", "The embedded AWS runs no code: start the function in the sandbox.")


def create_event_source_mapping(self: models.LambdaBackend, spec: dict[str, Any]) -> models.EventSourceMapping:
    """moto would consume each message at once for a function that does not run here; instead, what runs functions
    requests the messages."""
    mapping = moto_create_event_source_mapping(self, spec)
    for queue in sqs_backends[self.account_id][self.region_name].queues.values():
        queue.lambda_event_source_mappings.pop(mapping.function_arn, None)
    return mapping


moto_create_event_source_mapping = models.LambdaBackend.create_event_source_mapping
moto_list_functions = responses.LambdaResponse.list_functions


def patch_moto() -> None:
    install.install()
    do_less()
    models.LambdaFunction = EmbeddedFunction
    models.LayerVersion = EmbeddedLayerVersion
    responses.LambdaResponse.get_layer_version_by_arn = get_layer_version_by_arn
    responses.LambdaResponse.list_functions = list_functions
    responses.LambdaResponse.invoke = invoke
    models.LambdaBackend.create_event_source_mapping = create_event_source_mapping
    # The backend with containers needs Docker even to describe a function.
    default_user_config["lambda"]["use_docker"] = False


class EmbeddedAws(DomainDispatcherApplication):
    """moto's application, with the downloads of code and layers handled before it."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(CONTENT_PATH):
            return super().__call__(environ, start_response)
        content = contents.get(path)
        if content is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no such content"]
        start_response("200 OK", [("Content-Type", "application/zip"), ("Content-Length", str(len(content)))])
        return [content]


def bind() -> BaseWSGIServer:
    """A server on a free port that does not answer yet."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    contents.base_url = f"http://127.0.0.1:{server.server_port}"
    return server


def load_services() -> None:
    """Makes moto load what it loads at a service's first request, which takes most of a server's start time."""
    gc.disable()
    client = Client(application)
    for service, target, action in FIRST_REQUESTS:
        scope = f"embedded/20260101/us-east-1/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"}
        if target:
            client.post("/", headers={**headers, "X-Amz-Target": target}, data="{}")
        elif action:
            client.post("/", headers=headers, data={"Action": action})
        else:
            client.get("/2015-03-31/functions/", headers=headers)
    keep_what_is_loaded()


application = EmbeddedAws(create_backend_app)


def main() -> None:
    # One line per request would hide the relevant line when something fails.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    patch_moto()
    keep_what_is_loaded()
    Forks(bind, load_services).serve_commands()


if __name__ == "__main__":
    main()
