"""Programs with wrong arguments, by the generated SDK: `wrongArguments.py OPERATION STACK GIVEN`."""

import clickstack_lambda as clickstack
import stackStep


def functions(_given: dict) -> None:
    clickstack.ObservedFunction(
        "orders",
        runtime="python312",
        handler="index.handler",
        architectures=["amd64"],
        settings={"otlpExporterRequestTimout": "1s"},
        environment={"variables": {"ROTEL_OTLP_EXPORTER_ENDPOINT": "https://elsewhere"}},
        endpoint="https://clickstack.example.com:4318",
        authorization="the-key-itself",
        extension=clickstack.ExtensionArgs(rotel=clickstack.RotelLayersArgs(version=12)),
    )


def layers(_given: dict) -> None:
    """An architecture that was not built, and a region that there is not."""
    clickstack.ExtensionLayers(
        "extension",
        regions=["us-esat-2", "eu-west-3"],
        architectures=[clickstack.Architecture.X86_64, clickstack.Architecture.ARM64],
    )


stackStep.run({"functions": functions, "layers": layers})
