# Light tracing for functions in Python: https://github.com/clickstack-lambda (docs/traces.md).
