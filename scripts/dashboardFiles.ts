import { join } from "node:path";
import { dashboards } from "../clickstack/apply";
import { importForm } from "../clickstack/forms/importForm";

/** The files for HyperDX's import page, by path. */
export function dashboardFiles(root: string): Record<string, string> {
  return Object.fromEntries(
    dashboards.map((dashboard) => [
      join(root, "clickstack", "dashboards", `${dashboard.name.toLowerCase().replaceAll(" ", "-")}.json`),
      `${JSON.stringify(importForm(dashboard), null, 2)}\n`,
    ]),
  );
}
