/**
 * The folder of a workspace that holds the product's own affairs there, its extensions among them: nothing that an extension writes,
 * removes or proposes goes there, else one could put its own code in another's place.
 *
 * @module
 */

import { relative, sep } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";
import { plainName } from "./git_names.ts";

/** `.symphony`, and what file systems of Windows may call it for short. */
const NAMES: ReadonlySet<string> = new Set([".symphony", "sympho~1"]);

/** @throws ExtensionFailure of class `permission` where a step of `path`, below `root`, is the product's own folder */
export function refuseOwnFolder(root: string, path: string): void {
  if (!relative(root, path).split(sep).some((step) => NAMES.has(plainName(step)))) return;
  throw new ExtensionFailure(
    "permission",
    `Cannot write "${
      relative(root, path)
    }": what is in .symphony decides which code runs, and no extension changes it`,
  );
}
