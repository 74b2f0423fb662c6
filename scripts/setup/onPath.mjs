// Looks for commands in the folders of PATH.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The file of the first of these commands that exists, in the given order.
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
