"""Lints a SAM template as `sam validate --lint` does, and transforms it: prints both as JSON.

    python samTemplate.py template.yaml
"""

import json
import os
import sys

from cfnlint.api import ManualArgs, lint
from samtranslator.translator.transform import transform
import yaml

text = open(sys.argv[1]).read()
findings = [f"{one.rule.id} {one.message}" for one in lint(text, config=ManualArgs(regions=["eu-west-1"]))]


class Policies:
    """Managed policies, which the translator would ask AWS for."""

    def load(self):
        return {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}


os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
template = transform(yaml.safe_load(text), {}, Policies())
print(json.dumps({"findings": findings, "template": template}))
