"""Stacks of the programs in Python that `Engine.runPython` runs (index.ts), which the Automation API creates and
reads with as few starts of the CLI as possible: each takes as long as a small update."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from pulumi import automation
from pulumi.automation._stack import StackInitMode

# Marks a secret, an asset or a reference to a resource in the state, which is not the value itself.
SIGNATURE = "4dabf18193072939515e22adb298388d"

# Of an update's summary, LocalStack only reads what happened to the resources.
UNREAD = {"kind": "", "start_time": None, "message": "", "environment": {}, "config": {}, "result": ""}


class LocalStack(automation.Stack):
    """Reads its outputs and what happened to its resources from its state, if they are stored in plain text there.
    The Automation API starts the CLI three times after each update to read them."""

    @classmethod
    def of(
        cls,
        name: str,
        project: str,
        program: Callable[[], None],
        config: dict[str, str],
    ) -> "LocalStack":
        """Creates the stack, or uses the existing one of that name, with this configuration, in which nothing is
        secret."""
        settings = automation.ProjectSettings(name=project, runtime="python", main=os.getcwd())
        workspace = automation.LocalWorkspace(
            program=program,
            project_settings=settings,
            stack_settings={name: automation.StackSettings(config=config)},
            secrets_provider=os.environ["STACK_SECRETS_PROVIDER"],
        )
        known = (_state() / "stacks" / project / f"{name}.json").exists()
        return cls(name, workspace, StackInitMode.SELECT if known else StackInitMode.CREATE)

    def outputs(self) -> automation.OutputMap:
        file = _state() / "stacks" / self._project() / f"{self.name}.json"
        resources = json.loads(file.read_text())["checkpoint"]["latest"].get("resources") or []
        root = next((resource for resource in resources if resource["type"] == "pulumi:pulumi:Stack"), None)
        if root is None or SIGNATURE in json.dumps(root):
            return super().outputs()
        values = root.get("outputs", {}).items()
        return {name: automation.OutputValue(value=value, secret=False) for name, value in values}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary | None:
        updates = (_state() / "history" / self._project() / self.name).glob(f"{self.name}-*.history.json")
        latest = max(updates, key=lambda file: int(file.name.split("-")[-1].split(".")[0]), default=None)
        if latest is None:
            return super().info(show_secrets)
        changes = json.loads(latest.read_text()).get("resourceChanges") or {}
        return automation.UpdateSummary(**UNREAD, resource_changes=changes)

    def _project(self) -> str:
        return self.workspace.project_settings().name


def _state() -> Path:
    """Where the engine's `file://` backend keeps its stacks."""
    return Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://")) / ".pulumi"
