"""Stands in for the AWS CLI: reads its arguments by the services' models, as it does, and writes what it would send to the
file `calls`. The answer is in the file `answer`.

    python awsCommand.py SERVICE OPERATION --parameter value...
"""

import json
import sys

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator
import jmespath

service, command, *words = sys.argv[1:]
model = botocore.session.get_session().get_service_model(service)
operation = next(name for name in model.operation_names if xform_name(name, "-") == command)
shape = model.operation_model(operation).input_shape
members = {f"--{xform_name(name, '-')}": name for name in shape.members}
options, given = {"--region", "--query", "--output"}, {}
parameters = {}


def value_of(member, texts):
    if member.type_name == "list":
        return texts
    (text,) = texts
    if text.startswith("file://"):
        text = open(text.removeprefix("file://")).read()
    return text if member.type_name == "string" else json.loads(text)


while words:
    name = words.pop(0)
    texts = []
    while words and not words[0].startswith("--"):
        texts.append(words.pop(0))
    if name in options:
        (given[name],) = texts
    elif name in members:
        parameters[members[name]] = value_of(shape.members[members[name]], texts)
    else:
        sys.exit(f"Unknown options: {name}")

report = ParamValidator().validate(parameters, shape)
if report.has_errors():
    sys.exit(report.generate_report())
with open("calls", "a") as calls:
    calls.write(json.dumps({"operation": operation, "region": given.get("--region"), "parameters": parameters}) + "\n")

found = jmespath.search(given.get("--query", "@"), json.load(open("answer")))
print(found if given.get("--output") == "text" else json.dumps(found))
