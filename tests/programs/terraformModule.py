"""Parses a module of Terraform's language and prints it as JSON: python terraformModule.py main.tf"""

import json
import sys

import hcl2

with open(sys.argv[1]) as file:
    print(json.dumps(hcl2.load(file)))
